# SPDX-License-Identifier: Apache-2.0
"""The oracle itself: calendar, identity, time zone, rules, framing."""

import datetime
import json
import pathlib

import pytest

from . import calendar, decode, intake
from .check import Fault, holds_personal_number
from .contract import Contract
from .random_events import RandomEvents

CASES = pathlib.Path(__file__).parents[1] / "cases"
NOW_MS = 1_760_000_000_000


@pytest.fixture(scope="module")
def contract():
    return Contract()


MEETING = {"event_type": "council_meeting_held", "event_id": "reg-no 12/A",
           "occurred_on": "1404/07/21", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}
FREED = {"event_type": "prisoners_freed", "source_ref": "N/7", "agency_code": "prisons",
         "occurred_on": "1404-06-31", "period_from": "1404-06-01",
         "place_code": "2409", "freed_count": 3}


def read(contract, flat, **changes):
    flat = {k: v for k, v in {**flat, **changes}.items() if v is not None}
    return intake.read_flat(flat, contract, now_ms=NOW_MS)


def faults(contract, flat, **changes):
    return [tuple(f) for f in read(contract, flat, **changes)[1]]


@pytest.mark.parametrize("hijri, date", [
    ((1403, 12, 30), "2025-03-20"), ((1404, 1, 1), "2025-03-21"),
    ((1404, 7, 21), "2025-10-13"), ((1405, 1, 1), "2026-03-21"),
    ((1300, 1, 1), "1921-03-21"), ((1500, 12, 29), "2122-03-20")])
def test_calendar_vectors(hijri, date):
    day = calendar.from_date(datetime.date.fromisoformat(date))
    assert calendar.to_day(*hijri) == day
    assert calendar.from_day(day) == hijri


def test_calendar_round_trip():
    last = None
    for day in range(calendar.FIRST_DAY, calendar.LAST_DAY + 1):
        hijri = calendar.from_day(day)
        assert calendar.to_day(*hijri) == day
        assert last is None or hijri > last
        last = hijri
    assert calendar.is_leap(1403) and calendar.is_leap(1408)
    assert not calendar.is_leap(1404)
    with pytest.raises(ValueError):
        calendar.to_day(1404, 12, 30)


@pytest.mark.parametrize("instant, date", [
    ("2025-10-12T20:29:59Z", "2025-10-12"), ("2025-10-12T20:30:00Z", "2025-10-13"),
    ("2022-07-01T19:30:00Z", "2022-07-02"), ("2022-09-21T19:30:00Z", "2022-09-21"),
    ("2022-09-21T20:29:00Z", "2022-09-21"), ("2022-09-21T20:30:00Z", "2022-09-22"),
    ("1969-12-31T20:30:00Z", "1970-01-01")])
def test_day_in_tehran(instant, date):
    assert calendar.to_date(calendar.tehran_day(intake.read_instant(instant))
                            ).isoformat() == date


def test_identity_vectors(contract):
    assert str(intake.NAMESPACE) == "f160b5b5-4e15-552b-8314-826cc41864b9"
    assert intake.name_uuid("governorate", "reg-no 12/A") == (
        "74a1fd16-808e-5f52-a496-cd06c5fbc5b9")
    assert intake.name_uuid("governorate", "cleanup_held", "REG/7") == (
        "931a3cd2-db56-5dbf-a7c9-950ad4df0f84")
    assert read(contract, MEETING)[0]["event_id"] == (
        "74a1fd16-808e-5f52-a496-cd06c5fbc5b9")


def test_spellings_of_one_event(contract):
    plain = read(contract, MEETING, members_present=12)[0]
    for changes in (
            {"occurred_on": "2025-10-13"}, {"occurred_on": "۱۴۰۴-۰۷-۲۱"},
            {"occurred_on": "١٤٠٤/٠٧/٢١"}, {"members_present": "۱۲"},
            {"members_present": {"int": 12}}, {"members_present": "12"},
            {"event_id": "74A1FD16-808E-5F52-A496-CD06C5FBC5B9"},
            {"council_code": {"string": "c1195-001-C1"}}, {"op": "ASSERT"}):
        assert read(contract, MEETING, **{"members_present": 12, **changes}) == (plain, [])


