# SPDX-License-Identifier: Apache-2.0
"""Whoever reads while the consumer works sees one state: facts, totals, views and
positions belong together in every snapshot."""

import time

from harness.verdicts import assert_like_log
from oracle import decode, intake
from oracle.random_events import RandomEvents

CHUNK = 400          # records that come while a reader looks
STATES_MIN = 8       # different ones that it must have seen
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
    """Corrections, retractions and repeats of all types; two consumers; the
    reader looks while they work."""
    source = RandomEvents(contract, seed=77, conflicts=False, refused=False)
    records = []
    for line in source.lines(4000):
        event, _ = intake.read_line(line, contract)
        records.append((event["event_id"], decode.encode(event, contract)))
    stack.start_consumers(2)
    seen, end = [0], time.monotonic() + WITHIN_S
    with stack.connect() as reader:
        for sent in range(0, len(records), CHUNK):
            stack.produce(records[sent:sent + CHUNK])   # under way while we look
            before = seen[-1]
            while seen[-1] == before and time.monotonic() < end:
                seen.append(look(reader))
        stack.wait_applied()
        seen.append(look(reader))
    assert seen == sorted(seen)
    assert len(set(seen)) >= STATES_MIN, "the reader saw no load"
    assert_like_log(stack, contract, changes=False)


def test_counts_and_numbers_that_differ_are_told(stack, contract):
    """Both reconciliations see a torn total; of a sensitive type no number."""
    source = RandomEvents(contract, seed=78, conflicts=False, refused=False)
    stack.start_consumer()
    stack.post_all(source.lines(500))
    stack.wait_applied()
    quick = "SELECT event_type, expected, found FROM report.reconcile_counts"
    whole = "SELECT what, key FROM report.reconcile"
    assert stack.rows(quick) == [] and stack.rows(whole) == []
    names = {kind: next(name for name, t in contract.types.items()
                        if t.sensitive is kind and stack.value(
                            "SELECT count(*) FROM core.daily JOIN core.event_type"
                            " USING (type_id) WHERE event_type = %s AND events > 0", name))
             for kind in (False, True)}
    stack.execute("UPDATE core.daily SET events = events + 1 WHERE ctid IN ("
                  "SELECT DISTINCT ON (type_id) d.ctid FROM core.daily d"
                  " JOIN core.event_type USING (type_id)"
                  f" WHERE event_type IN ('{names[False]}', '{names[True]}'))")
    told = {row[0]: row[1:] for row in stack.rows(quick)}
    assert set(told) == set(names.values())
    expected, found = told[names[False]]
    assert found == expected + 1
    assert told[names[True]] == (None, None)
    assert {key.split()[0] for _, key in stack.rows(whole)} == set(names.values())
    stack.execute("UPDATE core.posted SET posted_on = posted_on + 1 WHERE ctid IN ("
                  "SELECT ctid FROM core.posted WHERE posted_on < 'infinity' LIMIT 1)")
    assert "core.posted" in {what for what, _ in stack.rows(whole)}
