# SPDX-License-Identifier: Apache-2.0
"""A bad record becomes one dead letter; its neighbours are applied."""

import json
import os
import re
import subprocess
import uuid
from unittest import mock

import confluent_kafka
import pytest

from harness.stack import ROOT, TOPIC
from harness.verdicts import assert_like_log
from oracle import decode, intake

NOT_KEPT = '[{"name": "mahalle: more than 16 MiB of headers were not kept"}]'
NAMES = ("event_id", "op", "revision", "occurred_on", "agency_code", "place_code")


def meeting(contract, number, **changes):
    flat = {"event_type": "council_meeting_held",
            "event_id": str(uuid.UUID(int=number, version=4)),
            "occurred_on": "2025-10-13", "posted_at": "2025-10-13T12:00:00Z",
            "agency_code": "governorate", "place_code": "c1195-001",
            "council_code": "c1195-001-C1", "members_present": 7}
    event, faults = intake.read_flat(flat, contract)
    assert not faults
    event.update(changes)
    return {k: v for k, v in event.items() if v is not None}


def encode(contract, number, **changes):
    return decode.encode(meeting(contract, number, **changes), contract)


def hostile(contract):
    """[(name, value, reason, pointer)]; pointer None: any."""
    good = encode(contract, 900_001)
    body = good[5:]
    text = b"\x16governorate"
    assert text in good
    at_op = 5 + 37   # after the frame and the 36 characters of the id
    found = [
        ("tombstone", None, "FRAME", ""),
        ("empty value", b"", "FRAME", ""),
        ("frame cut short", b"\0\0\0", "FRAME", ""),
        ("wrong magic byte", b"\1" + good[1:], "FRAME", ""),
        ("JSON", json.dumps({"event_type": "council_meeting_held"}).encode(), "FRAME", ""),
        ("unknown schema id", b"\0\x7f\xff\xff\xff" + body, "SCHEMA_ID", ""),
        ("exactly the frame", good[:5], "DECODE", None),
        ("last byte missing", good[:-1], "DECODE", None),
        ("half of it", good[:len(good) // 2], "DECODE", None),
        ("trailing byte", good + b"\0", "TRAILING", ""),
        ("two events", good + body, "TRAILING", ""),
        ("eleven byte varint", good[:5] + b"\xc8" + b"\x80" * 9 + b"\0" + good[6:], "DECODE", None),
        ("varint beyond 64 bits", good[:5] + b"\xff" * 9 + b"\x7f" + good[6:], "DECODE", None),
        ("length of 2 GB", good[:5] + decode.varint(1 << 31) + good[6:], "DECODE", None),
        ("length of 2^62", good[:5] + decode.varint(1 << 62) + good[6:], "DECODE", None),
        ("negative length", good[:5] + decode.varint(-1) + good[6:], "DECODE", None),
        ("enum index 3 of 3", good[:at_op] + b"\x06" + good[at_op + 1:], "DECODE", "/op"),
        ("enum index -1", good[:at_op] + b"\x01" + good[at_op + 1:], "DECODE", "/op"),
        ("enum index 2^40", good[:at_op] + decode.varint(1 << 40) + good[at_op + 1:],
         "DECODE", "/op"),
        ("int beyond 32 bits", good[:at_op + 1] + decode.varint(1 << 31) + good[at_op + 2:],
         "DECODE", "/revision"),
        ("third branch of a union", good[:at_op + 2] + b"\x04" + good[at_op + 3:],
         "DECODE", "/correction_reason"),
        ("bad UTF-8", good.replace(text, b"\x16governor\xff\xfee"), "UTF8", "/agency_code"),
        ("surrogate in UTF-8", good.replace(text, b"\x16governor\xed\xa0\x80"), "UTF8",
         "/agency_code"),
        ("overlong UTF-8", good.replace(text, b"\x16governora\xc0\xaf"), "UTF8", "/agency_code"),
        ("NUL in a string", good.replace(text, b"\x16governor\0te"), "PATTERN", "/agency_code"),
        ("id that is no UUID", encode(contract, 1, event_id="reg-no 12/A"), "PATTERN", "/event_id"),
        ("one megabyte", good + bytes(900_000), "TOO_LARGE", ""),
        ("unknown agency", encode(contract, 900_002, agency_code="nobody_at_all"), "AGENCY",
         "/agency_code"),
        ("unknown city", encode(contract, 900_003, place_code="c9999-001",
                                council_code="c9999-001-C1"), "PLACE", "/place_code"),
        ("too coarse a place", encode(contract, 900_004, place_code="2401"),
         "COARSEST_PLACE", "/place_code"),
        ("council of another place", encode(contract, 900_005, council_code="c1195-002-C1"),
         "COUNCIL", "/council_code"),
        ("no council", encode(contract, 900_006, council_code=None), "REQUIRED", "/council_code"),
        ("below the bound", encode(contract, 900_007, members_present=-1), "MIN",
         "/members_present"),
        ("above the bound", encode(contract, 900_008, members_present=2_000_000_000), "MAX",
         "/members_present"),
        ("instant of another day", encode(contract, 900_009, occurred_at=0), "DAY",
         "/occurred_at"),
        ("instant beyond all calendars", encode(contract, 900_010, occurred_at=(1 << 63) - 1),
         "DAY", "/occurred_at"),
        ("day beyond all calendars", encode(contract, 900_011, occurred_on=(1 << 31) - 1),
         "DATE", "/occurred_on"),
        ("correction without a reason", encode(contract, 900_012, op="CORRECT", revision=1),
         "OP", "/correction_reason"),
        ("reason of an assertion", encode(contract, 900_013, correction_reason="OTHER"), "OP",
         "/correction_reason"),
        ("national ID", encode(contract, 900_014, source_ref="N-0084575948"), "PERSONAL",
         "/source_ref"),
        ("unknown programme", encode(contract, 900_015, programme_code="NO_SUCH_CODE"), "LOOKUP",
         "/programme_code"),
    ]
    return found


def test_the_list_says_what_the_oracle_says(contract):
    for name, value, reason, pointer in hostile(contract):
        _, faults = decode.read_record(value, contract)
        assert faults[0].code == reason, name
        assert pointer in (None, faults[0].pointer), name


def test_padded_varints_are_accepted(contract, stack):
    good = encode(contract, 77)
    padded = good[:5] + b"\xc8" + b"\x80" * 8 + b"\0" + good[6:]
    stack.start_consumer()
    stack.produce([("a", padded), ("a", good)])
    stack.wait_applied()
    assert_like_log(stack, contract)
    assert stack.fates()["applied"] == stack.fates()["duplicate"] == 1


@pytest.mark.parametrize("together", (True, False), ids=("one batch", "one by one"))
def test_one_letter_each_and_good_neighbours(stack, contract, together):
    bad = hostile(contract)
    records = [("x", encode(contract, 1), 0)]
    for number, (_, value, _, _) in enumerate(bad):
        records.append(("x", value, 0))
        records.append(("x", encode(contract, 1000 + number), 0))
    if together:
        stack.produce(records)
        stack.start_consumer()
    else:
        stack.start_consumer()
        for record in records:
            stack.produce([record])
    stack.wait_applied()
    log = assert_like_log(stack, contract)
    assert log.fates == {"applied": len(bad) + 1, "dead": len(bad)}
    letters = {row[0]: row[1:] for row in stack.rows(
        'SELECT "offset", reason, pointer, event_type, event_id::text, agency_code,'
        " detail::text, state FROM ops.dead_letter")}
    for number, (name, value, reason, pointer) in enumerate(bad):
        got = letters[1 + 2 * number]
        assert got[0] == reason and pointer in (None, got[1] or ""), name
        assert got[6] == "open"
        if reason not in ("FRAME", "SCHEMA_ID", "DECODE", "TRAILING", "TOO_LARGE", "UTF8"):
            assert got[2] == "council_meeting_held", name
            if pointer != "/event_id":
                assert got[3] is not None, name
    everything = "".join(row[5] for row in letters.values())
    for content in ("0084575948", "nobody_at_all", "NO_SUCH_CODE", "reg-no 12/A"):
        assert content not in everything


def fence(unit):
    """MemoryMax of a unit in MiB."""
    text = (ROOT / "deploy" / "systemd" / unit).read_text("utf-8")
    number, scale = re.search(r"^MemoryMax=(\d+)([MG])$", text, re.MULTILINE).groups()
    return int(number) * {"M": 1, "G": 1024}[scale]


def peak(pid):
    """Of resident memory, in MiB."""
    with open(f"/proc/{pid}/status", encoding="ascii") as source:
        return int(re.search(r"VmHWM:\s*(\d+)", source.read())[1]) / 1024


def test_a_record_that_is_large_once_it_is_unpacked(stack, contract):
    """A broker bounds what it keeps, which is packed: 100 MiB of nothing fit in."""
    producer = confluent_kafka.Producer({
        "bootstrap.servers": stack.environment["MAHALLE_BROKERS"],
        "message.max.bytes": 200_000_000, "compression.type": "lz4"})
    stack.produce([("x", encode(contract, 1), 0)])
    headers = [("h", bytes(20 << 20))]
    for value in (bytes(100 << 20), encode(contract, 2) + b"\0"):
        producer.produce(TOPIC, key=b"x", value=value, partition=0, headers=headers)
        assert not producer.flush(60)
    stack.produce([("x", encode(contract, 3), 0)])
    producer.produce(TOPIC, key=b"x", value=bytes(100 << 20), partition=1)
    assert not producer.flush(60)
    # who is killed for his memory meets the same record again: with much room
    monitor = subprocess.Popen(["mahalle-lag", "status"], env=stack.environment,
                               stdout=subprocess.DEVNULL)
    used = os.wait4(monitor.pid, 0)[2].ru_maxrss / 1024
    assert 100 < used < fence("mahalle-lag.service") / 2
    consumer = stack.start_consumer()
    stack.wait_applied(60)
    assert 200 < peak(consumer.pid) < fence("mahalle-aggregate@.service") / 2
    assert stack.rows('SELECT "offset", reason, octet_length(value), headers::text'
                      " FROM ops.dead_letter JOIN core.dead_letter_record USING (id)"
                      ' ORDER BY "offset"') == [
        (0, "TOO_LARGE", 100 << 20, "[]"),
        (1, "TOO_LARGE", 100 << 20, NOT_KEPT), (2, "TRAILING", mock.ANY, NOT_KEPT)]
    assert stack.fates() == {"applied": 2, "duplicate": 0, "stale": 0, "dead": 3, "gaps": 0}
