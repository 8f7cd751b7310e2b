# SPDX-License-Identifier: Apache-2.0
"""Upgrades: two at once are safe, a failed one leaves the old state, and a schema
file with a fault installs nothing."""

import json
import shutil
import subprocess

import pytest

from harness.stack import ROOT, wait_for
from oracle.random_events import RandomEvents
from system.test_new_types import new_type, schemas  # noqa: F401 a fixture

STATE = """
    SELECT (SELECT array_agg(name || sha256 ORDER BY name) FROM core.migration),
           (SELECT array_agg(schema_id ORDER BY schema_id) FROM core.schema),
           (SELECT version FROM core.contract),
           (SELECT array_agg(c.oid::regclass::text ORDER BY c.oid::regclass::text)
              FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
             WHERE nspname IN ('core', 'report', 'ops'))"""


def state(stack):
    return stack.rows(STATE)


def start(stack, *arguments):
    return subprocess.Popen(["mahalle-admin", *map(str, arguments)], text=True,
                            env=stack.environment, stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE)


def add_sql(folder, text):
    path = folder / "sql" / "900_more.sql"
    path.write_text(f"-- SPDX-License-Identifier: Apache-2.0\n{text}\n", "utf-8")
    return path


@pytest.mark.usefixtures("schemas")
def test_two_installs_at_once(stack):
    """On an empty database: one makes everything, the other finds it there."""
    with stack.superuser() as server:
        server.execute("DROP DATABASE mahalle WITH (FORCE)")
        server.execute("CREATE DATABASE mahalle OWNER mahalle_owner")
    both = [start(stack, "db", "install") for _ in range(2)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0], said
    assert sorted("all is there already" in out for out, _ in said) == [False, True]
    before = state(stack)
    stack.admin("db", "install")
    assert state(stack) == before


def test_two_upgrades_at_once(stack, schemas):  # noqa: F811
    """A new file of SQL runs once, however many begin; a consumer works meanwhile."""
    add_sql(schemas, "CREATE TABLE core.more (x integer);"
                     "INSERT INTO core.more VALUES (1); SELECT pg_sleep(1);")
    stack.start_consumer()
    stack.post_all(RandomEvents(stack_contract(), seed=8, refused=False,
                                conflicts=False).lines(100))
    both = [start(stack, "db", "upgrade") for _ in range(3)]
    said = [process.communicate(timeout=120) for process in both]
    assert [process.returncode for process in both] == [0, 0, 0], said
    assert stack.rows("SELECT x FROM core.more") == [(1,)]
    assert sum("900_more.sql" in out for out, _ in said) == 1
    stack.wait_applied()


def stack_contract():
    from oracle.contract import Contract
    return Contract()


@pytest.mark.parametrize("fault", ("SQL", "schema", "changed file", "killed"))
def test_a_failed_upgrade_leaves_the_old_state(stack, schemas, fault):  # noqa: F811
    """Whatever had been done before the fault is undone."""
    before = state(stack)
    text = "CREATE TABLE core.more (x integer);"
    if fault == "SQL":
        add_sql(schemas, text + " SELECT 1/0;")
    elif fault == "changed file":
        add_sql(schemas, text)
        with open(schemas / "sql" / "070_entities.sql", "a", encoding="utf-8") as file:
            file.write("-- changed\n")
    elif fault == "killed":
        add_sql(schemas, text + " SELECT pg_sleep(60);")
    else:
        add_sql(schemas, text)
        body = new_type(schemas)
        body["fields"][-2]["type"] = ["null", "double"]
        (schemas / "events" / body["namespace"].rsplit(".", 1)[1] / "well_dug.v1.avsc"
         ).write_text(json.dumps(body), "utf-8")
    process = start(stack, "db", "upgrade")
    if fault == "killed":
        wait_for(lambda: stack.value("SELECT count(*) FROM pg_stat_activity"
                                     " WHERE query LIKE '%%pg_sleep(60)%%'"
                                     " AND pid <> pg_backend_pid()"), 20)
        process.kill()
        stack.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                      " WHERE query LIKE '%pg_sleep(60)%' AND pid <> pg_backend_pid()")
    _, errors = process.communicate(timeout=60)
    if fault != "killed":
        assert process.returncode == (4 if fault == "SQL" else 3) and errors
    assert state(stack) == before
    shutil.rmtree(schemas)
    shutil.copytree(ROOT / "schemas", schemas)
    assert "all is there already" in stack.admin("db", "upgrade")


# What a person may get wrong in the file of a new type: (where, what is told).
def without(body, name):
    del body[name]


def broken(body, change):
    """Break a good schema in one way; @returns its text"""
    field = body["fields"][-2]                      # amount, an optional long
    enum = next(f for f in body["fields"][12:] if "enum" in json.dumps(f["type"]))
    changes = {
        "no JSON": lambda: None,
        "no doc": lambda: without(field, "doc"),
        "no label": lambda: without(field, "labelFa"),
        "unknown property": lambda: field.update(colour="red"),
        "unknown role": lambda: field.update(role="number"),
        "floating point": lambda: field.update(type=["null", "float"]),
        "recursion": lambda: field.update(type=["null", f"{body['namespace']}.WellDug"]),
        "names no field": lambda: field.update(atMost="nothing"),
        "bad pattern": lambda: next(f for f in body["fields"] if "pattern" in f
                                    and f["name"] == "product_code").update(pattern="["),
        "no schemaId": lambda: without(body, "schemaId"),
        "name of a view": lambda: body.update(name="Event", eventType="event"),
        "envelope missing": lambda: body["fields"].pop(3),
        "field twice": lambda: body["fields"].append(body["fields"][-1]),
        "symbol without label": lambda: next(iter(enum_of(enum)["labelsFa"].keys())) and
            enum_of(enum)["labelsFa"].pop(enum_of(enum)["symbols"][0]),
    }
    changes[change]()
    text = json.dumps(body, ensure_ascii=False)
    return text[:-1] if change == "no JSON" else text


def enum_of(field):
    kind = field["type"]
    return kind if isinstance(kind, dict) else next(
        branch for branch in kind if isinstance(branch, dict))


CHANGES = ("no JSON", "no doc", "no label", "unknown property", "unknown role",
           "floating point", "recursion", "names no field", "bad pattern",
           "no schemaId", "name of a view", "envelope missing", "field twice",
           "symbol without label")


def test_a_faulty_schema_installs_nothing(stack, schemas, tmp_path):  # noqa: F811
    """Each is refused with file, pointer and reason."""
    before, files = state(stack), sorted(schemas.glob("events/*/*"))
    for change in CHANGES:
        path = tmp_path / "well_dug.v1.avsc"
        path.write_text(broken(new_type(schemas), change), "utf-8")
        done = stack.run("mahalle-admin", "schema", "add", path)
        said = done.stdout.decode() + done.stderr.decode()
        assert done.returncode == 3, (change, said)
        told = [line for line in said.splitlines() if line.startswith(f"{path}: ")]
        assert told and all(len(line) > len(f"{path}: ") + 5 for line in told), (change, said)
        if change not in ("no JSON",):
            assert any(": /" in line for line in told), (change, said)
    assert state(stack) == before
    assert sorted(schemas.glob("events/*/*")) == files