REFUSALS = [
    (MEETING, {"council_code": None}, [("/council_code", "REQUIRED")]),
    (MEETING, {"council_code": "c1195-002-C1"}, [("/council_code", "COUNCIL")]),
    (MEETING, {"place_code": "c1195"},
     [("/place_code", "COARSEST_PLACE"), ("/council_code", "COUNCIL")]),
    (MEETING, {"event_id": None}, [("/event_id", "REQUIRED")]),
    (MEETING, {"event_id": "x" * 201}, [("/event_id", "PATTERN")]),
    (MEETING, {"occurred_on": "1404-12-30"}, [("/occurred_on", "DATE")]),
    (MEETING, {"occurred_on": "yesterday"}, [("/occurred_on", "TYPE")]),
    (MEETING, {"occurred_on": "2122-03-21"}, [("/occurred_on", "DATE")]),
    (MEETING, {"occurred_at": "2025-10-13T20:30:00Z"}, [("/occurred_at", "DAY")]),
    (MEETING, {"members_present": -1}, [("/members_present", "MIN")]),
    (MEETING, {"members_present": 1_000_000_001}, [("/members_present", "MAX")]),
    (MEETING, {"members_present": 10**12}, [("/members_present", "MAX")]),
    (MEETING, {"members_present": "-" + "9" * 30}, [("/members_present", "MIN")]),
    (MEETING, {"members_present": "۱2"}, [("/members_present", "TYPE")]),
    (MEETING, {"members_present": 1.5}, [("/members_present", "TYPE")]),
    (MEETING, {"members_present": True}, [("/members_present", "TYPE")]),
    (MEETING, {"venue_kind": "TEMPLE"}, [("/venue_kind", "ENUM")]),
    (MEETING, {"agency_code": "nobody"}, [("/agency_code", "AGENCY")]),
    (MEETING, {"programme_code": "NO_SUCH_ONE"}, [("/programme_code", "LOOKUP")]),
    (MEETING, {"note": "x"}, [("/note", "UNKNOWN_FIELD")]),
    (MEETING, {"event_type": "party_held"}, [("/event_type", "UNKNOWN_TYPE")]),
    (MEETING, {"place_code": "c9999-001", "council_code": "c9999-001-C1"},
     [("/place_code", "PLACE")]),
    (MEETING, {"op": "CORRECT"},
     [("/revision", "OP"), ("/correction_reason", "OP")]),
    (MEETING, {"correction_reason": "OTHER"}, [("/correction_reason", "OP")]),
    (FREED, {"place_code": "c1198"}, [("/place_code", "FINEST_PLACE")]),
    (FREED, {"freed_count": 0}, [("/freed_count", "MIN")]),
    (FREED, {"freed_count": 2, "debt_settled": 5, "currency_unit": "IRR_NEW"},
     [("/debt_settled", "NULL_WHEN")]),
    (FREED, {"debt_settled": 5}, [("/currency_unit", "REQUIRES")]),
    (FREED, {"currency_unit": "IRR_NEW"}, [("/currency_unit", "REQUIRES_ANY")]),
    (FREED, {"debt_settled": 10**10 + 1, "currency_unit": "IRR_NEW"},
     [("/debt_settled", "MAX")]),
    (FREED, {"period_from": "1404-07-01"}, [("/period_from", "PERIOD")]),
    (FREED, {"period_from": "1403-06-01"}, [("/period_from", "PERIOD")]),
    (FREED, {"source_ref": "A-0084575948"}, [("/source_ref", "PERSONAL")]),
]


@pytest.mark.parametrize("flat, changes, expected", REFUSALS)
def test_refusals(contract, flat, changes, expected):
    assert faults(contract, flat, **changes) == expected


