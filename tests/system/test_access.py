# SPDX-License-Identifier: Apache-2.0
"""What an analyst's login may do, and the texts of deploy/examples as they stand."""

import csv
import json
import os
import re
import shutil
import subprocess

import psycopg
import pytest

from harness.stack import ROOT

EXAMPLES = ROOT / "deploy" / "examples"
README = (EXAMPLES / "README.md").read_text("utf-8")
LOGIN = "MAHALLE_PG_ANALYST"
BOM = b"\xef\xbb\xbf"
REFUSED = psycopg.errors.InsufficientPrivilege


def blocks(language):
    return re.findall(rf"^```{language}\n(.*?)^```", README, re.M | re.S)


@pytest.fixture(scope="module")
def settled(servers):
    """The login as deploy/stack sets it up; that stays when tables are made anew."""
    servers.up()
    servers.fresh()
    servers.stack("up", "services")
    servers.stack("down", "services")


@pytest.fixture
def analyst(settled, stack):
    with stack.connect(LOGIN) as connection:
        yield connection


@pytest.fixture
def examples(stack, analyst, tmp_path):
    """A copy of the examples that points to the test's server, and the
    environment in which psql finds it."""
    url = psycopg.conninfo.conninfo_to_dict(stack.environment[LOGIN])
    for path in EXAMPLES.iterdir():
        text = path.read_text("utf-8").replace("db.example.org", url["host"])
        text = text.replace("5432", url["port"]).replace("PASSWORD", url["password"])
        (tmp_path / path.name).write_text(text, "utf-8")
    (tmp_path / "odbc.ini").write_text(
        (tmp_path / "odbc.ini").read_text("utf-8") + f"Password = {url['password']}\n")
    return tmp_path, {
        **{k: v for k, v in os.environ.items() if not k.startswith(("PG", "LC_"))},
        "LANG": "C", "PGSERVICEFILE": str(tmp_path / "pg_service.conf"),
        "PGPASSWORD": url["password"], "ODBCINI": str(tmp_path / "odbc.ini")}


def run(command, examples, **options):
    folder, environment = examples
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True,
                          timeout=120, **options)
    assert done.returncode == 0, (command, done.stdout, done.stderr)
    return done.stdout.decode("utf-8")


def relations(stack):
    """[(schema, relation)] and [(schema, function)] of ours."""
    ours = "NOT IN ('information_schema') AND nspname NOT LIKE 'pg\\_%%'"
    return (stack.rows(f"""SELECT nspname, relname FROM pg_class c
                             JOIN pg_namespace n ON n.oid = relnamespace
                            WHERE relkind IN ('r', 'v', 'm', 'p') AND nspname {ours}"""),
            stack.rows(f"""SELECT nspname, proname, pronargs - pronargdefaults,
                                  proargtypes[0]::regtype::text
                             FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
                            WHERE prokind = 'f' AND nspname {ours}"""))


def test_reads_all_of_report_and_nothing_else(stack, analyst):
    tables, functions = relations(stack)
    assert {"core", "ops", "report"} <= {schema for schema, _ in tables}
    for schema, name in tables:
        query = f'SELECT * FROM {schema}."{name}" LIMIT 0'
        if schema == "report":
            analyst.execute(query)
        else:
            with pytest.raises(REFUSED):
                analyst.execute(query)
    for schema, name, needed, kind in functions:
        if schema == "report":
            arguments = ", ".join([f"now()::{kind}"] * needed)
            analyst.execute(f"SELECT * FROM report.{name}({arguments})").fetchall()
        else:
            with pytest.raises(REFUSED):
                analyst.execute(f"SELECT {schema}.{name}()")


def test_settings_of_the_session(analyst):
    settings = {name: analyst.execute(f"SHOW {name}").fetchone()[0] for name in (
        "statement_timeout", "TimeZone", "default_transaction_read_only")}
    assert settings == {"statement_timeout": "1min", "TimeZone": "Asia/Tehran",
                        "default_transaction_read_only": "on"}


def test_a_query_that_takes_too_long_ends(analyst):
    analyst.execute("SET statement_timeout = '200ms'")  # shorter, for the test
    with pytest.raises(psycopg.errors.QueryCanceled):
        analyst.execute("SELECT pg_sleep(5)")


REFUSED_WRITES = (
    "INSERT INTO report.calendar (date) VALUES ('2200-01-01')",
    "DELETE FROM report.calendar",
    "UPDATE report.event_type SET label_fa = 'x'",
    "TRUNCATE report.calendar",
    "CREATE TABLE report.own (x integer)",
    "CREATE TABLE public.own (x integer)",
    "CREATE VIEW report.own AS SELECT 1",
    "CREATE SCHEMA own",
    "DROP VIEW report.council",
    "COMMENT ON VIEW report.council IS 'x'",
    "GRANT mahalle_owner TO mahalle_analyst_login",
    "SET ROLE mahalle_owner",
    "COPY report.calendar TO '/tmp/calendar.csv'",
    "COPY report.calendar TO PROGRAM 'cat'")


