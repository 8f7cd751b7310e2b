# SPDX-License-Identifier: Apache-2.0
"""The monitor while something is wrong with the consumers or the servers: the lag stays
right, each partition has the status that is its own, and one failure does not hide
another."""

import signal
import time

import confluent_kafka
import confluent_kafka.admin
import pytest

from harness.broker import SecondBroker
from harness.monitor import PROMISED_S, RIGHT_S, Monitor, owners, put, right_s
from harness.stack import TOPIC, wait_for

PARTITIONS = 12


@pytest.fixture
def monitor(stack, tmp_path):
    with Monitor(stack, tmp_path) as running:
        yield running


def last_sign(stack):
    """When the last sign of life was given."""
    [[seen]] = stack.rows("SELECT extract(epoch FROM max(seen_at))::float8"
                          " FROM ops.partition_progress")
    return seen


def start_two(stack):
    """Two consumers that share the partitions; {name: process}"""
    both = {name: stack.start_consumer(MAHALLE_NAME=name) for name in ("one", "two")}
    wait_for(lambda: sorted(map(len, owners(stack).values())) == [6, 6], 30,
             lambda: owners(stack))
    return both


@pytest.mark.timeout(180)
def test_one_is_frozen_and_the_other_waits_for_a_lock(stack, contract, monitor):
    both = start_two(stack)
    mine = owners(stack)
    wait_for(lambda: monitor.metrics()["mahalle_consumer_instances{group=\"%s\"}"
                                       % stack.environment["MAHALLE_GROUP"]] == 2, 5)
    with stack.connect() as holder, holder.transaction():
        holder.execute("LOCK TABLE core.event IN ACCESS EXCLUSIVE MODE")
        both["one"].send_signal(signal.SIGSTOP)
        posted = time.time()
        for partition in range(PARTITIONS):
            put(stack, contract, 1, partition)
        monitor.wait_lag({p: 1 for p in range(PARTITIONS)})
        expected = {"STOPPED": mine["one"], "STALLED": mine["two"]}
        wait_for(lambda: monitor.by_status() == expected, PROMISED_S,
                 lambda: monitor.status())
        said, metrics = monitor.status(), monitor.metrics()
        for part in said["partitions"]:
            assert part["lag_seconds"] == pytest.approx(time.time() - posted, abs=RIGHT_S)
        assert "lock" in said["partitions"][mine["two"][0]]["reason"]
        group = stack.environment["MAHALLE_GROUP"]
        for status in expected:
            name = f'mahalle_consumer_partitions{{group="{group}",status="{status}"}}'
            assert metrics[name] == 6
    both["one"].send_signal(signal.SIGCONT)
    stack.wait_applied()
    monitor.wait_lag({p: 0 for p in range(PARTITIONS)})
    monitor.wait("OK", 20)
    assert monitor.status()["statuses"] == {"OK": PARTITIONS}


@pytest.mark.timeout(180)
def test_a_commit_that_waits_for_a_standby(stack, contract, monitor):
    """It cannot give signs of life meanwhile, and lives: who is called looks at PostgreSQL."""
    stack.start_consumer()
    wait_for(lambda: len(stack.progress()) == PARTITIONS, 30)
    with stack.superuser() as server:
        server.execute("SET synchronous_commit = local")
        server.execute("ALTER SYSTEM SET synchronous_standby_names = 'nobody'")
        server.execute("SELECT pg_reload_conf()")
        try:
            put(stack, contract, 1, 2)
            wait_for(lambda: monitor.by_status().get("STALLED") == [2], PROMISED_S,
                     lambda: monitor.status())
            said = monitor.status()
            assert said["statuses"] == {"OK": PARTITIONS - 1, "STALLED": 1}
            assert "standby" in said["reason"]
            assert time.time() - last_sign(stack) > 30    # no sign of life
        finally:
            server.execute("ALTER SYSTEM RESET synchronous_standby_names")
            server.execute("SELECT pg_reload_conf()")
    stack.wait_applied()
    assert monitor.wait("OK", 20)[1]["lag_records"] == 0


