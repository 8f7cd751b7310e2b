# SPDX-License-Identifier: Apache-2.0
"""Servers that are away, answers that get lost, orders to stop."""

import signal
import time

import psycopg
import pytest

from harness.proxy import CommitProxy
from harness.stack import wait_for
from harness.verdicts import assert_like_log
from oracle.random_events import RandomEvents


@pytest.fixture
def lines(contract):
    source = RandomEvents(contract, seed=61, conflicts=False, refused=False)
    return list(source.lines(1000))


@pytest.mark.timeout(300)
@pytest.mark.parametrize("order", (("kafka", "postgres"), ("postgres", "kafka")),
                         ids=("Kafka first", "PostgreSQL first"))
def test_servers_away_at_the_start(stack, contract, lines, order):
    stack.post_all(lines)
    stack.down()
    consumer = stack.start_consumer()
    for part in order:
        time.sleep(2)
        assert consumer.poll() is None, consumer.log.read_text()
        stack.up(part)
    stack.wait_applied()
    stack.assert_none_blocked()
    log = assert_like_log(stack, contract)
    assert log.letters == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("part", ("kafka", "postgres"))
def test_a_server_goes_and_comes_back(stack, contract, lines, part):
    consumer = stack.start_consumer()
    stack.post_all(lines[:500])
    stack.wait_applied()
    stack.kill_server(part)
    wait_for(lambda: " warn " in consumer.log.read_text(), 20)
    time.sleep(3)   # some more tries
    assert consumer.poll() is None, consumer.log.read_text()
    stack.up(part)
    stack.post_all(lines[500:])
    stack.wait_applied()
    stack.assert_none_blocked()
    log = assert_like_log(stack, contract)
    assert log.letters == []


@pytest.mark.timeout(300)
@pytest.mark.parametrize("state", ("idle", "busy", "no Kafka", "no PostgreSQL", "no server"))
def test_sigterm_ends_it_within_10_s(stack, contract, lines, state):
    away = {"no Kafka": ("kafka",), "no PostgreSQL": ("postgres",),
            "no server": ("kafka", "postgres")}.get(state, ())
    if state != "idle":
        stack.post_all(lines)
    if away:
        stack.down(*away)
    consumer = stack.start_consumer()
    if state == "busy":
        time.sleep(0.7)
    else:
        sign = " warn " if away else "claimed="
        wait_for(lambda: sign in consumer.log.read_text(), 20)
        time.sleep(1)
    assert consumer.poll() is None, consumer.log.read_text()
    start = time.monotonic()
    consumer.send_signal(signal.SIGTERM)
    assert consumer.wait(15) == 0, consumer.log.read_text()
    assert time.monotonic() - start < 10
    stack.consumers.clear()
    stack.up()
    stack.start_consumer()
    stack.wait_applied()
    stack.assert_none_blocked()
    assert_like_log(stack, contract)


@pytest.mark.timeout(300)
def test_lost_answers_to_commit(stack, contract, lines):
    """Both that the work was stored and that it was not are found out by reading."""
    url = psycopg.conninfo.conninfo_to_dict(stack.environment["MAHALLE_PG"])
    with CommitProxy(url["host"], url["port"]) as proxy:
        through = stack.environment["MAHALLE_PG"].replace(
            f"{url['host']}:{url['port']}", f"127.0.0.1:{proxy.port}")
        stack.start_consumer(MAHALLE_PG=through)
        stack.post_all(lines[:200])
        stack.wait_applied()
        for number, step in enumerate(("after", "before", "after", "after", "before")):
            proxy.arm(step)
            stack.post_all(lines[200 + number * 100:300 + number * 100])
            wait_for(lambda: not proxy.armed, 60)
            stack.wait_applied()
        proxy.arm("after", "pass", "before", "after", "pass", "before")
        stack.post_all(lines[700:])
        stack.wait_applied()
        assert proxy.lost >= 5
        log = assert_like_log(stack, contract)
        assert log.letters == []
        stack.stop_consumers()


@pytest.mark.timeout(300)
def test_a_frozen_consumer_is_replaced_and_changes_nothing(stack, contract, lines):
    """SIGSTOP: the group gives its partitions away; when it wakes it must lose."""
    frozen = stack.start_consumer()
    stack.post_all(lines[:300])
    stack.wait_applied()
    frozen.send_signal(signal.SIGSTOP)
    try:
        stack.start_consumer()
        stack.post_all(lines[300:])
        stack.wait_applied(200)
    finally:
        frozen.send_signal(signal.SIGCONT)
    time.sleep(5)
    stack.wait_applied()
    stack.assert_none_blocked()
    log = assert_like_log(stack, contract)
    assert log.letters == []
