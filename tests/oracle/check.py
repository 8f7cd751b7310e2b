# SPDX-License-Identifier: Apache-2.0
"""The verdict on one event: its faults, in field order.

A pure function of the event, the schemas and the reference data.  An event is
a dict of raw Avro values (dates are days, instants are milliseconds) with
null fields absent, plus `event_type`.
"""

import re
import typing

from . import calendar
from .contract import LEVELS

UUID = re.compile(r"[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}")
NEW_RIAL = 10_000
PERIOD_MAX = 366  # days, both ends counted


class Fault(typing.NamedTuple):
    pointer: str
    code: str


def pointer(name):
    return "/" + name.replace("~", "~0").replace("/", "~1")


def rial_factor(event):
    return NEW_RIAL if event.get("currency_unit") == "IRR_NEW" else 1


def check(event, event_type, contract, unread=frozenset()):
    """Faults of an event of this version.

    `unread`: fields that were given but could not be read.  They count as
    present for the rules about presence and as null for the rules on values.
    """
    found = []

    def fault(name, code):
        if (name, code) not in found:
            found.append((name, code))

    def present(name):
        return name in event or name in unread

    for field in event_type.fields:
        check_presence(field, event_type, event, present, fault)
        if field.name in event:
            check_value(field, event, contract, fault)
    broken = {name for name, _ in found}
    check_envelope(event, event_type, contract, unread, broken, fault)
    found.sort(key=lambda item: event_type.position[item[0]])
    return [Fault(pointer(name), code) for name, code in found]


def check_presence(field, event_type, event, present, fault):
    rules = field.rules
    demanded = field.required or field.name in event_type.body.get(
        "requiredEnvelope", ())
    if not present(field.name):
        if demanded:
            fault(field.name, "REQUIRED")
        when = rules.get("requiredWhen")
        if when and event.get(when["field"]) in when["is"]:
            fault(field.name, "REQUIRED_WHEN")
        return
    for other in rules.get("requires", ()):
        # what is required anyway is told once, as REQUIRED
        if not present(other) and not event_type.by_name[other].required:
            fault(other, "REQUIRES")
    any_of = rules.get("requiresAny")
    if any_of and not any(present(other) for other in any_of):
        fault(field.name, "REQUIRES_ANY")


def check_value(field, event, contract, fault):
    rules, value, name = field.rules, event[field.name], field.name
    if field.logical == "date" and not in_calendar(value):
        fault(name, "DATE")
    if field.logical == "timestamp-millis" and name != "occurred_at":
        if not in_calendar(calendar.tehran_day(value)):
            fault(name, "DATE")
    if field.kind in ("int", "long"):
        shown = value * rial_factor(event) if field.is_money else value
        if "min" in rules and shown < rules["min"]:
            fault(name, "MIN")
        if "max" in rules and shown > rules["max"]:
            fault(name, "MAX")
    if "atMost" in rules and value > event.get(rules["atMost"], value):
        fault(name, "AT_MOST")
    when = rules.get("nullWhen")
    if when:
        other = event.get(when["field"])
        if other is not None and other <= when["atMost"]:
            fault(name, "NULL_WHEN")
    if field.kind == "string":
        check_string(field, value, contract, fault)


def in_calendar(day):
    """Days of 1300 to 1500; the contract asks it of occurred_on, and no date
    beyond it could be shown in Solar Hijri."""
    return day is not None and calendar.FIRST_DAY <= day <= calendar.LAST_DAY


def check_string(field, value, contract, fault):
    rules, name = field.rules, field.name
    pattern = rules.get("pattern")
    if field.logical == "uuid" or pattern == "uuid":
        if not UUID.fullmatch(value):
            fault(name, "PATTERN")
        return
    if pattern and not re.fullmatch(pattern, value, re.ASCII):
        fault(name, "PATTERN")
        return
    lookup = rules.get("lookup")
    if name == "agency_code":
        if value not in contract.agencies:
            fault(name, "AGENCY")
    elif lookup == "agency_code":
        if value not in contract.agencies:
            fault(name, "LOOKUP")
    elif lookup and value not in contract.lookups.get(name, ()):
        fault(name, "LOOKUP")


def check_envelope(event, event_type, contract, unread, broken, fault):
    """Rules that no schema has to spell out."""
    check_op(event, unread, fault)
    reference = event.get("source_ref")
    if (reference is not None and "source_ref" not in broken
            and holds_personal_number(reference)):
        fault("source_ref", "PERSONAL")
    day = event.get("occurred_on")
    instant = event.get("occurred_at")
    if day is not None and instant is not None and calendar.tehran_day(instant) != day:
        fault("occurred_at", "DAY")
    start = event.get("period_from")
    if (event_type.reporting == "PERIOD_TOTAL" and day is not None
            and start is not None and not 0 <= day - start < PERIOD_MAX):
        fault("period_from", "PERIOD")
    place = event.get("place_code")
    if place is not None and "place_code" not in broken:
        check_place(place, event, event_type, contract, broken, fault)


def check_op(event, unread, fault):
    op, revision = event.get("op"), event.get("revision")
    reasoned = "correction_reason" in event or "correction_reason" in unread
    if op == "ASSERT" and reasoned:
        fault("correction_reason", "OP")
    if op in ("CORRECT", "RETRACT"):
        if revision == 0:   # one below has its own fault
            fault("revision", "OP")
        if not reasoned:
            fault("correction_reason", "OP")


def check_place(place, event, event_type, contract, broken, fault):
    level = LEVELS.index(contract.places.level(place))
    if level > LEVELS.index(event_type.body["finestPlace"]):
        fault("place_code", "FINEST_PLACE")
    if level < LEVELS.index(event_type.body["coarsestPlace"]):
        fault("place_code", "COARSEST_PLACE")
    if not contract.places.known(place):
        fault("place_code", "PLACE")
    council = event.get("council_code")
    if council is not None and "council_code" not in broken:
        if LEVELS[level] != "neighbourhood" or not council.startswith(place + "-"):
            fault("council_code", "COUNCIL")


def holds_personal_number(text):
    """A run of digits, taken whole, that is a number of a person."""
    for run in re.finditer(r"[0-9]+", text):
        digits, size = run.group(), len(run.group())
        if size == 10 and is_national_id(digits):
            return True
        if size == 16 and luhn(digits):                            # bank card
            return True
        if re.fullmatch(r"(0|98|0098)9[0-9]{9}", digits):       # mobile number
            return True
        if size == 24 and text[:run.start()].upper().endswith("IR"):     # IBAN
            return True
    return False


def is_national_id(digits):
    """The check digit of the national ID; ten equal digits are none."""
    rest = sum(int(d) * (10 - i) for i, d in enumerate(digits[:9])) % 11
    return len(set(digits)) > 1 and int(digits[9]) == (rest if rest < 2 else 11 - rest)


def luhn(digits):
    doubled = (int(d) * (1 if i % 2 else 2) for i, d in enumerate(digits))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0
