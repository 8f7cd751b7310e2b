# SPDX-License-Identifier: Apache-2.0
"""Mistakes for random_events.py: each changes a valid flat event in one way.

It returns the faults that must be found, as {(pointer, code)}; None: it does
not apply to this event.  `source` is the RandomEvents that asks.
"""

from . import calendar
from .check import NEW_RIAL
from .contract import LEVELS


def named_by_others(event_type):
    """Fields that rules of other fields look at."""
    found = set()
    for field in event_type.own:
        for rule in ("requires", "requiresAny"):
            found.update(field.rules.get(rule, ()))
        for rule in ("requiredWhen", "nullWhen"):
            if rule in field.rules:
                found.add(field.rules[rule]["field"])
        found.add(field.rules.get("atMost"))
    return found


def pick_field(source, event_type, wanted):
    fields = [f for f in event_type.fields if wanted(f)]
    return source.rng.choice(fields) if fields else None


def drop_required(source, flat, event_type):
    seen = named_by_others(event_type)
    demanded = event_type.body.get("requiredEnvelope", ())
    field = pick_field(source, event_type, lambda f: (
        f.required or f.name in demanded) and f.name not in seen
        and f.name not in ("event_id", "posted_at"))
    del flat[field.name]
    return {("/" + field.name, "REQUIRED")}


def drop_identity(source, flat, event_type):
    flat.pop("source_ref", None)
    del flat["event_id"]
    return {("/event_id", "REQUIRED")}


def below(source, flat, event_type):
    seen = named_by_others(event_type)
    field = pick_field(source, event_type, lambda f: f in event_type.own
                       and "min" in f.rules and f.name in flat and f.name not in seen)
    if field is None:
        return None
    flat[field.name] = field.rules["min"] - 1
    return {("/" + field.name, "MIN")}


def above(source, flat, event_type):
    seen = named_by_others(event_type)
    field = pick_field(source, event_type, lambda f: f in event_type.own
                       and "max" in f.rules and f.name in flat and f.name not in seen
                       and "atMost" not in f.rules)
    if field is None:
        return None
    new = field.is_money and flat.get("currency_unit") == "IRR_NEW"
    flat[field.name] = field.rules["max"] // (NEW_RIAL if new else 1) + 1
    return {("/" + field.name, "MAX")}


def odd_text(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: f.kind == "string"
                       and f.name != "event_id" and f.name in flat)
    if field.name == "place_code":
        flat.pop("council_code", None)
        if "council_code" in event_type.body.get("requiredEnvelope", ()):
            return None
    flat[field.name] = source.rng.choice(("!", "", "نام", "a b", flat[field.name] + "\n"))
    return {("/" + field.name, "PATTERN")}


def unknown_code(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: "lookup" in f.rules
                       and f.name in flat)
    if field is None or field.rules["lookup"] == "agency_code":
        return None
    flat[field.name] = "NO_SUCH_CODE"
    return {("/" + field.name, "LOOKUP")}


def unknown_agency(source, flat, event_type):
    flat["agency_code"] = "no_such_agency"
    return {("/agency_code", "AGENCY")}


def unknown_symbol(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: f.kind == "enum" and f.name in flat)
    if field is None:
        return None
    flat[field.name] = source.rng.choice(("NO_SUCH_SYMBOL", "", field.symbols[0].lower()))
    return {("/" + field.name, "ENUM")}


def wrong_type(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: f.name in flat
                       and f.name not in ("event_id", "agency_code"))
    if field.name == "place_code" and "council_code" in flat:
        return None
    values = {"int": ("abc", [], {}, 1.5, True, "1,000", "۱2"), "long": ("abc", [], {}, 0.5),
              "boolean": (1, "yes", []), "string": (7, [], {}, True),
              "enum": (7, [], {}, True)}[field.kind]
    if field.logical:
        values = ("", "soon", [], "2025-1-1", "2025-10-13x")
    flat[field.name] = source.rng.choice(values)
    return {("/" + field.name, "TYPE")}


def no_such_day(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: f.logical == "date" and f.name in flat)
    flat[field.name] = source.rng.choice(("1404-12-30", "2025-02-29", "1404/07/31",
                                          "2025-13-01", "1403-00-10"))
    return {("/" + field.name, "DATE")}


def outside_calendar(source, flat, event_type):
    if event_type.reporting == "PERIOD_TOTAL":
        return None
    flat.pop("occurred_at", None)
    flat["occurred_on"] = source.rng.choice(("1921-03-20", "2122-03-21", "1000-01-01"))
    return {("/occurred_on", "DATE")}


def other_day(source, flat, event_type):
    day = calendar.to_day(1404, 7, 21)
    if event_type.reporting == "PERIOD_TOTAL":
        flat["period_from"] = day
    flat["occurred_on"] = day
    flat["occurred_at"] = source.rng.choice(
        ("2025-10-13T20:30:00Z", "2025-10-12T20:29:59.999Z", "2025-10-14T00:00:00",
         "1404-07-20T23:59:59+03:30"))
    return {("/occurred_at", "DAY")}


