# SPDX-License-Identifier: Apache-2.0
"""The contract as data: event types from schemas/events, reference lists.

Nothing here judges an event; check.py does.
"""

import csv
import dataclasses
import datetime
import json
import os
import pathlib
import re

from . import calendar

SOURCE_SCHEMAS = pathlib.Path(__file__).parents[2] / "schemas"
ENVELOPE = 12  # the first fields of every record
LEVELS = ("province", "county", "settlement", "neighbourhood")


@dataclasses.dataclass(frozen=True)
class Field:
    name: str
    kind: str                 # int long boolean string enum
    logical: str | None       # date uuid timestamp-millis
    enum_name: str | None
    symbols: tuple
    nullable: bool
    null_index: int           # position of null in the union
    has_default: bool
    default: object
    rules: dict               # the whole JSON object of the field

    @property
    def role(self):
        return self.rules["role"]

    @property
    def unit(self):
        return self.rules.get("unit")

    @property
    def is_money(self):
        return self.role == "measure" and self.unit == "rial"

    @property
    def required(self):
        return not self.nullable and not self.has_default


class EventType:
    """One version of one event type."""

    def __init__(self, body):
        self.body = body
        self.name = body["eventType"]
        self.schema_id = body["schemaId"]
        self.domain = body["namespace"].rsplit(".", 1)[1]
        self.kind = body["kind"]
        self.reporting = body["reporting"]
        self.sensitive = bool(body.get("sensitive"))
        self.withhold = body.get("withhold")
        self.entity_key = body.get("entityKey")
        named = {}
        self.fields = tuple(make_field(f, body["namespace"], named)
                            for f in body["fields"])
        self.by_name = {f.name: f for f in self.fields}
        self.position = {f.name: i for i, f in enumerate(self.fields)}
        own = self.fields[ENVELOPE:]
        self.own = own
        self.measures = tuple(f for f in own if f.role == "measure")
        names = {f.name for f in self.measures}
        self.shares = tuple((f, self.by_name[f.rules["atMost"]]) for f in self.measures
                            if f.rules.get("atMost") in names)
        self.dimensions = tuple(f for f in own if f.role in ("dimension", "flag"))


def make_field(body, namespace, named):
    """Flatten the Avro type of a field; the contract knows only these shapes."""
    avro, nullable, null_index = body["type"], False, 0
    if isinstance(avro, list):
        nullable, null_index = True, avro.index("null")
        (avro,) = [branch for branch in avro if branch != "null"]
    if isinstance(avro, str) and avro not in ("int", "long", "string", "boolean"):
        avro = named[avro if "." in avro else f"{namespace}.{avro}"]
    logical, symbols, enum_name = None, (), None
    if isinstance(avro, dict):
        logical = avro.get("logicalType")
        if avro["type"] == "enum":
            enum_name = f"{avro.get('namespace', namespace)}.{avro['name']}"
            named[enum_name] = avro
            symbols = tuple(avro["symbols"])
        avro = avro["type"]
    return Field(body["name"], avro, logical, enum_name, symbols, nullable,
                 null_index, "default" in body, body.get("default"), body)


class Places:
    """Places by code, with the history of what they belong to."""

    def __init__(self, rows):
        self.spans = {}
        self.rows = [dict(row) for row in rows]
        for row in self.rows:
            for end in ("valid_from", "valid_to"):
                text = row.get(end) or None
                row[end] = text and datetime.date.fromisoformat(text)
            for name, value in row.items():
                if value == "":
                    row[name] = None
            self.spans.setdefault(row["place_code"], []).append(row)
        for spans in self.spans.values():
            spans.sort(key=lambda row: row["valid_from"] or datetime.date.min)

    @staticmethod
    def level(code):
        """Level by the form of the code; the pattern has been checked."""
        if "-" in code:
            return "neighbourhood"
        if code[0] in "cv":
            return "settlement"
        return "province" if len(code) == 2 else "county"

    def known(self, code):
        return code.split("-")[0] in self.spans

    def described(self, code):
        return code in self.spans

    def at(self, code, day):
        """The span that holds on a day: the first, unless a later one has begun."""
        date = calendar.to_date(day)
        spans = self.spans[code]
        held = spans[0]
        for span in spans:
            if span["valid_from"] is None or span["valid_from"] <= date:
                held = span
        return held

    def resolve(self, code, day):
        """The four place columns of a fact on its day.

        A neighbourhood lies where its settlement lies, described or not, so
        that to describe one never moves a number.
        """
        rank = LEVELS.index(self.level(code))
        settlement = code.split("-")[0]
        row = self.at(settlement, day)
        return {
            "province_code": code if rank == 0 else row["province_code"],
            "county_code": (None if rank == 0 else code if rank == 1
                            else row["county_code"]),
            "settlement_code": settlement if rank >= 2 else None,
            "neighbourhood_code": code if rank == 3 else None,
        }


class Contract:
    def __init__(self, directory=None):
        root = pathlib.Path(directory or os.environ.get("MAHALLE_SCHEMAS")
                            or SOURCE_SCHEMAS)
        self.versions = {}   # schema id -> EventType
        self.types = {}      # event type -> its latest version
        latest = {}
        for path in sorted(root.glob("events/*/*.avsc")):
            event_type = EventType(json.loads(path.read_text("utf-8")))
            version = int(re.search(r"\.v([0-9]+)\.avsc$", path.name).group(1))
            self.versions[event_type.schema_id] = event_type
            if version > latest.get(event_type.name, 0):
                latest[event_type.name] = version
                self.types[event_type.name] = event_type
        self.agencies = {row["agency_code"]: row
                         for row in read_csv(root / "reference/agencies.csv")}
        self.lookups = {}
        for row in read_csv(root / "reference/lookups.csv"):
            self.lookups.setdefault(row["list"], {})[row["code"]] = row
        self.places = Places(read_csv(root / "reference/places.csv"))

    def add_places(self, path):
        """What `mahalle-admin reference load places.csv` does: rows by code replace."""
        new = read_csv(path)
        codes = {row["place_code"] for row in new}
        kept = [row for code, spans in self.places.spans.items()
                if code not in codes for row in spans]
        for row in kept:
            for end in ("valid_from", "valid_to"):
                row[end] = row[end].isoformat() if row[end] else None
        self.places = Places(kept + new)


def read_csv(path):
    path = pathlib.Path(path)
    if not path.exists():
        return []
    with open(path, encoding="utf-8-sig", newline="") as source:
        return [row for row in csv.DictReader(source)]
