# SPDX-License-Identifier: Apache-2.0
"""What tells how far the numbers can be trusted: freshness, agency_day."""

import collections
import datetime
import signal
import statistics

import pytest

from harness.stack import wait_for
from oracle import calendar, decode, intake
from oracle.facts import Facts
from oracle.random_events import RandomEvents
from oracle.rows import date_of

AGED = ("UPDATE ops.partition_progress SET committed_at = committed_at - interval '61 s',"
        " seen_at = seen_at - interval '61 s'")
BEHIND = "UPDATE ops.partition_progress SET applied_until = applied_until - interval '61 s'"
MARK_S = 12   # a sign of life comes every 10 s at least


def freshness(stack):
    """(states, newest applied_until, most seconds behind) over all rows."""
    rows = stack.rows("SELECT state, applied_until, seconds_behind FROM report.freshness")
    return {row[0] for row in rows}, max(row[1] for row in rows), max(row[2] for row in rows)


def test_freshness_of_an_idle_a_late_and_a_dead_consumer(stack, contract):
    consumer = stack.start_consumer()
    source = RandomEvents(contract, seed=12, conflicts=False, refused=False)
    lines = list(source.lines(300))
    stack.post_all(lines)
    stack.wait_applied()

    def is_current():
        states, until, behind = freshness(stack)
        return states == {"current"} and 0 <= behind < 60 and until > posted
    posted = stack.value("SELECT now()")
    wait_for(is_current, MARK_S, lambda: freshness(stack))   # the idle mark moves
    posted = stack.value("SELECT now()")
    wait_for(is_current, MARK_S, lambda: freshness(stack))

    want = collections.defaultdict(list)
    for event in facts_of(lines, contract).in_force():
        want[event["event_type"], event["agency_code"]].append(event["occurred_on"])
    assert {row[:2]: row[2] for row in stack.rows(
        "SELECT event_type, agency_code, newest_occurred_on FROM report.freshness")} == {
            key: None if contract.types[key[0]].sensitive else date_of(max(days))
            for key, days in want.items()}
    assert {row[0] for row in stack.rows(
        "SELECT event_type FROM report.freshness WHERE newest_received_at IS NULL")} == {
            name for name, _ in want if contract.types[name].sensitive}

    consumer.send_signal(signal.SIGKILL)
    consumer.wait(10)
    stack.consumers.clear()
    assert freshness(stack)[0] == {"current"}
    stack.execute(BEHIND)
    assert freshness(stack)[0] == {"late"}
    assert freshness(stack)[2] >= 61
    stack.execute(AGED)
    assert freshness(stack)[0] == {"stopped"}

    stack.new_group()
    stack.start_consumer()
    posted = stack.value("SELECT now()")
    wait_for(is_current, MARK_S + 5, lambda: freshness(stack))


def test_a_partition_behind_makes_it_late(stack, contract):
    """The worst partition counts, also when all others are up to date."""
    stack.start_consumer()
    source = RandomEvents(contract, seed=13, conflicts=False, refused=False)
    stack.post_all(source.lines(100))
    stack.wait_applied()
    wait_for(lambda: freshness(stack)[0] == {"current"}, MARK_S)
    stack.stop_consumers()
    stack.execute(BEHIND + " WHERE partition = 7")
    assert freshness(stack)[0] == {"late"}
    stack.execute(AGED + " WHERE partition = 3")
    assert freshness(stack)[0] == {"stopped"}


def test_a_topic_that_was_left_in_order_counts_no_more(stack, contract):
    """The new one does; the old one does again when its consumer did not leave."""
    consumer = stack.start_consumer()
    source = RandomEvents(contract, seed=16, conflicts=False, refused=False)
    stack.post_all(source.lines(50))
    stack.wait_applied()
    wait_for(lambda: freshness(stack)[0] == {"current"}, MARK_S)
    stack.execute("INSERT INTO ops.partition_progress (topic, partition, state, seen_at,"
                  " applied_until) SELECT 'mahalle.old', n, 'released', now() - interval"
                  " '1 year', now() - interval '1 year' FROM generate_series(0, 2) n")
    assert freshness(stack)[0] == {"current"}
    stack.execute("UPDATE ops.partition_progress SET state = 'running'"
                  " WHERE topic = 'mahalle.old' AND partition = 1")
    assert freshness(stack)[0] == {"stopped"}
    stack.execute("UPDATE ops.partition_progress SET state = 'released'"
                  " WHERE topic = 'mahalle.old'")
    stack.stop_consumers()     # all of them have left: the state is told as it is
    assert consumer.returncode == 0
    assert freshness(stack)[0] == {"stopped"}


def facts_of(lines, contract):
    facts = Facts()
    for line in lines:
        facts.take(intake.read_line(line, contract)[0])
    return facts


def readable_agency(event, faults):
    if event is None or any(f.pointer == "/agency_code" and f.code != "AGENCY" for f in faults):
        return None
    return event.get("agency_code")


def expected_days(contract, records):
    """{(agency, day): (Counter of fates, [delays of applied messages in s])}"""
    facts, found = Facts(), {}
    for _, _, _, value, at_ms in records:
        event, faults = decode.read_record(value, contract)
        fate = "rejected" if faults else facts.take(event).replace("dead", "rejected")
        agency = readable_agency(event, faults)
        if agency is None:
            continue
        at = calendar.INSTANT_0 + datetime.timedelta(milliseconds=at_ms)
        day = at.astimezone(calendar.TEHRAN).date()
        counts, delays = found.setdefault((agency, day), (collections.Counter(), []))
        counts[fate] += 1
        if fate == "applied":
            delays.append((at_ms - event["posted_at"]) / 1000)
    return found


def test_agency_day(stack, contract):
    """Repeats, conflicts and refused records too; half of it in later batches."""
    source = RandomEvents(contract, seed=14, refused=False)
    records = []
    for number, line in enumerate(source.lines(1200)):
        event, faults = intake.read_line(line, contract)
        assert not faults
        if number % 10 == 3:   # one fault that leaves the agency readable
            event["place_code"] = "c9999"
        if number % 50 == 7:   # unknown, but well-formed
            event["agency_code"] = "nobody_at_all"
        if number % 50 == 9:   # not readable
            event["agency_code"] = "NOBODY"
        value = decode.encode(event, contract)
        records.append((event["event_id"], value[:-1] if number % 50 == 11 else value))
    stack.start_consumer()
    for part in (records[:600], records[600:]):
        stack.produce(part)
        stack.wait_applied()
    want = expected_days(contract, stack.read_log(times=True))
    rows = stack.rows("SELECT agency_code, received_on, posted, applied, duplicate, stale,"
                      " rejected, median_delay_s FROM report.agency_day")
    names = ("applied", "duplicate", "stale", "rejected")
    assert {row[:2]: row[3:7] for row in rows} == {
        key: tuple(counts[n] for n in names) for key, (counts, _) in want.items()}
    assert all(sum(row[column] for row in rows) for column in range(3, 7))
    for agency, day, posted, *fates, median in rows:
        assert posted == sum(fates)
        delays = want[agency, day][1]
        assert (median is None) == (not delays)
        if delays:
            assert median == pytest.approx(statistics.median(delays), abs=0.002)
