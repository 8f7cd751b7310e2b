# SPDX-License-Identifier: Apache-2.0
"""mahalle-post and the oracle give each line the same faults; no server needed."""

import json
import os
import random
import subprocess

import pytest

from harness.stack import ROOT
from oracle import intake
from oracle.random_events import RandomEvents

POST = os.path.join(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release"), "mahalle-post")
LINE_MAX = 60_000   # beyond, a line is TOO_LARGE before it is read


@pytest.fixture
def verdicts(tmp_path, contract):
    """A function: lines of bytes -> where the two differ."""
    def compare(lines):
        source, rejects = tmp_path / "lines", tmp_path / "rejects"
        source.write_bytes(b"\n".join(lines) + b"\n")
        done = subprocess.run([POST, "--dry-run", "--rejects", rejects, source],
                              capture_output=True)
        assert done.returncode in (0, 1), done.stderr
        got = {}
        for text in rejects.read_text("utf-8", "replace").splitlines():
            row = json.loads(text)
            got[row["line"]] = {(e["pointer"], e["code"]) for e in row["errors"]}
        found = []
        for number, line in enumerate(lines, 1):
            want = {tuple(f) for f in intake.read_line(line, contract, now_ms=0)[1]}
            if got.get(number, set()) != want:
                found.append((line[:500], want, got.get(number)))
        return found
    return compare


@pytest.mark.parametrize("seed", (21, 22))
def test_lines_of_all_types(verdicts, contract, seed):
    source = RandomEvents(contract, seed)
    assert verdicts([line.encode() for line in source.lines(4000)]) == []


NOISE = b'0123456789-/:.,"{}[]\\ \tabzAZ_~\x00\x7f\xd9\xa0\xdb\xb0\xff\xc3+eENtfu'


@pytest.mark.parametrize("seed", (1, 2, 3))
def test_damaged_lines(verdicts, contract, seed):
    rng, lines = random.Random(seed), []
    for line in RandomEvents(contract, 99).lines(3000):
        data = bytearray(line.encode())
        for _ in range(rng.choice((1, 1, 1, 2, 4))):
            at, pick = rng.randrange(len(data)), rng.random()
            if pick < 0.4:
                data[at] = rng.choice(NOISE)
            elif pick < 0.6:
                del data[at]
            elif pick < 0.8:
                data.insert(at, rng.choice(NOISE))
            elif pick < 0.9:
                data[at:at] = data[at:at + rng.randrange(20)]
            else:
                del data[max(at, 1):]
            if len(data) < 2:
                break
        lines.append(bytes(data))
    assert verdicts([line for line in lines if line.strip()]) == []


MEETING = {"event_type": "council_meeting_held", "event_id": "x1",
           "occurred_on": "1404/07/21", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}
FREED = {"event_type": "prisoners_freed", "event_id": "74a1fd16-808e-5f52-a496-cd06c5fbc5b9",
         "agency_code": "prisons", "occurred_on": "1404-06-31", "period_from": "1404-06-01",
         "place_code": "2409", "freed_count": 3}
LAUNCH = {"event_type": "cooperative_launched", "event_id": "k", "occurred_on": "1404-07-21",
          "agency_code": "prisons", "place_code": "c1198", "cooperative_code": "c",
          "mosque_code": "m2409-0001", "product_code": "CLOTHING", "is_production": True}
PROJECT = {"event_type": "project_started", "event_id": "p", "occurred_on": "1404-07-21",
           "agency_code": "governorate", "place_code": "2409", "project_code": "P",
           "project_kind": "HADI_PLAN"}

DATES = (
    "1404-7-21", "1404/7/2", "14040721", "2025/10/13", "2025-10-13 ", "1404-07/21",
    "1404/07-21", "1404-06-31T00:00", "0000-01-01", "9999-12-31", "1299-01-01",
    "1501-01-01", "1300-01-01", "1500-12-29", "1500-12-30", "1600-01-01", "2025-02-30",
    "+2025-10-13", "-2025-10-13", "02025-10-13", "1404‌/07/21", "۱۴۰۴/07/21", "1404-00-01",
    "1404-01-00", "1404-01-32", "1404-07-31", "2024-02-29", 20374, {"int": 20374}, None,
    True, "", "null", "1404.07.21", "١٤٠٤-٠٧-٢١", "２０２５-10-13", "1403-12-30", "1404-12-30")
TIMES = (
    "2025-10-13T10:30:00+03:30", "2025-10-13T10:30:00", "2025-10-13 10:30:00",
    "2025-10-13T10:30", "2025-10-13T10:30:00Z", "2025-10-13t10:30:00z",
    "2025-10-13T10:30:00.1234567Z", "2025-10-13T10:30:00.Z", "2025-10-13T10:30:00+0330",
    "2025-10-13T10:30:00+03", "1404-07-21T10:30:00", "1404/07/21 10:30:00",
    "1404/07/21 10:30", "۱۴۰۴/۰۷/۲۱ ۱۰:۳۰:۰۰", "2025-10-13T24:00:00",
    "2025-10-13T23:59:60Z", "2025-10-13T10:60:00", "2025-10-13T10:30:00-00:00",
    "2025-10-13T10:30:00+24:00", "2025-10-13T10:30:00+03:60", "2025-10-13",
    1760338800000, {"long": 1760338800000}, "1404-12-30T00:00:00",
    "2025-10-13T10:30:00 Z", "2025-10-13  10:30:00", "2025-10-13T1:30:00",
    "2022-09-21T23:30:00", "2022-03-22T00:30:00", "2025-10-13T10:30:00,5Z",
    "2025-10-13T10:30:00.999999Z", "9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "",
    "2025-10-13T00:00:00+03:30", "2025-10-13T10:30:00+23:59", "2025-10-13T10:30:00-23:59")
NUMBERS = (
    "3", "03", "+3", "-0", "-3", "3.0", 3.0, "3e0", 3e2, 1e15, "۳", "٣", "۳٣", "3 ", " 3",
    "3,000", "3٬000", "۳٬۰۰۰", "", None, True, "true", [3], {"int": 3}, {"long": 3},
    {"int": "3"}, {"int": None}, {"int": {"int": 3}}, {"null": None}, {}, "0x3", "٫",
    "999999999999999999999", "-999999999999999999999", 2147483648, -2147483649,
    9223372036854775808, "1000000000", "1000000001", "−3", "۳\u200c")
IDS = (
    "74A1FD16-808E-5F52-A496-CD06C5FBC5B9", "74a1fd16808e5f52a496cd06c5fbc5b9",
    "{74a1fd16-808e-5f52-a496-cd06c5fbc5b9}", "urn:uuid:74a1fd16-808e-5f52-a496-cd06c5fbc5b9",
    "", " ", "a" * 200, "a" * 201, "ش" * 100, "ش" * 101, 7, None, True, {"string": "x"},
    "\0", "a\0b", "\ud800", "😀", "g4a1fd16-808e-5f52-a496-cd06c5fbc5b9",
    "00000000-0000-0000-0000-000000000000", "\u200c")
FLAGS = (True, False, "true", "false", "True", "1", 1, 0, None, "", "بله", {"boolean": True})
COUNCILS = (
    "c1195-001-C1", " c1195-001-C1", "c1195-001-C1 ", "c1195-001-C", "c1195-001-C123",
    "c1195-001-C0", "c1195-001-c1", "c1195-001-C۱", None, "", 7, ["c1195-001-C1"],
    {"string": "c1195-001-C1"}, {"string": None}, {"string": 7}, {"x": "c1195-001-C1"},
    "C1195-001-C1")
PLACES = (
    "24", "2401", "c1195", "c1195-001", "v000268", "v000268-000", "240101", "2401010001",
    "34", "99", "c1195-", "c1195-0001", "C1195-001", "c1195‌-001", "2401-001", "", 7, None,
    "24 ", "v000268-001", "2411")
REFERENCES = (
    "0084575948", "00845759480", "x0084575948y", "0084575949", "1111111111", "09141234567",
    "9141234567", "989141234567", "00989141234567", "+989141234567", "6037991234567893",
    "6037991234567890", "IR062960000000100324200001", "ir062960000000100324200001",
    "IR-062960000000100324200001", "IR0629600000001003242000012", "ن/۱", "", " ",
    "a" * 40, "a" * 41, "۰۰۸۴۵۷۵۹۴۸")
WHOLE_LINES = (
    '{"event_type":"council_meeting_held","event_type":"council_meeting_held"}', '{"a":1}',
    "[]", "[{}]", "null", "1", '"x"', "{} {}", "{}x", json.dumps(MEETING) + " ",
    "\t" + json.dumps(MEETING), '{"a":' * 2000, "[" * 50_000,
    json.dumps({**MEETING, "note": {"a": {"b": [1]}}}),
    json.dumps({**MEETING, "members_present": 182}).replace("182", "182\0"))


def spellings():
    def events():
        for value in DATES:
            yield {**MEETING, "occurred_on": value}
            yield {**FREED, "period_from": value}
            yield {**PROJECT, "planned_end_on": value}
        for value in TIMES:
            yield {**MEETING, "occurred_at": value}
            yield {**MEETING, "posted_at": value}
        for value in NUMBERS:
            yield {**MEETING, "members_present": value}
            yield {**MEETING, "revision": value}
            yield {**FREED, "freed_count": value}
            yield {**FREED, "debt_settled": value, "currency_unit": "IRR_NEW"}
        for value in IDS:
            yield {**MEETING, "event_id": value}
            yield {**MEETING, "event_id": value, "source_ref": "N-1"}
            yield {**MEETING, "event_id": value, "agency_code": None}
        for value in FLAGS:
            yield {**LAUNCH, "is_production": value}
        for value in COUNCILS:
            yield {**MEETING, "council_code": value}
        for value in PLACES:
            for base in (MEETING, FREED, LAUNCH, PROJECT):
                yield {**base, "place_code": value}
        for value in REFERENCES:
            yield {**MEETING, "source_ref": value}
            yield {**MEETING, "source_ref": value, "event_id": None}
        for op in ("ASSERT", "CORRECT", "RETRACT", "assert", None, "", 7, {"ir.mahalle.Op": "CORRECT"}):
            for revision in (None, 0, 1, 1000001):
                for reason in (None, "OTHER", "X", {"ir.mahalle.CorrectionReason": "OTHER"},
                               {"ir.mahalle.Op": "OTHER"}):
                    yield {**MEETING, "op": op, "revision": revision,
                           "correction_reason": reason}
        for name in (None, "", 7, "x", "council_meeting_held ", "COUNCIL_MEETING_HELD"):
            yield {**MEETING, "event_type": name}
    for event in events():
        yield json.dumps(event)
    yield from WHOLE_LINES


def test_spellings(verdicts):
    lines = [line.encode() for line in spellings()]
    assert max(map(len, lines)) < LINE_MAX
    assert verdicts(lines) == []
