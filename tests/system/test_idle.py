# SPDX-License-Identifier: Apache-2.0
"""A consumer with little to do does it at once, and knows when it has done all."""

import random
import time

import confluent_kafka

from harness.stack import TOPIC, wait_for
from oracle import decode, intake

RECORDS = 40
MARKS_S = 10   # in which there are two signs of life or three


def meeting(number, contract):
    """(key, value) of a good record"""
    event, _ = intake.read_flat({
        "event_type": "council_meeting_held", "event_id": f"n{number}",
        "occurred_on": "2025-10-13", "agency_code": "governorate",
        "place_code": "c1195-001", "council_code": "c1195-001-C1"}, contract)
    return event["event_id"], decode.encode(event, contract)


def test_a_record_now_and_then_is_applied_at_once(stack, contract):
    stack.start_consumer()
    wait_for(lambda: len(stack.progress()) == len(stack.partitions()), 30)
    rng, delays = random.Random(5), []
    with stack.connect() as connection:
        for number in range(RECORDS):
            time.sleep(rng.uniform(0, 2 * MARKS_S / RECORDS))
            record = meeting(number, contract)
            start = time.monotonic()
            stack.produce([record])
            while connection.execute("SELECT count(*) FROM core.event").fetchone()[0] <= number:
                assert time.monotonic() < start + 20
                time.sleep(0.005)
            delays.append(time.monotonic() - start)
    # the others may have met another program's turn at the processor
    assert sorted(delays)[RECORDS * 9 // 10] < 1, sorted(delays)


def test_transactions_are_read_to_their_end(stack, contract):
    """Their marks and what they take back are no records: holes, none of them
    waited for."""
    producer = confluent_kafka.Producer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"],
        "transactional.id": "test", "partitioner": "murmur2_random"})
    producer.init_transactions(30)
    for number, end in enumerate(("commit", "abort", "commit", "abort")):
        producer.begin_transaction()
        for key, value in (meeting(10 * number + n, contract) for n in range(6)):
            producer.produce(TOPIC, key=key, value=value)
        producer.flush(30)
        (producer.commit_transaction if end == "commit" else producer.abort_transaction)(30)
    stack.start_consumer()
    stack.wait_applied(30)
    wait_for(lambda: stack.rows("SELECT DISTINCT state FROM report.freshness")
             == [("current",)], 20)
    fates = stack.fates()
    assert fates == {"applied": 12, "duplicate": 0, "stale": 0, "dead": 0,
                     "gaps": sum(stack.end_offsets().values()) - 12}
    assert fates["gaps"] > 12   # what was taken back, and the marks