def test_cannot_write_even_when_the_setting_is_changed(analyst):
    with pytest.raises(psycopg.errors.ReadOnlySqlTransaction):
        analyst.execute("CREATE TEMP TABLE own (x integer)")
    analyst.execute("SET default_transaction_read_only = off")
    for statement in REFUSED_WRITES:
        with pytest.raises(REFUSED):
            analyst.execute(statement)


def test_a_new_login_is_like_the_first(stack, analyst):
    (create,) = blocks("sql")
    database = psycopg.conninfo.conninfo_to_dict(stack.environment[LOGIN])
    with stack.superuser() as server:
        server.execute("DROP ROLE IF EXISTS analyst_1")
        with psycopg.connect(server.info.dsn, password=server.info.password,
                             dbname="mahalle", autocommit=True) as connection:
            connection.execute(create)
            connection.execute("ALTER ROLE analyst_1 PASSWORD 'for the test'")
        try:
            database.update(user="analyst_1", password="for the test")
            with psycopg.connect(**database, autocommit=True) as connection:
                test_settings_of_the_session(connection)
                connection.execute("SELECT * FROM report.governor_summary()")
                with pytest.raises(REFUSED):
                    connection.execute("SELECT * FROM core.event")
        finally:
            server.execute("DROP ROLE analyst_1")


def places(stack):
    return stack.rows("SELECT place_code, name_fa FROM report.place")


def read_csv(path):
    data = path.read_bytes()
    assert data.startswith(BOM) and data.count(BOM) == 1
    rows = list(csv.DictReader(data.decode("utf-8-sig").splitlines()))
    return sorted((row["place_code"], row["name_fa"]) for row in rows)


def test_commands_of_the_page_and_their_csv(stack, examples):
    folder, _ = examples
    for block in blocks("sh"):
        for command in block.splitlines():
            run(["bash", "-c", command], examples)
    expected = sorted(places(stack))
    assert ("24", "اردبیل") in expected
    assert read_csv(folder / "place.csv") == expected
    assert read_csv(folder / "places.csv") == sorted(set(expected))


def test_service_of_the_page_sets_the_session(examples):
    for setting, value in (("TimeZone", "Asia/Tehran"), ("client_encoding", "UTF8"),
                           ("transaction_read_only", "on"), ("statement_timeout", "1min")):
        assert run(["psql", "service=mahalle", "-XAt", "-c", f"SHOW {setting}"],
                   examples) == value + "\n"


def test_uri_of_the_page(examples):
    text = (examples[0] / "README.md").read_text("utf-8")
    (uri,) = re.findall(r"^postgresql://.*$", text, re.M)
    with psycopg.connect(uri) as connection:
        assert connection.execute("SHOW TimeZone").fetchone()[0] == "Asia/Tehran"


@pytest.mark.skipif(not shutil.which("isql"), reason="unixodbc, odbc-postgresql")
def test_odbc(examples):
    text = (examples[0] / "README.md").read_text("utf-8")
    (line,) = re.findall(r"^Driver=.*$", text, re.M)
    query = b"SELECT name_fa, current_setting('TimeZone') FROM report.place_as_of('2025-10-13')" \
            b" WHERE place_code = '24'\n"
    for source in (["mahalle"], ["-k", line]):
        answer = run(["isql", "-b", "-d;", *source], examples, input=query)
        assert answer.strip() == "اردبیل;Asia/Tehran"


def test_data_set_counts_every_total_once(stack, examples):
    cleanup = {"event_type": "cleanup_held", "agency_code": "environment",
               "place_kind": "OTHER", "waste_kg": 5, "participants_count": 7}
    stack.post_all([  # c2166 and c2492 have changed their county
        json.dumps({**cleanup, "event_id": f"{day} {place}", "occurred_on": day,
                    "place_code": place})
        for day, place in (("1399/02/01", "c2492"), ("1404/02/01", "c2492"),
                           ("1404/02/01", "c2166"), ("1404/02/01", "c1195-001"),
                           ("1404/02/01", "2409"))])
    stack.start_consumer()
    stack.wait_applied()
    answer = run(["psql", "service=mahalle", "-X", "--csv", "-f", "dataset.sql"], examples)
    rows = list(csv.DictReader(answer.splitlines()))
    assert sum(int(row["total"]) for row in rows if row["unit"] == "kilograms") == 25
    assert sum(int(row["events"]) for row in rows) == 10
    assert {row["county"] for row in rows} >= {"اردبیل", "نیر"}
