# SPDX-License-Identifier: Apache-2.0
"""Nothing is skipped in silence: records gone by retention, a log that was cut,
another log under the old name.  The partition stands still until a person
decides; the others go on, and the numbers never claim to be current.
"""

import time

import confluent_kafka
import pytest

from harness.stack import TOPIC, tail, wait_for
from oracle.compare import differences
from oracle.log import Log
from oracle.random_events import RandomEvents

pytestmark = pytest.mark.timeout(300)

FATES = "next_offset, applied, duplicate, stale, dead, gaps"
HOLD = 11        # longer than what the consumer does from time to time
MARKS = 6        # longer than it takes to give a sign of life
DECIDED = 15     # within this it goes on after a decision


@pytest.fixture
def lines(contract):
    source = RandomEvents(contract, seed=63, conflicts=False, refused=False)
    return list(source.lines(900))


@pytest.fixture
def read(stack, lines):
    """The first 300 lines are counted; the consumer has been stopped."""
    stack.start_consumer()
    stack.post_all(lines[:300])
    stack.wait_applied()
    stack.stop_consumers()
    assert min(stack.progress().values()) > 3
    grow_old(stack)
    return stack


def grow_old(stack):
    """What was applied, was applied long ago: only a wrong mark makes it current."""
    stack.execute("UPDATE ops.partition_progress SET applied_until = now() - interval '1 hour'")


def counts(stack):
    """{partition: next offset and how many offsets had which fate}"""
    return {row[0]: row[1:] for row in stack.rows(
        f"SELECT partition, {FATES} FROM ops.partition_progress")}


def blocked(stack):
    """{partition: reason}"""
    return dict(stack.rows("SELECT partition, coalesce(reason, '') FROM ops.partition_progress"
                           " WHERE state = 'blocked'"))


def tables(stack):
    """Everything that a record can change outside the positions."""
    return stack.rows("SELECT (SELECT count(*) FROM core.event),"
                      " (SELECT count(*) FROM core.event_history),"
                      " (SELECT coalesce(sum(events), 0) FROM core.daily),"
                      " (SELECT count(*) FROM ops.dead_letter)")[0]


def freshness(stack):
    states = {row[0] for row in stack.rows("SELECT DISTINCT state FROM report.freshness")}
    assert len(states) == 1, states
    return states.pop()


def wait_blocked(stack, partitions, prefix):
    wait_for(lambda: set(blocked(stack)) == set(partitions), 20,
             lambda: f"{blocked(stack)}\n{tail(stack.consumers[-1].log)}")
    assert all(reason.startswith(prefix) for reason in blocked(stack).values()), blocked(stack)


def assert_stays_blocked(stack, partitions, prefix, before, hold=HOLD):
    """For a while: the same partitions, the same counts, never current."""
    end = time.monotonic() + hold
    while time.monotonic() < end:
        reasons = blocked(stack)
        assert set(reasons) == set(partitions), reasons
        assert all(reason.startswith(prefix) for reason in reasons.values()), reasons
        now = counts(stack)
        assert {p: now[p] for p in partitions} == {p: before[p] for p in partitions}
        assert freshness(stack) != "current"
        assert stack.consumers[-1].poll() is None, tail(stack.consumers[-1].log)
        time.sleep(0.5)


def assert_others_arrive(stack, standing):
    def arrived():
        progress = stack.progress()
        return all(progress.get(p, 0) >= end
                   for p, end in stack.end_offsets().items() if p not in standing)

    wait_for(arrived, 60, lambda: f"{stack.progress()} of {stack.end_offsets()}")


def restart(stack):
    stack.stop_consumers()
    stack.new_group()
    stack.start_consumer()
    log = stack.consumers[-1].log
    wait_for(lambda: "claimed=" in log.read_text(), 30, lambda: tail(log))


# ---- What can go wrong with a log -------------------------------------------

def retention(stack, lines):
    """(partition, its begin): some of what was not read yet is gone."""
    stack.post_all(lines[300:600])
    ends, progress = stack.end_offsets(), stack.progress()
    partition = max(ends, key=lambda p: ends[p] - progress[p])
    begin = ends[partition] - 2
    assert begin > progress[partition] + 2
    where = confluent_kafka.TopicPartition(TOPIC, partition, begin)
    admin = stack.kafka_admin()  # answers come only while it is there
    for answer in admin.delete_records([where]).values():
        assert answer.result(30).low_watermark == begin
    return partition, begin


def cut(stack, by=5):
    """The partition with most records: its log ends `by` before what was counted."""
    ends = stack.end_offsets()
    partition = max(ends, key=ends.get)
    stack.execute(f"UPDATE ops.partition_progress SET next_offset = next_offset + {by},"
                  f" applied = applied + {by} WHERE partition = {partition}")
    return partition


