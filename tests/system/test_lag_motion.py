# SPDX-License-Identifier: Apache-2.0
"""The monitor while things move: consumers that come and go, a slow one, all of it from
zero, a thousand partitions."""

import re
import signal
import threading
import time

import confluent_kafka
import confluent_kafka.admin
import pytest

from harness.monitor import RIGHT_S, Monitor, meetings, owners, put, resources, right_s
from harness.stack import TOPIC, wait_for

PARTITIONS = 12
WIDE, MANY = "mahalle.wide", 1000


@pytest.fixture
def monitor(stack, tmp_path):
    with Monitor(stack, tmp_path) as running:
        yield running


def test_consumers_come_and_go(stack, contract, monitor):
    """Rebalances with records that keep coming: nobody is told of trouble, no lag is
    unknown, and at the end it is 0."""
    seen, ended = [], threading.Event()

    def look():
        while not ended.wait(0.2):
            seen.append(monitor.status())

    def feed():
        while not ended.wait(0.05):
            put(stack, contract, 1, len(seen) % PARTITIONS)

    stack.start_consumer(MAHALLE_NAME="one")
    wait_for(lambda: owners(stack) == {"one": list(range(PARTITIONS))}, 30)
    threads = [threading.Thread(target=each) for each in (look, feed)]
    for thread in threads:
        thread.start()
    try:
        two = stack.start_consumer(MAHALLE_NAME="two")
        wait_for(lambda: sorted(map(len, owners(stack).values())) == [6, 6], 30)
        two.send_signal(signal.SIGTERM)
        assert two.wait(20) == 0
        stack.consumers.remove(two)
        wait_for(lambda: owners(stack) == {"one": list(range(PARTITIONS))}, 30)
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert {said["status"] for said in seen} == {"OK"} and len(seen) > 10
    ages = [part["lag_seconds"] for said in seen for part in said["partitions"]]
    assert None not in ages and min(ages) == 0 and max(ages) < 30
    stack.wait_applied()
    monitor.wait_lag({p: 0 for p in range(PARTITIONS)})


HOUR = 3600
SLOW = {"MAHALLE_BATCH_RECORDS": "1"}


def put_an_hour(stack, contract, partition=2):
    """A record for each of the last 3600 seconds in a partition; their times."""
    stack.set_topic("message.timestamp.type", "CreateTime")
    producer = confluent_kafka.Producer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"], "linger.ms": 20})
    first = int(time.time()) - HOUR
    for number, (key, value) in enumerate(meetings(contract, HOUR)):
        producer.produce(TOPIC, key=key, value=value, partition=partition,
                         timestamp=(first + number) * 1000)
    assert producer.flush(60) == 0
    return [first + number for number in range(HOUR)]


def assert_right(stack, monitor, times, seconds):
    """For a while what the monitor says is what PostgreSQL said at some moment of the
    last two seconds; the statuses seen."""
    history, statuses, right = [], set(), right_s()
    until = time.time() + seconds
    while time.time() < until:
        history.append((time.time(), stack.progress().get(2, 0)))
        said = monitor.status()["partitions"][2]
        now = time.time()
        after = stack.progress().get(2, 0)
        before = max((n for at, n in history if at < now - right), default=0)
        statuses.add(said["status"])
        assert HOUR - after <= said["lag_records"] <= HOUR - before
        oldest, newest = now - times[before], now - times[min(after, HOUR - 1)]
        assert newest - 0.5 <= said["lag_seconds"] <= oldest + 0.5
        time.sleep(0.05)
    assert after < HOUR, "it was not slow"
    return statuses


