# SPDX-License-Identifier: Apache-2.0
"""Flat JSON as agencies post it -> an event (see check.py) or its faults."""

import datetime
import json
import re
import time
import uuid

from . import calendar
from .check import UUID, Fault, check, pointer

NAMESPACE = uuid.uuid5(uuid.NAMESPACE_DNS, "mahalle")
ID_BYTES_MAX = 200
SCRIPTS = ("0123456789", "۰۱۲۳۴۵۶۷۸۹", "٠١٢٣٤٥٦٧٨٩")
NUMBER = re.compile("|".join(f"-?[{digits}]+" for digits in SCRIPTS))
TO_ASCII = str.maketrans("".join(SCRIPTS[1:]), SCRIPTS[0] * 2)
DATE = re.compile(r"([0-9]{4})([-/])([0-9]{2})\2([0-9]{2})")
TIME = re.compile(r"[Tt ]([0-9]{2}):([0-9]{2}):([0-9]{2})(?:\.([0-9]+))?"
                  r"([Zz]|[+-][0-9]{2}:[0-9]{2})?")
RANGE = {"int": 31, "long": 63}


class Refused(Exception):
    """A value cannot be read; carries the code."""


def read_line(text, contract, event_type=None, now_ms=None):
    """One line of NDJSON; (event, faults), event is None when there are faults."""
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        flat = json.loads(text, object_pairs_hook=once, parse_constant=refuse)
    except UnicodeDecodeError:
        return None, [Fault("", "UTF8")]
    except (ValueError, RecursionError):
        return None, [Fault("", "JSON")]
    if not isinstance(flat, dict) or not is_text(flat):
        return None, [Fault("", "JSON")]
    return read_flat(flat, contract, event_type, now_ms)


def is_text(value):
    """No NUL and no half of a surrogate pair in any string."""
    if isinstance(value, dict):
        return all(is_text(k) and is_text(v) for k, v in value.items())
    if isinstance(value, list):
        return all(map(is_text, value))
    return not isinstance(value, str) or not re.search("[\0\ud800-\udfff]", value)


def once(pairs):
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a name twice")
    return found


def refuse(constant):
    raise ValueError(constant)


def read_flat(flat, contract, event_type=None, now_ms=None):
    """One flat object; (event, faults)."""
    flat = dict(flat)
    name = flat.pop("event_type", None)
    if name is None:
        name = event_type
    if name is None:
        return None, [Fault("/event_type", "REQUIRED")]
    if not isinstance(name, str):
        return None, [Fault("/event_type", "TYPE")]
    if name not in contract.types:
        return None, [Fault("/event_type", "UNKNOWN_TYPE")]
    event_type = contract.types[name]
    event, found, unread = {"event_type": name}, [], set()
    for field in event_type.fields:
        value, tagged = unwrap(flat.pop(field.name, None), field)
        if value is None:
            continue
        try:
            event[field.name] = read_value(value, field, tagged)
        except Refused as refused:
            unread.add(field.name)
            found.append((field.name, str(refused)))
    now_ms = int(time.time() * 1000) if now_ms is None else now_ms
    for absent, value in (("op", "ASSERT"), ("revision", 0), ("posted_at", now_ms)):
        if absent not in unread:
            event.setdefault(absent, value)
    identity_fault = identify(event, unread)
    if identity_fault:
        unread.add("event_id")
        found.append(("event_id", identity_fault))
    faults = [Fault(pointer(n), code) for n, code in found]
    faults += check(event, event_type, contract, frozenset(unread))
    faults.sort(key=lambda f: event_type.position[f.pointer[1:]])
    faults += [Fault(pointer(n), "UNKNOWN_FIELD") for n in flat]
    return (None, faults) if faults else (event, [])


def unwrap(value, field):
    """The value of {"int": 5}, as Avro's own JSON writes a union; whether it was one."""
    if field.nullable and isinstance(value, dict) and len(value) == 1:
        ((tag, inner),) = value.items()
        if tag in (field.kind, field.enum_name) and inner is not None:
            return inner, True
    return value, False


