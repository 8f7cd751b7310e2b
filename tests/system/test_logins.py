# SPDX-License-Identifier: Apache-2.0
"""A login needs no more than membership in the role that is made for it."""

import psycopg
import pytest

from harness.verdicts import assert_like_log
from oracle import decode, intake
from oracle.random_events import RandomEvents


@pytest.fixture
def login(stack):
    """A function: role -> connection string of a login that is its member alone."""
    made = []

    def member(role):
        name = f"{role}_only"
        with stack.superuser() as connection:
            connection.execute(f"CREATE ROLE {name} LOGIN PASSWORD 'only' IN ROLE {role}")
        made.append(name)
        return psycopg.conninfo.make_conninfo(
            stack.environment["MAHALLE_PG"], user=name, password="only")
    yield member
    stack.stop_consumers()
    with stack.superuser() as connection:
        for name in made:
            connection.execute(f"DROP ROLE {name}")


def denied(connection, statement):
    with pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute(statement)


def test_a_consumer_as_a_mere_writer(stack, contract, login):
    """Facts, corrections, dead letters, positions; and it can do no harm beside."""
    conninfo = login("mahalle_writer")
    records = []
    for number, line in enumerate(RandomEvents(contract, 41, refused=False).lines(800)):
        event, _ = intake.read_line(line, contract)
        value = decode.encode(event, contract)
        records.append((event["event_id"], value[:-1] if number % 20 == 7 else value))
    stack.start_consumer(MAHALLE_PG=conninfo)
    for part in (records[:400], records[400:]):
        stack.produce(part)
        stack.wait_applied()
    log = assert_like_log(stack, contract)
    assert all(log.fates[fate] for fate in ("applied", "duplicate", "stale", "dead"))
    with psycopg.connect(conninfo, autocommit=True) as connection:
        for table in ("core.event", "core.daily", "ops.dead_letter", "ops.partition_progress"):
            denied(connection, f"DELETE FROM {table}")
            denied(connection, f"TRUNCATE {table}")
        denied(connection, "SELECT 1 FROM core.dead_letter_record")
        denied(connection, "UPDATE ops.dead_letter SET state = 'parked'")
        denied(connection, "UPDATE core.event_history SET revision = 0")
        denied(connection, "INSERT INTO core.schema SELECT * FROM core.schema")
        denied(connection, "UPDATE core.contract SET version = 0")
        denied(connection, "CREATE TABLE core.own (a int)")


def test_an_operator_reads_no_contents(stack, contract, login):
    conninfo = login("mahalle_ops")
    stack.produce([("x", b"not a frame")])
    stack.start_consumer()
    stack.wait_applied()
    with psycopg.connect(conninfo, autocommit=True) as connection:
        assert connection.execute("SELECT reason FROM ops.dead_letter").fetchall() == [("FRAME",)]
        assert connection.execute("SELECT sum(dead) FROM ops.partition_progress").fetchone() == (1,)
        for statement in ("SELECT 1 FROM core.dead_letter_record", "SELECT 1 FROM core.event",
                          "UPDATE ops.dead_letter SET state = 'parked'",
                          "DELETE FROM ops.dead_letter",
                          "UPDATE ops.partition_progress SET next_offset = 0"):
            denied(connection, statement)
