# SPDX-License-Identifier: Apache-2.0
"""report.change: windows that adjoin show each version once, whatever was under
way at the border; report.rejection: why messages were rejected."""

import collections
import json
import threading

import psycopg

from harness.stack import wait_for
from oracle import decode, intake
from oracle.random_events import RandomEvents
from system.test_trust import expected_days

VERSION = "event_id, agency_code, new_revision"
MEETING = {"event_type": "council_meeting_held", "agency_code": "governorate",
           "occurred_on": "1404/07/21", "place_code": "c1195-001",
           "council_code": "c1195-001-C1", "members_present": 7}


def changes(connection, since, until):
    return {tuple(row[:3]): row[3] for row in connection.execute(
        f"SELECT {VERSION}, at FROM report.change(%s, %s) WHERE measure IS NULL",
        (since, until)).fetchall()}


def now(connection):
    return connection.execute("SELECT clock_timestamp()").fetchone()[0]


def test_a_transaction_that_is_open_at_the_border(stack):
    """It has written its versions, and commits after the first window was read."""
    stack.start_consumer()
    stack.post_all([json.dumps({**MEETING, "event_id": f"before {n}"}) for n in range(5)])
    stack.wait_applied()
    with stack.connect() as holder, stack.connect("MAHALLE_PG_ANALYST") as analyst:
        start = now(analyst)
        with holder.transaction():
            holder.execute("LOCK TABLE core.daily IN SHARE MODE")
            stack.post_all([json.dumps({**MEETING, "event_id": f"held {n}"})
                            for n in range(5)])
            wait_for(lambda: stack.value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND relation = 'core.daily'::regclass"), 20)
            border = now(analyst)
            first = changes(analyst, start, border)
        stack.wait_applied(30)
        end = now(analyst)
        second = changes(analyst, border, end)
        assert first == {} and len(second) == 5
        assert all(border <= at < end for at in second.values())
        assert changes(analyst, start, end) == second
        assert len(changes(analyst, "-infinity", "infinity")) == 10
        assert stack.value("SELECT count(*) FROM core.event e WHERE NOT EXISTS"
                           " (SELECT FROM core.committed c WHERE c.applied_at = e.applied_at"
                           " AND c.at > c.applied_at)") == 0


def test_a_commit_under_way_is_waited_for(stack):
    """The moment is taken, and nobody sees the version yet: the reader waits, and
    holds nobody up when it has its answer."""
    stack.start_consumer()
    stack.post_all([json.dumps({**MEETING, "event_id": "first"})])
    stack.wait_applied()
    found = []

    def read():
        with psycopg.connect(stack.environment["MAHALLE_PG_ANALYST"]) as analyst:
            found.append(changes(analyst, start, now(analyst)))
            done.wait(60)   # its transaction stays open

    done = threading.Event()
    reader = threading.Thread(target=read)
    with stack.connect() as writer:
        start = now(writer)
        with writer.transaction():
            writer.execute("LOCK TABLE core.commit_gate IN ROW EXCLUSIVE MODE")
            writer.execute("UPDATE core.event SET applied_at = now()")
            writer.execute("INSERT INTO core.committed VALUES (now(), clock_timestamp())")
            reader.start()
            wait_for(lambda: stack.value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"
                " AND relation = 'core.commit_gate'::regclass"), 20)
            assert found == []
        wait_for(lambda: found, 20)
        assert len(found[0]) == 1
        stack.post_all([json.dumps({**MEETING, "event_id": "second"})])
        stack.wait_applied(20)
    done.set()
    reader.join()


def test_why_messages_were_rejected(stack, contract):
    """By reason; of sensitive types, and of what could not be read, without type."""
    source = RandomEvents(contract, seed=15, refused=False, conflicts=False)
    records = []
    for number, line in enumerate(source.lines(600)):
        event, faults = intake.read_line(line, contract)
        assert not faults
        if number % 3 == 0:
            event["place_code"] = "c9999"
        elif number % 50 == 1:
            event["agency_code"] = "nobody_at_all"
        value = decode.encode(event, contract)
        records.append((event["event_id"], value[:-1] if number % 20 == 0 else value))
    stack.start_consumer()
    stack.produce(records)
    stack.wait_applied()
    with stack.connect("MAHALLE_PG_ANALYST") as analyst:
        rows = analyst.execute("SELECT agency_code, received_on, event_type, reason,"
                               " rejected, still_open FROM report.rejection").fetchall()
    by_day = collections.Counter()
    for agency, day, name, reason, rejected, still_open in rows:
        assert name is None or not contract.types[name].sensitive
        assert rejected == still_open > 0
        if agency is not None:
            by_day[agency, day] += rejected
    want = expected_days(contract, stack.read_log(times=True))
    assert by_day == {key: counts["rejected"] for key, (counts, _) in want.items()
                      if counts["rejected"]}
    got = collections.Counter()
    for letter in stack.rows("SELECT event_type, reason FROM ops.dead_letter"):
        kind = contract.types.get(letter[0])
        got[None if kind is None or kind.sensitive else kind.name, letter[1]] += 1
    assert got == collections.Counter(
        {(name, reason): sum(r[4] for r in rows if (r[2], r[3]) == (name, reason))
         for name, reason in {(r[2], r[3]) for r in rows}})
    assert {"PLACE", "DECODE", "AGENCY"} <= {row[3] for row in rows}
    assert any(name is None and reason == "PLACE" for _, _, name, reason, *_ in rows)