def bad_period(source, flat, event_type):
    if event_type.reporting != "PERIOD_TOTAL":
        return None
    flat.pop("occurred_at", None)
    flat["occurred_on"] = calendar.to_day(1404, 7, 21)
    flat["period_from"] = flat["occurred_on"] + source.rng.choice((1, 400, -367, -5000))
    return {("/period_from", "PERIOD")}


def other_council(source, flat, event_type):
    if "council_code" not in flat:
        return None
    flat["council_code"] = source.rng.choice(("c1195-999-C1", "v000268-000-C1"))
    return {("/council_code", "COUNCIL")}


def too_fine(source, flat, event_type):
    finest = LEVELS.index(event_type.body["finestPlace"])
    if finest == 3:
        return None
    flat["place_code"] = source.place(source.rng.randint(finest + 1, 3))
    return {("/place_code", "FINEST_PLACE")}


def too_coarse(source, flat, event_type):
    coarsest = LEVELS.index(event_type.body["coarsestPlace"])
    if coarsest == 0:
        return None
    flat["place_code"] = source.place(source.rng.randint(0, coarsest - 1))
    faults = {("/place_code", "COARSEST_PLACE")}
    if "council_code" in flat:
        faults.add(("/council_code", "COUNCIL"))
    return faults


def unknown_place(source, flat, event_type):
    level = LEVELS.index(event_type.body["finestPlace"])
    flat["place_code"] = ("99", "2499", "c9999", "v999999-001")[level]
    if "council_code" in flat:
        flat["council_code"] = flat["place_code"] + "-C1"
    return {("/place_code", "PLACE")}


def personal_number(source, flat, event_type):
    flat["source_ref"] = source.rng.choice(
        ("0084575948", "N/09141234567", "989141234567-1", "card.6037991234567893",
         "IR062960000000100324200001"))
    return {("/source_ref", "PERSONAL")}


def wrong_op(source, flat, event_type):
    pick = source.rng.randrange(4)
    flat["op"] = ("CORRECT", "RETRACT", "CORRECT", "ASSERT")[pick]
    flat["revision"] = (1, 0, 0, 0)[pick]
    if pick in (1, 3):
        flat["correction_reason"] = "OTHER"
    return ({("/correction_reason", "OP")}, {("/revision", "OP")},
            {("/revision", "OP"), ("/correction_reason", "OP")},
            {("/correction_reason", "OP")})[pick]


def unknown_field(source, flat, event_type):
    name, at = source.rng.choice((("note", "/note"), ("a/b", "/a~1b"), ("~", "/~0"),
                                  ("Event_id", "/Event_id")))
    flat[name] = source.rng.choice((None, 1, "x", {"y": []}))
    return {(at, "UNKNOWN_FIELD")}


def unknown_type(source, flat, event_type):
    flat["event_type"] = source.rng.choice(("no_such_type", "", "Council_formed"))
    return {("/event_type", "UNKNOWN_TYPE")}


def without_unit(source, flat, event_type):
    field = pick_field(source, event_type, lambda f: f.is_money and f.name in flat)
    if field is None or event_type.by_name["currency_unit"].required:
        return None
    del flat["currency_unit"]
    return {("/currency_unit", "REQUIRES")}


def unit_alone(source, flat, event_type):
    unit = event_type.by_name.get("currency_unit")
    if unit is None or unit.required:
        return None
    for field in event_type.own:
        if field.is_money:
            flat.pop(field.name, None)
    flat["currency_unit"] = "IRR_CURRENT"
    return {("/currency_unit", "REQUIRES_ANY")}


def between_fields(source, flat, event_type):
    """atMost, requiredWhen, nullWhen of this type, whichever it has."""
    field = pick_field(source, event_type, lambda f: any(
        rule in f.rules for rule in ("atMost", "requiredWhen", "nullWhen")))
    if field is None:
        return None
    if "atMost" in field.rules:
        other = event_type.by_name[field.rules["atMost"]]
        if "atMost" in other.rules:
            return None
        for f in event_type.own:
            if f.rules.get("atMost") == other.name:
                flat.pop(f.name, None)
        flat[other.name], flat[field.name] = 10, 11
        if any(f.required and f.name not in flat for f in event_type.own):
            return None
        return {("/" + field.name, "AT_MOST")}
    if "requiredWhen" in field.rules:
        when = field.rules["requiredWhen"]
        flat[when["field"]] = when["is"][0]
        flat.pop(field.name, None)
        return {("/" + field.name, "REQUIRED_WHEN")}
    when = field.rules["nullWhen"]
    flat[when["field"]] = when["atMost"]
    flat[field.name] = field.rules.get("min", 0)
    for other in field.rules.get("requires", ()):
        flat.setdefault(other, event_type.by_name[other].symbols[0])
    return {("/" + field.name, "NULL_WHEN")}


MUTATIONS = (
    drop_required, drop_identity, below, above, odd_text, unknown_code, unknown_agency,
    unknown_symbol, wrong_type, no_such_day, outside_calendar, other_day, bad_period,
    other_council, too_fine, too_coarse, unknown_place, personal_number, wrong_op,
    unknown_field, unknown_type, without_unit, unit_alone, between_fields)
