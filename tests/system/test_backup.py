# SPDX-License-Identifier: Apache-2.0
"""PostgreSQL alone is enough: yesterday's backup, restored into another server
by the commands of deploy/docs, catches up from Kafka to the same numbers."""

import pathlib
import re
import shutil
import subprocess

import psycopg
import pytest

from harness.stack import Stack
from harness.verdicts import fingerprint
from oracle import decode, intake
from oracle.random_events import RandomEvents

PAGES = pathlib.Path(__file__).parents[2] / "deploy" / "docs"
# Equal on both servers, row by row; times of transactions are not.
SAME = """
    SELECT event_id::text, agency_id, revision, in_force, content, occurred_on, numbers::text,
           codes::text, partition, "offset" FROM core.event ORDER BY 1, 2;
    SELECT event_id::text, agency_id, revision, content FROM core.event_history ORDER BY 1, 2, 3;
    SELECT d::text FROM core.daily d ORDER BY 1;
    SELECT a::text FROM core.agency_day a ORDER BY 1;
    SELECT partition, "offset", reason, detail::text, state FROM ops.dead_letter ORDER BY 1, 2;
    SELECT partition, next_offset, applied, duplicate, stale, dead, gaps, topic_id, cluster_id
      FROM ops.partition_progress ORDER BY 1
"""


def blocks(page, title, language):
    """Code of a section as it stands in the page."""
    text = (PAGES / page).read_text("utf-8")
    section = re.split(r"^## ", text, flags=re.M)
    section, = (s for s in section if s.splitlines()[0] == title)
    return re.findall(rf"^```{language}\n(.*?)^```$", section, re.M | re.S)


def run_page(page, title, server, folder):
    """Run the commands of a section as the superuser of a server."""
    block, = blocks(page, title, "sh")
    said = run(["bash", "-e", "-c", block], server, cwd=folder)
    errors = set(re.findall(r"ERROR: .*", said))
    assert errors <= {'ERROR:  role "postgres" already exists'}, errors


def run(words, server, **options):
    """A command as the superuser of a server."""
    done = subprocess.run(words, text=True, capture_output=True, timeout=120,
                          env={**server.environment, **libpq(server)}, **options)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def libpq(server):
    with server.superuser() as connection:
        info = connection.info
        return {"PGHOST": info.host, "PGPORT": str(info.port), "PGUSER": info.user,
                "PGPASSWORD": info.password}


@pytest.fixture(scope="module")
def second(servers, tmp_path_factory):
    """Another PostgreSQL, with the passwords that a restore brings along."""
    server = Stack(tmp_path_factory.mktemp("second"))
    shutil.copy(servers.directory / "secrets", server.directory)
    server.up("postgres")
    yield server
    server.down("postgres")
    shutil.rmtree((server.directory / "postgres").resolve())  # it may lie elsewhere


@pytest.fixture
def other(stack, second):
    """The same, as empty as one that was just made."""
    second.up("postgres")
    make_empty(second)
    second.environment["MAHALLE_BROKERS"] = stack.environment["MAHALLE_BROKERS"]
    yield second
    second.stop_consumers()


def make_empty(server):
    with server.superuser() as connection:
        connection.execute("DROP DATABASE IF EXISTS mahalle WITH (FORCE)")
        for name, in connection.execute(
                "SELECT rolname FROM pg_roles WHERE rolname LIKE 'mahalle%'").fetchall():
            connection.execute(f"DROP ROLE {name}")


def make_records(contract):
    """Facts with corrections and retractions, repeats, and some that are bad."""
    records = []
    for number, line in enumerate(RandomEvents(contract, 7, refused=False).lines(700)):
        event, _ = intake.read_line(line, contract)
        value = decode.encode(event, contract)
        records.append((event["event_id"], value[:-1] if number % 40 == 9 else value))
    return records


def contents(server):
    with server.connect() as connection:
        return [connection.execute(query).fetchall() for query in SAME.split(";")]


def test_yesterdays_backup_catches_up_to_the_same_numbers(stack, other, contract, tmp_path):
    records = make_records(contract)
    stack.produce(records[:400])
    stack.start_consumer()
    stack.wait_applied()
    run_page("backup.md", "Backup", stack, tmp_path)
    yesterday = contents(stack)
    stack.produce(records[400:] + records[100:200])
    stack.wait_applied()
    stack.stop_consumers()
    today = contents(stack)
    assert yesterday[0] != today[0] and yesterday[2] != today[2]

    run_page("backup.md", "Restore", other, tmp_path)
    # the roles came with it, passwords and settings included
    for name in ("MAHALLE_PG", "MAHALLE_PG_ANALYST"):
        port = psycopg.conninfo.conninfo_to_dict(other.environment[name])["port"]
        other.environment[name] = psycopg.conninfo.make_conninfo(
            stack.environment[name], port=port)
    with other.connect("MAHALLE_PG_ANALYST") as connection:
        assert connection.execute("SHOW timezone").fetchone() == (
            stack.connect("MAHALLE_PG_ANALYST").execute("SHOW timezone").fetchone())
    assert contents(other) == yesterday
    other.environment["MAHALLE_GROUP"] = stack.environment["MAHALLE_GROUP"]
    other.start_consumer()
    other.wait_applied()
    assert contents(other) == today
    assert fingerprint(other, contract) == fingerprint(stack, contract)


def test_an_empty_server_becomes_one_of_ours_by_the_install_page(other, tmp_path):
    """Its SQL as it stands; then the commands as the login that it makes."""
    first, second = blocks("install.md", "PostgreSQL", "sql")
    psql = ["psql", "-X", "-q", "-v", "ON_ERROR_STOP=1"]
    run([*psql, "-d", "postgres"], other,
        input=first + "ALTER ROLE mahalle_admin PASSWORD 'known';")
    conf = tmp_path / "admin.conf"
    conf.write_text("pg = " + psycopg.conninfo.make_conninfo(
        other.environment["MAHALLE_PG"], user="mahalle_admin", password="known") + "\n")
    for command in (blocks("install.md", "PostgreSQL", "sh")
                    + blocks("install.md", "Kafka", "sh")):
        done = subprocess.run(
            ["bash", "-c", command.replace("/etc/mahalle/admin.conf", str(conf))], text=True,
            capture_output=True, timeout=120,
            env={k: v for k, v in other.environment.items() if k != "MAHALLE_PG"})
        assert done.returncode == 0, done.stdout + done.stderr
    run([*psql, "-d", "mahalle"], other, input=second)
    with other.superuser() as connection:
        for name, role in re.findall(r"ROLE (\w+) LOGIN IN ROLE (\w+)", second):
            assert connection.execute("SELECT pg_has_role(%s, %s, 'USAGE')",
                                      (name, role)).fetchone() == (True,)
