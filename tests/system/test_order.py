# SPDX-License-Identifier: Apache-2.0
"""Every number is a function of the set of messages, of nothing else."""

import random

import pytest

from harness.stack import wait_for
from harness.verdicts import assert_like_log, fingerprint
from oracle import decode, intake
from oracle.random_events import RandomEvents


@pytest.fixture(scope="module")
def records(contract):
    """Records without conflicts, which alone depend on the order."""
    source = RandomEvents(contract, seed=33, conflicts=False, refused=False)
    found = []
    for line in source.lines(1500):
        event, faults = intake.read_line(line, contract)
        assert not faults
        found.append((event["event_id"], decode.encode(event, contract)))
    return found


def chunks(items, size):
    return [items[i:i + size] for i in range(0, len(items), size)]


def test_order_batches_and_consumers_change_nothing(stack, contract, records):
    seen = []
    for consumers, first, size in ((1, True, 1500), (2, False, 50), (3, True, 7),
                                   (1, False, 400), (3, False, 1500)):
        order = list(records)
        if seen:
            random.Random(len(seen)).shuffle(order)
            stack.fresh()
        if first:   # all is there before any consumer is
            stack.produce(order)
            stack.start_consumers(consumers)
        else:
            stack.start_consumers(consumers)
            for some in chunks(order, size):
                stack.produce(some)
        stack.wait_applied()
        if not seen:
            assert_like_log(stack, contract)
        seen.append(fingerprint(stack, contract))
    for other in seen[1:]:
        assert other == seen[0]


def test_consumers_come_and_go(stack, contract, records):
    stack.start_consumer()
    for number, some in enumerate(chunks(records, 300)):
        stack.produce(some)
        if number % 2:
            log = stack.consumers[0].log   # not before it can take the signal
            wait_for(lambda log=log: "start=" in log.read_text(), 20)
            stack.consumers[0].terminate()
            assert stack.consumers.pop(0).wait(10) == 0
        stack.start_consumer()
    stack.wait_applied()
    assert_like_log(stack, contract)