def test_slow_and_from_zero(stack, contract, monitor):
    """An hour's backlog, one record a transaction, then all of it once more."""
    times = put_an_hour(stack, contract)
    monitor.wait_lag({2: HOUR})
    stack.start_consumer(**SLOW)
    wait_for(lambda: stack.progress().get(2, 0) > 0, 30)
    assert assert_right(stack, monitor, times, 4) <= {"LAGGING", "OK"}
    stack.stop_consumers()
    stack.execute("UPDATE ops.partition_progress SET next_offset = 0, applied = 0, "
                  "duplicate = 0 WHERE partition = 2")
    monitor.wait_lag({2: HOUR})
    assert monitor.status()["partitions"][2]["status"] == "REWOUND"
    stack.start_consumer(**SLOW)
    wait_for(lambda: stack.progress()[2] > 0, 30)
    assert assert_right(stack, monitor, times, 3) == {"REWOUND"}
    stack.stop_consumers()
    stack.start_consumer()
    stack.wait_applied()
    monitor.wait_lag({2: 0})


def test_slow_and_busy_with_one_of_two(stack, contract, monitor):
    """The client library hands over the records of one partition first: the other one is
    late, and nobody is called."""
    for partition in (2, 3):
        put_an_hour(stack, contract, partition)
    consumer = stack.start_consumer(**SLOW)
    wait_for(lambda: max(stack.progress().get(p, 0) for p in (2, 3)) > 0, 30)
    stack.execute("UPDATE ops.partition_progress SET since = since - interval '1 min'")
    code, said = monitor.once()
    parts = [said["partitions"][p] for p in (2, 3)]
    assert (code, {part["status"] for part in parts}) == (1, {"LAGGING"}), parts
    assert sum("busy with other partitions" in part["reason"] for part in parts) == 1
    stack.stop_consumers()   # its last line of figures says what it leaves
    lag = re.findall(r" stats .* lag=(\S+)", consumer.log.read_text())[-1]
    assert re.search(r"(^|,)[23]:\d+", lag), lag


def put_everywhere(stack, record):
    """The same record in every partition of the wide topic; when."""
    producer = confluent_kafka.Producer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"], "linger.ms": 20})
    posted = time.time()
    for partition in range(MANY):
        producer.produce(WIDE, key=record[0], value=record[1], partition=partition)
    assert producer.flush(60) == 0
    return posted


@pytest.fixture
def wide(stack):
    admin = stack.kafka_admin()
    admin.create_topics([confluent_kafka.admin.NewTopic(WIDE, MANY, 1)])[WIDE].result(60)
    wait_for(lambda: all(p.leader >= 0 for p in
                         admin.list_topics(WIDE, timeout=30).topics[WIDE].partitions.values()), 30)
    yield WIDE
    stack.stop_consumers()
    admin.delete_topics([WIDE])[WIDE].result(60)


def test_a_thousand_partitions(stack, contract, wide, tmp_path):
    """The age of every first record is known, at the start and while all of them move."""
    record, = meetings(contract, 1)
    posted = put_everywhere(stack, record)
    with Monitor(stack, tmp_path, MAHALLE_TOPIC=wide) as monitor:
        def parts():
            return monitor.status()["partitions"]
        wait_for(lambda: [p["lag_records"] for p in parts()] == [1] * MANY, right_s())
        wait_for(lambda: all(p["lag_seconds"] is not None for p in parts()), right_s())
        for part in parts():
            assert part["lag_seconds"] == pytest.approx(time.time() - posted, abs=RIGHT_S)
        began, (_, cpu) = time.monotonic(), resources(monitor.process.pid)
        stack.start_consumer(MAHALLE_TOPIC=wide)
        wait_for(lambda: {p["lag_records"] for p in parts()} == {0}, 30)
        for _ in range(3):
            posted = put_everywhere(stack, record)
            for part in parts():
                assert 0 <= part["lag_seconds"] <= time.time() - posted + RIGHT_S
            wait_for(lambda: {p["lag_seconds"] for p in parts()} == {0}, 10)
        peak, now = resources(monitor.process.pid)
        assert peak <= 64, f"{peak} MiB"
        assert (now - cpu) / (time.monotonic() - began) <= 0.15
