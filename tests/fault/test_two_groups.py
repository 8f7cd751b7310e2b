# SPDX-License-Identifier: Apache-2.0
"""Two consumers that both have every partition, as after a wrong set-up.

Kafka does not part them, for they are in groups of their own; the epochs in
PostgreSQL do.  Whoever lost a partition changes nothing, and takes it back.
"""

import re

import pytest

from harness.verdicts import assert_like_log
from oracle.random_events import RandomEvents


@pytest.mark.timeout(300)
def test_they_fence_each_other_and_totals_stay_exact(stack, contract):
    lines = list(RandomEvents(contract, 62, conflicts=False, refused=False).lines(3000))
    pair = [stack.start_consumer(MAHALLE_GROUP=f"{stack.environment['MAHALLE_GROUP']}-{side}",
                                 MAHALLE_BATCH_RECORDS="20") for side in ("a", "b")]
    for start in range(0, len(lines), 300):
        stack.post_all(lines[start:start + 300])
        stack.wait_applied()
    log = assert_like_log(stack, contract)
    assert log.letters == []
    for process in pair:
        assert process.poll() is None
        text = process.log.read_text()
        assert "trouble=PG_OWNER" in text or len(re.findall("claimed=12", text)) > 1, text
    assert stack.value("SELECT min(epoch) FROM ops.partition_progress") >= 2
    stack.stop_consumers()