def read_value(value, field, tagged):
    if field.logical and tagged and isinstance(value, int) and not isinstance(value, bool):
        return value   # days or milliseconds since 1970, as Avro has them
    if field.logical == "date":
        return read_date(value)
    if field.logical == "timestamp-millis":
        return read_instant(value)
    if field.kind in ("int", "long"):
        return read_number(value, RANGE[field.kind])
    if field.kind == "boolean":
        if value in (True, False) and isinstance(value, bool):
            return value
        if value in ("true", "false"):
            return value == "true"
        raise Refused("TYPE")
    if not isinstance(value, str):
        raise Refused("TYPE")
    if field.kind == "enum" and value not in field.symbols:
        raise Refused("ENUM")
    return value


def read_number(value, bits):
    if isinstance(value, str) and NUMBER.fullmatch(value):
        value = int(value.translate(TO_ASCII))
    if isinstance(value, bool) or not isinstance(value, int):
        raise Refused("TYPE")
    if not -(1 << bits) <= value < 1 << bits:
        raise Refused("MIN" if value < 0 else "MAX")
    return value


def fold(value):
    """ASCII digits, if the text is in one script."""
    if not isinstance(value, str):
        raise Refused("TYPE")
    scripts = [any(c in digits for c in value) for digits in SCRIPTS]
    if sum(scripts) > 1:
        raise Refused("TYPE")
    return value.translate(TO_ASCII)


def read_date(value):
    match = DATE.fullmatch(fold(value))
    if not match:
        raise Refused("TYPE")
    return day_of(match)


def day_of(match):
    year, month, day = int(match[1]), int(match[3]), int(match[4])
    try:
        if 1300 <= year <= 1500:
            return calendar.to_day(year, month, day)
        if match[2] == "/":
            raise Refused("TYPE")
        return calendar.from_date(datetime.date(year, month, day))
    except ValueError:
        raise Refused("DATE") from None


def read_instant(value):
    text = fold(value)
    date, rest = DATE.match(text), None
    if date:
        rest = TIME.fullmatch(text, date.end())
    if not rest:
        raise Refused("TYPE")
    day = calendar.to_date(day_of(date))
    hour, minute, second, fraction, zone = rest.groups()
    try:
        local = datetime.datetime.combine(
            day, datetime.time(int(hour), int(minute), int(second)))
    except ValueError:
        raise Refused("DATE") from None
    millis = int((fraction or "0").ljust(3, "0")[:3])
    if zone is None:
        aware = local.replace(tzinfo=calendar.TEHRAN)
        there = aware.astimezone(datetime.timezone.utc).astimezone(calendar.TEHRAN)
        if there.replace(tzinfo=None) != local:   # the hour that summer time skipped
            raise Refused("DATE")
    else:
        aware = local.replace(tzinfo=datetime.timezone.utc)
        if zone not in "Zz":
            hours, minutes = int(zone[1:3]), int(zone[4:])
            if hours > 23 or minutes > 59:
                raise Refused("DATE")
            offset = datetime.timedelta(hours=hours, minutes=minutes)
            aware = local.replace(tzinfo=datetime.timezone(
                -offset if zone[0] == "-" else offset))
    whole = (aware - calendar.INSTANT_0) // datetime.timedelta(seconds=1)
    return whole * 1000 + millis


def identify(event, unread):
    """Put the UUID in place; the code of the fault if there is none."""
    given = event.get("event_id")
    agency = event.get("agency_code")
    if given is not None:
        if UUID.fullmatch(given):
            event["event_id"] = given.lower()
            return None
        if not 1 <= len(given.encode("utf-8")) <= ID_BYTES_MAX:
            del event["event_id"]
            return "PATTERN"
        del event["event_id"]
        if agency is None:
            unread.add("event_id")  # the agency has the fault
            return None
        event["event_id"] = name_uuid(agency, given)
        return None
    if "event_id" in unread:
        return None
    if "source_ref" in event and agency is not None:
        event["event_id"] = name_uuid(agency, event["event_type"], event["source_ref"])
        return None
    if "source_ref" in event or "source_ref" in unread:
        unread.add("event_id")
        return None
    return "REQUIRED"


def name_uuid(*parts):
    return str(uuid.uuid5(NAMESPACE, "\0".join(parts)))
