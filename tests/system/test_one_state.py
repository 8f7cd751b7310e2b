# SPDX-License-Identifier: Apache-2.0
"""Whoever reads while the consumer works sees one state: facts, totals, views and
positions belong together in every snapshot."""

import time

from harness.verdicts import assert_like_log
from oracle import decode, intake
from oracle.random_events import RandomEvents

LOOKS_MIN = 5        # before the end of the load; each one is a whole reconcile
WITHIN_S = 60
ONE_STATE = ("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
# Versions are counted where they lie and where their fates are told.
STATE = """
    SELECT (SELECT count(*) FROM core.event)
           + (SELECT count(*) FROM core.event_history),
           (SELECT coalesce(sum(applied), 0) FROM ops.partition_progress),
           (SELECT coalesce(sum(applied), 0) FROM core.agency_day),
           (SELECT coalesce(sum(events), 0) FROM core.daily),
           (SELECT coalesce(sum(events), 0) FROM core.posted),
           (SELECT count(*) FROM core.event WHERE in_force)"""


def look(connection):
    """One snapshot, looked at twice with time between; versions in it."""
    with connection.transaction():
        connection.execute(ONE_STATE)
        before = connection.execute(STATE).fetchone()
        assert connection.execute("SELECT * FROM report.reconcile").fetchall() == []
        assert connection.execute(STATE).fetchone() == before
        versions, applied, by_agency, daily, posted, in_force = before
        assert versions == applied == by_agency
        assert daily == posted == in_force
    return versions


def test_no_torn_state_all_through_a_load(stack, contract):
    """Corrections, retractions and repeats of all types; two consumers; half of
    the records make batches while the reader looks."""
    source = RandomEvents(contract, seed=77, conflicts=False, refused=False)
    records = []
    for line in source.lines(4000):
        event, _ = intake.read_line(line, contract)
        records.append((event["event_id"], decode.encode(event, contract)))
    stack.start_consumers(2)
    seen, end, sent = [], time.monotonic() + WITHIN_S, 0
    with stack.connect() as reader:
        while sent < len(records) and time.monotonic() < end:
            stack.produce(records[sent:sent + 400])   # under way while we look
            sent += 400
            seen.append(look(reader))
        stack.produce(records[sent:])
        stack.wait_applied()
        seen.append(look(reader))
    assert len(seen) > LOOKS_MIN and seen == sorted(seen)
    assert len(set(seen)) > LOOKS_MIN, "the reader saw no load"
    assert_like_log(stack, contract, changes=False)