@pytest.mark.timeout(180)
def test_a_partition_without_a_leader(stack, contract, monitor):
    """The only replica of one partition is on a broker that dies."""
    stack.start_consumer()   # Kafka's own topics are made before there are two brokers
    wait_for(lambda: len(stack.progress()) == PARTITIONS, 30)
    stack.stop_consumers()
    lost = PARTITIONS
    others = list(range(PARTITIONS))
    with SecondBroker(stack) as second:
        new = confluent_kafka.admin.NewPartitions(TOPIC, PARTITIONS + 1,
                                                  replica_assignment=[[2]])
        admin = stack.kafka_admin()
        admin.create_partitions([new])[TOPIC].result(30)
        stack.start_consumer()
        wait_for(lambda: len(stack.progress()) == PARTITIONS + 1, 30)
        for _ in range(20):   # a partition that the consumer sees first is no trouble
            assert monitor.status()["status"] == "OK"
            time.sleep(0.1)
        stack.stop_consumers()
        put(stack, contract, 2, lost)
        monitor.wait_lag({lost: 2})
        second.kill()
        put(stack, contract, 1, 0)
        monitor.wait_lag({0: 1}, 8)   # once, its broker is waited for
        wait_for(lambda: monitor.by_status().get("SOURCE_DOWN") == [lost], PROMISED_S,
                 lambda: monitor.status())
        put(stack, contract, 2, 1)
        monitor.wait_lag({0: 1, 1: 2, lost: 2})
        said = monitor.status()
        assert said["status"] == "SOURCE_DOWN" and f"partition {lost}" in said["reason"]
        assert "eader" in said["partitions"][lost]["reason"]
        # the dead consumer of the others is told as well
        stack.execute("UPDATE ops.partition_progress SET seen_at = seen_at - interval '1 min'")
        wait_for(lambda: monitor.by_status() == {
            "SOURCE_DOWN": [lost], "STOPPED": others}, 10, lambda: monitor.status())
        assert monitor.metrics()['mahalle_lag_up{source="kafka"}'] == 1
        second.start()
        stack.start_consumer()
        monitor.wait_lag({0: 0, 1: 0, lost: 0}, 40)
        monitor.wait("OK", 20)
        stack.stop_consumers()


@pytest.mark.timeout(180)
def test_a_batch_that_cannot_be_read(stack, contract, tmp_path):
    """It is no outage of Kafka, it hides nobody's trouble, and its age is not guessed. Who
    waited for a person about it and died is dead."""
    bad, good = 5, 6
    stack.set_topic("compression.type", "lz4")
    put(stack, contract, 40, bad)
    stack.spoil(bad, 0)
    posted = time.time()
    put(stack, contract, 1, good)
    with Monitor(stack, tmp_path) as monitor:
        monitor.wait_lag({bad: 40, good: 1})
        wait_for(lambda: monitor.part(good)["lag_seconds"] is not None, right_s())
        assert monitor.part(good)["lag_seconds"] == pytest.approx(time.time() - posted,
                                                                 abs=RIGHT_S)
        assert monitor.part(bad)["lag_seconds"] is None
        name = f'mahalle_consumer_lag_seconds{{topic="{TOPIC}",partition="%d"}}'
        assert name % bad not in monitor.metrics() and name % good in monitor.metrics()
        assert "cannot read it" in monitor.part(bad)["reason"]
        stack.start_consumer()
        monitor.wait("BLOCKED", 30)
        wait_for(lambda: monitor.by_status() == {
            "BLOCKED": [bad], "OK": [p for p in range(PARTITIONS) if p != bad]}, 10,
            lambda: monitor.status())
        assert monitor.metrics()['mahalle_lag_up{source="kafka"}'] == 1
        stack.stop_consumers(signal.SIGKILL)
        stack.execute("UPDATE ops.partition_progress SET seen_at = seen_at - interval '1 min'")
        wait_for(lambda: monitor.by_status() == {"STOPPED": list(range(PARTITIONS))}, 10,
                 lambda: monitor.status())
        assert "before that it waited for a person: GAP" in monitor.part(bad)["reason"]