def test_bounds_of_money_are_current_rials(contract):
    new = {"currency_unit": "IRR_NEW"}
    assert faults(contract, FREED, debt_settled=10**10, **new) == []
    assert faults(contract, FREED, debt_settled=10**14, currency_unit="IRR_CURRENT") == []


@pytest.mark.parametrize("text, personal", [
    ("0084575948", True), ("1404070012", False), ("09141234567", True),
    ("N-989141234567", True), ("6037991234567893", True), ("603799123456789", False),
    ("IR062960000000100324200001", True), ("062960000000100324200001", False),
    ("140407211200", False), ("12/09-141/234567", False), ("1111111111", False)])
def test_personal_numbers(text, personal):
    assert holds_personal_number(text) is personal


def test_lines_that_are_no_json(contract):
    for line in ("", "{", "[1]", '{"a":1,"a":2}', '{"a":NaN}'):
        assert intake.read_line(line, contract) == (None, [Fault("", "JSON")])
    assert intake.read_line(b'{"a":"\xff"}', contract) == (None, [Fault("", "UTF8")])


def test_each_event_survives_its_encoding(contract):
    source = RandomEvents(contract, seed=1)
    seen = set()
    for line in source.lines(3000):
        event, found = intake.read_line(line, contract, now_ms=NOW_MS)
        if event is None:
            assert found
            continue
        seen.add(event["event_type"])
        assert decode.read_record(decode.encode(event, contract), contract) == (event, [])
    assert seen == set(contract.types)


def test_random_faults_are_the_intended_ones(contract):
    source = RandomEvents(contract, seed=2)
    for line in source.lines(3000):
        intended = source.intended[line]
        _, found = intake.read_line(line, contract, now_ms=NOW_MS)
        assert {tuple(f) for f in found} == intended, line


def test_hostile_bytes(contract):
    event = read(contract, MEETING, members_present=12)[0]
    good = decode.encode(event, contract)
    expected = [
        (None, "FRAME"), (b"", "FRAME"), (b"\0\0\0\0", "FRAME"), (good[:5], "DECODE"),
        (b"\1" + good[1:], "FRAME"), (b"\0\xff\xff\xff\xff" + good[5:], "SCHEMA_ID"),
        (good + b"\0", "TRAILING"), (good[:-1], "DECODE"),
        (good[:5] + b"\xff" * 10 + good[6:], "DECODE"),
        (good[:5] + b"\xfe\xff\xff\xff\xff\xff\xff\xff\xff\x01" + good[6:], "DECODE"),
        (good + bytes(1 << 20), "TOO_LARGE")]
    for data, code in expected:
        assert [f.code for f in decode.read_record(data, contract)[1]] == [code], data
    padded = good[:5] + b"\xc8\x80\x80\x80\x80\x80\x80\x80\x80\x00" + good[6:]
    assert decode.read_record(padded, contract) == (event, [])


def case_folders(kind):
    return sorted((CASES / kind).glob("*/input.json"))


@pytest.mark.parametrize("path", case_folders("accept"), ids=lambda p: p.parent.name)
def test_case_accept(contract, path):
    event, found = intake.read_line(path.read_bytes(), contract, now_ms=NOW_MS)
    assert found == []
    expected = json.loads(path.with_name("event.json").read_text("utf-8"))
    by_name = contract.types[event["event_type"]].by_name
    for name, value in expected.items():
        if name in by_name and by_name[name].logical == "date" and value is not None:
            value = calendar.from_date(datetime.date.fromisoformat(value))
        assert event.get(name) == value, name
    assert event.keys() - expected.keys() <= {"posted_at"}


@pytest.mark.parametrize("path", case_folders("refuse"), ids=lambda p: p.parent.name)
def test_case_refuse(contract, path):
    event, found = intake.read_line(path.read_bytes(), contract, now_ms=NOW_MS)
    expected = json.loads(path.with_name("faults.json").read_text("utf-8"))
    assert {(f["pointer"], f["code"]) for f in expected} == {tuple(f) for f in found}
    assert event is None
