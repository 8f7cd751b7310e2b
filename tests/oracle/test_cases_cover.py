# SPDX-License-Identifier: Apache-2.0
"""Each event type has an accepted case, and each rule of its schema a refused one.

What the envelope's fields ask of every type is not looked for here. No case
can be asked for where none can exist: nothing is finer than a neighbourhood
or coarser than a province, and a field that is required anyway is told as
REQUIRED, whoever else requires it.
"""

import json
import pathlib

import pytest

ROOT = pathlib.Path(__file__).parents[2]
CASES = ROOT / "tests" / "cases"
SCHEMAS = sorted((ROOT / "schemas" / "events").glob("*/*.avsc"))
ENVELOPE = 12

# A rule of a field, and the code of the fault when it is broken.
CODES = {"min": "MIN", "max": "MAX", "pattern": "PATTERN", "atMost": "AT_MOST",
         "requires": "REQUIRES", "requiresAny": "REQUIRES_ANY", "lookup": "LOOKUP",
         "requiredWhen": "REQUIRED_WHEN", "nullWhen": "NULL_WHEN"}
KINDS = {"enum": "ENUM", "date": "DATE", "boolean": "TYPE"}
NO_RULE = {"name", "type", "default", "doc", "unit", "role", "labelFa", "labelEn"}


def kind_of(field):
    kind = field["type"]
    if isinstance(kind, list):
        kind = next(branch for branch in kind if branch != "null")
    if isinstance(kind, dict):
        kind = kind.get("logicalType", kind["type"])
    return kind


def is_required(field):
    return "default" not in field


def rules_of(schema):
    """{(field, code): the rule in words}."""
    by_name = {field["name"]: field for field in schema["fields"]}
    rules = {}
    for field in schema["fields"][ENVELOPE:]:
        name = field["name"]
        if is_required(field):
            rules[name, "REQUIRED"] = "is required"
        if kind_of(field) in KINDS:
            rules[name, KINDS[kind_of(field)]] = f"is of type {kind_of(field)}"
        for rule in field.keys() - NO_RULE:
            where = [name]
            if rule == "requires":
                where = [other for other in field[rule] if not is_required(by_name[other])]
            for one in where:
                rules[one, CODES[rule]] = f"{rule} {field[rule]}"
    for name in schema.get("requiredEnvelope", ()):
        rules[name, "REQUIRED"] = "requiredEnvelope"
    if schema["finestPlace"] != "neighbourhood":
        rules["place_code", "FINEST_PLACE"] = "finestPlace"
    if schema["coarsestPlace"] != "province":
        rules["place_code", "COARSEST_PLACE"] = "coarsestPlace"
    if schema["reporting"] == "PERIOD_TOTAL":
        rules["period_from", "PERIOD"] = "reporting PERIOD_TOTAL"
    return rules


def read_cases():
    """Types accepted; {(type, field, code)} of the faults refused."""
    accepted = {json.loads(path.read_text("utf-8"))["event_type"]
                for path in CASES.glob("accept/*/event.json")}
    refused = set()
    for path in CASES.glob("refuse/*/faults.json"):
        try:
            line = json.loads(path.with_name("input.json").read_text("utf-8"))
        except ValueError:
            continue
        for fault in json.loads(path.read_text("utf-8")):
            if isinstance(line, dict):
                refused.add((line.get("event_type"), fault["pointer"][1:], fault["code"]))
    return accepted, refused


@pytest.fixture(scope="module")
def cases():
    return read_cases()


@pytest.mark.parametrize("path", SCHEMAS, ids=lambda path: path.stem)
def test_each_rule_has_its_case(path, cases):
    accepted, refused = cases
    schema = json.loads(path.read_text("utf-8"))
    event_type = schema["eventType"]
    assert event_type in accepted, f"tests/cases/accept has no {event_type}"
    missing = [f"{name}: {code} ({why})"
               for (name, code), why in rules_of(schema).items()
               if (event_type, name, code) not in refused]
    assert not missing, f"tests/cases/refuse has no case of {event_type} for these"
