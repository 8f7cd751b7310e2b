# SPDX-License-Identifier: Apache-2.0
"""Records of other people's Avro libraries are read like our own."""

import pytest

from harness.foreign import ENCODERS
from harness.verdicts import assert_like_log
from oracle import intake
from oracle.random_events import RandomEvents


@pytest.fixture(scope="module")
def events(contract):
    source = RandomEvents(contract, seed=8, conflicts=False, refused=False)
    return [intake.read_line(line, contract)[0] for line in source.lines(300)]


def test_foreign_records_are_applied(stack, contract, events):
    records = []
    for name, encode in ENCODERS.items():
        records += [(e["event_id"], encode(e, contract.types[e["event_type"]]))
                    for e in events]
    stack.produce(records)
    stack.start_consumer()
    stack.wait_applied()
    log = assert_like_log(stack, contract)
    assert log.letters == [] and log.fates["applied"] > 0


def test_our_records_are_read_by_fastavro(stack, contract):
    import io
    import json
    import fastavro
    source = RandomEvents(contract, seed=9, conflicts=False, refused=False)
    lines = list(source.lines(200))
    stack.post_all(lines)
    records = stack.read_log()
    assert len(records) == len(lines)
    by_id = {}
    for line in lines:
        event = intake.read_line(line, contract)[0]
        by_id.setdefault(event["event_id"], []).append(event)
    for _, _, key, value in records:
        assert value[0] == 0
        event_type = contract.versions[int.from_bytes(value[1:5], "big")]
        schema = fastavro.parse_schema(json.loads(json.dumps(event_type.body)))
        record = fastavro.schemaless_reader(io.BytesIO(value[5:]), schema)
        identity = str(record["event_id"])
        assert key == identity.encode()
        assert any(e["agency_code"] == record["agency_code"]
                   and e["place_code"] == record["place_code"]
                   and e["revision"] == record["revision"] for e in by_id[identity])
