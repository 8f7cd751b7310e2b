# SPDX-License-Identifier: Apache-2.0
"""libmahalle without Kafka: an honest answer in time, and all is stored by those
who wait until it is back, once."""

import collections
import concurrent.futures
import threading
import time

import pytest

from harness.gateway import Gateway, make_key, meeting
from harness.library import fates, kafka, library
from harness.stack import wait_for


@pytest.mark.timeout(300)
def test_kafka_goes_and_comes_back(stack):
    stack.start_consumer()
    gateway = Gateway(stack, "--answer-ms", "3000")
    gateway.key = make_key(stack)
    gateway.wait_ready()
    wait_for(lambda: gateway.post("[]").status_code == 400, 10, gateway.tail)
    ways = (kafka(stack), {"gateway": gateway.url, "key": gateway.key})
    before, during, patient = ([[meeting() for _ in range(300)] for _ in ways]
                               for _ in range(3))
    for settings, events in zip(ways, before):
        assert fates(library(stack, "post", 4, events, **settings)[0]) == {"stored": 300}
    stack.kill_server("kafka")
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = [pool.submit(library, stack, "post", 4, events, timeout_ms=60000,
                               wait_ms=60000, **settings)
                   for settings, events in zip(ways, patient)]
        for settings, events in zip(ways, during):
            begun = time.monotonic()
            results, end = library(stack, "many", 300, events, timeout_ms=2000,
                                   wait_ms=20000, **settings)
            assert end == "0 success" and time.monotonic() - begun < 15
            assert set(fates(results)) <= {"not stored", "uncertain"}
            assert all(result.reason for result in results)
        stack.up("kafka")
        for each in waiting:
            assert fates(each.result()[0]) == {"stored": 300}
    for settings, events in zip(ways, during):   # whoever heard so posts again
        results, _ = library(stack, "post", 4, events, **settings)
        assert set(fates(results)) <= {"stored", "duplicate"}
    stack.wait_applied()
    assert stack.value("SELECT count(*) FROM core.event") == 1800
    assert stack.value("SELECT count(*) FROM ops.dead_letter") == 0
    gateway.stop()


@pytest.mark.timeout(120)
def test_a_killed_gateway_makes_no_stored_event_not_stored(stack):
    stack.start_consumer()
    key = make_key(stack)
    for delay_s in (0.15, 0.25, 0.35):
        gateway = Gateway(stack)
        gateway.key = key
        gateway.wait_ready()
        wait_for(lambda: gateway.post("[]").status_code == 400, 10, gateway.tail)
        events = [meeting() for _ in range(20000)]
        timer = threading.Timer(delay_s, gateway.process.kill)
        timer.start()
        results, _ = library(stack, "post", 4, events, gateway=gateway.url, key=key,
                             timeout_ms=1500)
        timer.join()
        gateway.kill()
        stack.wait_applied()
        told = collections.defaultdict(list)
        for event, result in zip(events, results):
            told[result.fate].append(event["event_id"])
        assert len(told["not stored"]) > 0
        for fate, found in (("not stored", 0), ("stored", len(told["stored"]))):
            assert stack.value("SELECT count(*) FROM core.event WHERE event_id ="
                               " ANY(%s::uuid[])", told[fate]) == found