def grow(stack, partition, count):
    """Good records, which that partition holds already."""
    old = [(key, value, p) for p, _, key, value in stack.read_log() if p == partition]
    stack.produce((old * (count // len(old) + 1))[:count])


def make_anew(stack, change=lambda value: value):
    """Another topic under the old name; each partition ends beyond the old one."""
    records = [(key, change(value), p) for p, _, key, value in stack.read_log()]
    admin = stack.kafka_admin()
    admin.delete_topics([TOPIC], operation_timeout=30)[TOPIC].result()
    wait_for(lambda: TOPIC not in admin.list_topics(timeout=30).topics, 30)
    stack.admin("topics", "create")
    wait_for(stack.partitions, 30)
    stack.producer = None
    stack.produce(records * 2)


def spoil(stack, partition, offset):
    """Change a byte of the batch at `offset` while no broker runs."""
    stack.down("kafka")
    stack.spoil(partition, offset)
    stack.up("kafka")
    stack.producer = None


# ---- It stands still --------------------------------------------------------

def test_records_gone_by_retention(read, lines):
    partition, _ = retention(read, lines)
    before = counts(read)
    read.start_consumer()
    wait_blocked(read, {partition}, "GAP:")
    assert_others_arrive(read, {partition})
    assert_stays_blocked(read, {partition}, "GAP:", before)
    restart(read)
    assert_stays_blocked(read, {partition}, "GAP:", before, MARKS)
    assert read.value("SELECT count(*) FROM ops.dead_letter") == 0


def test_a_log_that_was_cut(read, lines):
    """Also when it has grown past the place again: those are other records."""
    partition = cut(read)
    before = counts(read)
    read.start_consumer()
    wait_blocked(read, {partition}, "GAP:")
    assert_stays_blocked(read, {partition}, "GAP:", before)
    grow(read, partition, 12)
    read.post_all(lines[300:600])
    assert read.end_offsets()[partition] > before[partition][0]
    assert_others_arrive(read, {partition})
    assert_stays_blocked(read, {partition}, "GAP:", before)
    restart(read)
    assert_stays_blocked(read, {partition}, "GAP:", before, MARKS)


def test_a_topic_made_anew(read):
    before, held = counts(read), tables(read)
    make_anew(read)
    assert all(end > before[p][0] for p, end in read.end_offsets().items())
    read.start_consumer()
    wait_blocked(read, before, "OTHER_LOG:")
    assert_stays_blocked(read, before, "OTHER_LOG:", before)
    restart(read)
    assert_stays_blocked(read, before, "OTHER_LOG:", before, MARKS)
    assert tables(read) == held
    # another log is one difference a partition, not one a record
    found = differing(read)
    assert len(found) == len(before) and all(" column=topic_id " in line for line in found), found


def test_a_topic_made_anew_while_it_is_read(read):
    """The consumer is not told; what it reads before it knows must not count."""
    read.start_consumer()
    wait_for(lambda: freshness(read) == "current", 30)
    before, held = counts(read), tables(read)
    make_anew(read)
    wait_for(lambda: len(blocked(read)) == len(before) or counts(read) != before, 60,
             lambda: tail(read.consumers[-1].log))
    assert counts(read) == before
    assert tables(read) == held
    # a fetch may fail first, as a gap; the next claim knows the topic
    wait_for(lambda: all(reason.startswith("OTHER_LOG:")
                         for reason in blocked(read).values()), 30)
    assert counts(read) == before


def test_another_cluster(read, lines):
    read.post_all(lines[300:600])
    read.execute("UPDATE ops.partition_progress SET cluster_id = 'other'")
    before, held = counts(read), tables(read)
    read.start_consumer()
    wait_blocked(read, before, "OTHER_LOG:")
    assert_stays_blocked(read, before, "OTHER_LOG:", before)
    restart(read)
    assert_stays_blocked(read, before, "OTHER_LOG:", before, MARKS)
    assert tables(read) == held


def test_a_batch_with_a_wrong_checksum(read, contract):
    """The client library would tell of it and go on behind it."""
    was_there, end = read.read_log(), read.end_offsets()
    partition = max(end, key=end.get)
    grow(read, partition, 3)
    spoil(read, partition, end[partition])
    grow(read, partition, 3)
    before = counts(read)
    read.start_consumer()
    wait_blocked(read, {partition}, "GAP:")
    assert_stays_blocked(read, {partition}, "GAP:", before, MARKS)
    decide(read, partition, end[partition])   # read it again: it is no better
    wait_for(lambda: read.value("SELECT state FROM ops.partition_progress"
                                " WHERE partition = %s", partition) == "blocked", DECIDED)
    decide(read, partition, end[partition] + 3)
    assert_goes_on(read)
    assert counts(read)[partition][5] == 3
    assert_numbers_of(read, contract, was_there)
    assert_only_the_gap_is_pardoned(read, partition)


def test_a_record_that_unpacks_to_more_than_the_client_takes(read, contract):
    """It may be passed over, that offset alone; or, with more room, becomes a letter."""
    was_there, ends = read.read_log(), read.end_offsets()
    producer = confluent_kafka.Producer({
        "bootstrap.servers": read.environment["MAHALLE_BROKERS"],
        "message.max.bytes": 200_000_000, "compression.type": "zstd"})
    for partition in (0, 1):
        producer.produce(TOPIC, value=bytes(110_000_000), partition=partition)
        assert not producer.flush(60)
        read.produce([(key, value, p) for p, _, key, value in was_there if p == partition][:2])
    before = counts(read)
    read.start_consumer()
    wait_blocked(read, {0, 1}, "GAP:")
    for partition in (0, 1):
        reason = blocked(read)[partition]
        assert f"partition {partition} offset {ends[partition]}: cannot be unpacked" in reason
        assert f"kafka.receive.message.max.bytes; raise that and accept-gap --to " \
            f"{ends[partition]}," in reason
    assert_stays_blocked(read, {0, 1}, "GAP:", before, MARKS)
    decide(read, 0, ends[0] + 1)
    wait_for(lambda: read.progress()[0] == ends[0] + 3, DECIDED)
    assert counts(read)[0][5] == 1 and counts(read)[0][4] == before[0][4]
    read.stop_consumers()
    decide(read, 1, ends[1])
    room = ("--kafka", "receive.message.max.bytes=200000000")
    read.start_consumer(*room)
    assert_goes_on(read, 30)
    assert counts(read)[1][4:] == (1, 0)
    assert read.rows('SELECT partition, "offset", reason FROM ops.dead_letter') == [
        (1, ends[1], "TOO_LARGE")]
    assert_numbers_of(read, contract, was_there, *room)


def test_only_gaps_are_decided(stack):
    for partition, reason in enumerate(("PG_REFUSED: permission denied for table daily",
                                        "KAFKA_REFUSED: no", "PG_DATA: value", None)):
        stack.execute("INSERT INTO ops.partition_progress (topic, partition, state, reason)"
                      f" VALUES ('{TOPIC}', {partition}, 'blocked', "
                      + (f"'{reason}')" if reason else "NULL)"))
        done = stack.run("mahalle-admin", "offsets", "accept-gap", "--partition", partition,
                         "--to", 5, "--why", "it stands still")
        assert done.returncode == 3, done
        said = done.stderr.decode()
        assert "no gap" in said and "mend that" in said and (reason or "") in said
    assert stack.value("SELECT count(*) FROM ops.gap_decision") == 0
    assert set(stack.progress().values()) == {0}


# ---- A person decides -------------------------------------------------------

def decide(stack, partition, target):
    """What he says is kept, with what it was about."""
    reason, before = blocked(stack)[partition], counts(stack)[partition][0]
    stack.admin("offsets", "accept-gap", "--partition", partition, "--to", target,
                "--why", "disk of broker 2")
    assert stack.rows("SELECT from_offset, to_offset, reason, why, decided_by IS NOT NULL,"
                      " now() - decided_at < interval '1 minute' FROM ops.gap_decision"
                      " WHERE topic = %s AND partition = %s ORDER BY id DESC LIMIT 1",
                      TOPIC, partition) == [
        (before, target, reason, "disk of broker 2", True, True)]


def assert_goes_on(stack, within=DECIDED):
    """The running consumer, by itself, to the end of every partition."""
    def arrived():
        progress = stack.progress()
        running = stack.value("SELECT bool_and(state = 'running' AND reason IS NULL)"
                              " FROM ops.partition_progress")
        return running and all(progress[p] >= end for p, end in stack.end_offsets().items())

    wait_for(arrived, within, lambda: f"{blocked(stack)} {stack.progress()} of"
             f" {stack.end_offsets()}\n{tail(stack.consumers[-1].log)}")
    wait_for(lambda: freshness(stack) == "current", DECIDED)
    assert min(n for row in counts(stack).values() for n in row) >= 0


def assert_numbers_of(stack, contract, records, *arguments):
    """Facts and totals are what these records ask for, each once; verify, which
    sees what is left of the log, finds nothing else."""
    log = Log(contract, records)
    with stack.connect() as connection:
        found = differences(connection, contract, log.facts, ())
    assert not found, "\n".join(found)
    stack.admin("verify", *arguments)
    return log


def differing(stack):
    done = stack.run("mahalle-admin", "verify")
    assert done.returncode == 1, done
    return [line for line in done.stdout.decode().splitlines()
            if line.startswith("difference in=") and "in=core.agency_day" not in line]


def assert_only_the_gap_is_pardoned(stack, partition):
    """What is wrong before and behind it is a difference as everywhere."""
    stranger = "00000000-0000-4000-8000-000000000001"
    stack.execute(
        "UPDATE ops.partition_progress SET duplicate = duplicate - 1, stale = stale + 1"
        f" WHERE partition = {partition};"
        "INSERT INTO core.event_history SELECT (jsonb_populate_record(e, jsonb_build_object("
        f"'event_id', '{stranger}', 'offset', '0', 'received_at', now()))).*, now()"
        f" FROM core.event e WHERE partition = {partition} AND in_force LIMIT 1")
    found = differing(stack)
    assert len(found) == 3, found
    assert f"event_id={stranger} " in found[0] and "column=record" in found[0]
    assert [f" partition={partition} column={name} " in line
            for name, line in zip(("duplicate", "stale"), found[1:])] == [True, True]


def read_log_from(stack, partition, begin):
    """As read_log, which starts each partition at 0, of what is still there."""
    reader = confluent_kafka.Consumer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"], "group.id": "gaps",
        "enable.auto.commit": False, "auto.offset.reset": "error"})
    found, ends = [], stack.end_offsets()
    try:
        reader.assign([confluent_kafka.TopicPartition(TOPIC, p, begin if p == partition else 0)
                       for p in ends])
        while len(found) < sum(ends.values()) - begin:
            for message in reader.consume(1000, timeout=1):
                assert not message.error(), message.error()
                found.append((message.partition(), message.offset(), message.key(),
                              message.value()))
    finally:
        reader.close()
    return found


def test_a_decision_about_retention(read, lines, contract):
    was_there = read.read_log()
    partition, begin = retention(read, lines)
    old = counts(read)[partition]
    read.start_consumer()
    wait_blocked(read, {partition}, "GAP:")
    grow_old(read)
    decide(read, partition, begin)
    assert_goes_on(read)
    assert counts(read)[partition][5] == begin - old[0]
    still = {record[:2]: record for record in [*was_there, *read_log_from(read, partition, begin)]}
    assert_numbers_of(read, contract, sorted(still.values()))
    # it is decided once, and only what stands still can be
    done = read.run("mahalle-admin", "offsets", "accept-gap", "--partition", partition,
                    "--to", 0, "--why", "again")
    assert done.returncode != 0
    assert read.value("SELECT count(*) FROM ops.gap_decision") == 1


def test_a_decision_about_a_log_that_was_cut(read, lines, contract):
    partition = cut(read)
    end = read.end_offsets()[partition]
    read.start_consumer()
    wait_blocked(read, {partition}, "GAP:")
    decide(read, partition, end)
    assert_goes_on(read)
    grow(read, partition, 12)
    read.post_all(lines[300:600])
    assert_goes_on(read)
    assert counts(read)[partition][5] == end
    assert_numbers_of(read, contract, read.read_log())
    restart(read)
    assert_goes_on(read)


def refill_and_decide(read, target, **options):
    """The topic is made anew; one partition first, then the others go on at
    target(their old place)."""
    before = counts(read)
    make_anew(read, **options)
    read.start_consumer()
    wait_blocked(read, before, "OTHER_LOG:")
    decide(read, 1, target(before[1][0]))
    wait_for(lambda: set(blocked(read)) == set(before) - {1}, DECIDED)
    for partition in sorted(set(before) - {1}):
        decide(read, partition, target(before[partition][0]))
    assert_goes_on(read)


@pytest.mark.parametrize("target", (lambda _: 0, lambda old: old), ids=("begin", "same place"))
def test_a_decision_about_another_log(read, contract, target):
    refill_and_decide(read, target)
    restart(read)
    assert_goes_on(read)
    assert_numbers_of(read, contract, read.read_log())


def test_letters_after_a_decision_about_another_log(read):
    """A bad record has its letter also where the old log had one at that offset."""
    read.start_consumer()
    read.produce([(None, b"unreadable", 0)])
    read.wait_applied()
    read.stop_consumers()
    grow_old(read)
    refill_and_decide(read, lambda _: 0,
                      change=lambda value: b"another" if value == b"unreadable" else value)
    assert read.value("SELECT count(*) FROM core.dead_letter_record WHERE value = 'another'") == 2


def test_a_decision_about_another_cluster(read, lines, contract):
    read.post_all(lines[300:600])
    read.execute("UPDATE ops.partition_progress SET cluster_id = 'other'")
    before = counts(read)
    read.start_consumer()
    wait_blocked(read, before, "OTHER_LOG:")
    for partition in before:
        decide(read, partition, before[partition][0])
    assert_goes_on(read)
    assert sum(row[5] for row in counts(read).values()) == 0
    assert read.value("SELECT count(*) FROM ops.partition_progress"
                      " WHERE coalesce(cluster_id, 'other') = 'other'") == 0
    assert_numbers_of(read, contract, read.read_log())
