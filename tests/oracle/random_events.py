# SPDX-License-Identifier: Apache-2.0
"""Seeded stream of lines of every event type, built from the schemas alone.

Valid facts in all spellings, corrections, retractions (also first), repeats,
stale versions, conflicts, and lines with one deliberate fault each, whose
faults are known from the mutation and not from the check.
"""

import copy
import datetime
import json
import random
import re
import uuid

from . import calendar, intake
from .check import NEW_RIAL
from .contract import LEVELS

COMMON_DAYS = 60     # few days, so that totals have something to add up
SPAN_FIRST = calendar.to_day(1403, 1, 1)
SPAN_DAYS = 700
PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")
ARABIC = str.maketrans("0123456789", "٠١٢٣٤٥٦٧٨٩")


def sample(pattern, rng):
    """A string that the pattern of a schema matches."""
    return "".join(sample_nodes(re._parser.parse(pattern), rng))


def sample_nodes(nodes, rng):
    for op, argument in nodes:
        name = str(op)
        if name == "LITERAL":
            yield chr(argument)
        elif name == "IN":
            low_high = [(a, a) if str(kind) == "LITERAL" else a for kind, a in argument]
            yield chr(rng.randint(*rng.choice(low_high)))
        elif name == "MAX_REPEAT":
            least, most, inner = argument
            for _ in range(rng.randint(least, min(most, least + 6))):
                yield from sample_nodes(inner, rng)
        elif name == "SUBPATTERN":
            yield from sample_nodes(argument[-1], rng)
        elif name == "BRANCH":
            yield from sample_nodes(rng.choice(argument[1]), rng)
        else:
            raise ValueError(f"unknown in a pattern: {name}")


class RandomEvents:
    def __init__(self, contract, seed, conflicts=True, refused=True, types=None):
        self.contract, self.rng = contract, random.Random(seed)
        self.conflicts, self.refused = conflicts, refused
        self.types = [contract.types[name] for name in types or contract.types]
        self.facts = []      # [flat of the newest version, its type]
        self.sent = []       # valid lines so far
        self.intended = {}   # line -> set of (pointer, code)
        self.pools = {}
        self.days = [SPAN_FIRST + self.rng.randrange(SPAN_DAYS)
                     for _ in range(COMMON_DAYS)]
        self.agencies = self.rng.sample(sorted(contract.agencies),
                                        min(12, len(contract.agencies)))
        codes = sorted(contract.places.spans)
        self.counties = [c for c in codes if c.isdigit() and len(c) == 4]
        cities = [c for c in codes if c[0] in "cv" and "-" not in c]
        moved = [c for c in cities if len(contract.places.spans[c]) > 1]
        self.cities = moved + self.rng.sample(cities, min(8, len(cities)))
        self.provinces = [c for c in codes if len(c) == 2]

    # the stream

    def lines(self, count):
        """`count` lines of JSON without line ends."""
        for i in range(count):
            line, faults = self.line(i)
            self.intended[line] = faults
            yield line

    def line(self, number):
        pick = self.rng.random()
        if self.refused and pick < 0.10:
            return self.broken_line()
        if number >= len(self.types) and self.facts:
            if pick < 0.22:
                return self.later("CORRECT")
            if pick < 0.27:
                return self.later("RETRACT")
            if pick < 0.33:
                return self.rng.choice(self.sent), set()
            if pick < 0.36:
                return self.send(self.rng.choice(self.facts)[0])
            if self.conflicts and pick < 0.38:
                return self.conflict()
            if pick < 0.46:
                return self.sibling()
        flat, event_type = self.fact(
            self.types[number] if number < len(self.types) else None)
        if self.rng.random() < 0.04:   # retracted before it was asserted
            retraction = {**flat, "op": "RETRACT", "revision": self.rng.randint(1, 3),
                          "correction_reason": "NOT_HAPPENED"}
            self.facts.append([retraction, event_type])
            self.sent.append(json.dumps(self.spell(flat)))   # comes later, and stale
            return self.send(retraction)
        if self.rng.random() < 0.05:
            flat["revision"] = self.rng.randint(1, 3)
        self.facts.append([flat, event_type])
        return self.send(flat)

    def send(self, flat):
        line = json.dumps(self.spell(flat), ensure_ascii=self.rng.random() < 0.5)
        self.sent.append(line)
        return line, set()

    def later(self, op):
        """The next version of a known fact; a correction may change all of it."""
        entry = self.rng.choice(self.facts)
        old, event_type = entry
        if op == "CORRECT":
            other = self.rng.random() < 0.1
            flat, event_type = self.fact(None if other else event_type)
            for name in ("event_id", "agency_code"):
                flat[name] = old[name]
        else:
            flat = dict(old)
        flat["op"] = op
        flat["revision"] = old.get("revision", 0) + self.rng.choice((1, 1, 1, 2))
        flat["correction_reason"] = self.rng.choice(
            event_type.by_name["correction_reason"].symbols)
        entry[:] = flat, event_type
        return self.send(flat)

    def sibling(self):
        """Another fact like a known one, some days off: totals fold, periods overlap."""
        old, event_type = self.rng.choice(self.facts)
        flat = {k: v for k, v in old.items() if k not in (
            "op", "revision", "correction_reason", "occurred_at", "source_ref")}
        shift = self.rng.choice((0, 0, 7, 30))
        if flat["occurred_on"] + shift <= calendar.LAST_DAY:
            for name in ("occurred_on", "period_from"):
                if name in flat:
                    flat[name] += shift
        flat["event_id"] = self.identity()
        self.facts.append([flat, event_type])
        return self.send(flat)

    def conflict(self):
        """The revision of a known version again, with other content."""
        old, event_type = self.rng.choice(self.facts)
        flat, _ = self.fact(event_type)
        for name in ("event_id", "agency_code", "op", "revision", "correction_reason"):
            flat.pop(name, None)
            if name in old:
                flat[name] = old[name]
        return self.send(flat)

    # one valid fact

    def fact(self, event_type=None):
        """(flat form in plain spelling with a UUID or free id, its type)."""
        rng = self.rng
        event_type = event_type or rng.choice(self.types)
        level = rng.randint(LEVELS.index(event_type.body["coarsestPlace"]),
                            LEVELS.index(event_type.body["finestPlace"]))
        day = self.day()
        flat = {"event_type": event_type.name, "event_id": self.identity(),
                "occurred_on": day, "posted_at": self.posted(day),
                "agency_code": rng.choice(self.agencies), "place_code": self.place(level)}
        if rng.random() < 0.2:
            flat["occurred_at"] = self.instant(day)
        if rng.random() < 0.5:
            flat["source_ref"] = f"REF-{rng.randint(1, 99999)}/{rng.randint(1, 99)}"
        if LEVELS[level] == "neighbourhood" and (
                "council_code" in event_type.body.get("requiredEnvelope", ())
                or rng.random() < 0.2):
            flat["council_code"] = f"{flat['place_code']}-C{rng.randint(1, 2)}"
        if rng.random() < 0.3:
            flat["programme_code"] = self.text(event_type.by_name["programme_code"])
        for field in event_type.own:
            if field.required or rng.random() < 0.6:
                flat[field.name] = self.value(field, day)
        self.settle(flat, event_type, day)
        flat = {k: v for k, v in flat.items() if v is not None}
        return flat, event_type

    def settle(self, flat, event_type, day):
        """Make the rules between fields hold."""
        for _ in range(3):
            for field in event_type.own:
                rules, name = field.rules, field.name
                when = rules.get("requiredWhen")
                if when and flat.get(when["field"]) in when["is"] and name not in flat:
                    flat[name] = self.value(field, day)
                when = rules.get("nullWhen")
                if when and flat.get(when["field"], when["atMost"] + 1) <= when["atMost"]:
                    flat.pop(name, None)
                if "requiresAny" in rules and not any(
                        other in flat for other in rules["requiresAny"]):
                    flat.pop(name, None)
                if name not in flat:
                    continue
                for other in rules.get("requires", ()):
                    if other not in flat:
                        flat[other] = self.value(event_type.by_name[other], day)
                bound = flat.get(rules.get("atMost"))
                if bound is not None and flat[name] > bound:
                    flat[name] = self.rng.randint(rules.get("min", 0), bound)
        if flat.get("currency_unit") == "IRR_NEW":
            for field in event_type.own:
                if field.is_money and field.name in flat:
                    value = abs(flat[field.name]) // NEW_RIAL
                    flat[field.name] = -value if flat[field.name] < 0 else value

    def day(self):
        pick = self.rng.random()
        if pick < 0.85:
            return self.rng.choice(self.days)
        if pick < 0.97:
            return calendar.to_day(1395, 1, 1) + self.rng.randrange(8 * 365)
        return self.rng.choice((calendar.FIRST_DAY, calendar.LAST_DAY,
                                calendar.to_day(1403, 12, 30)))

    def posted(self, day):
        at = calendar.to_date(self.rng.choice(self.days))
        return f"{at}T{self.rng.randint(0, 23):02}:30:00.{self.rng.randint(0, 999):03}Z"

    def instant(self, day):
        """An instant of the local day, often at its edge; None in doubtful years."""
        if day < 0:
            return None
        time = self.rng.choice((datetime.time(0, 0), datetime.time(23, 59, 59, 999000),
                                datetime.time(self.rng.randint(1, 22), 15)))
        local = datetime.datetime.combine(calendar.to_date(day), time, calendar.TEHRAN)
        utc = local.astimezone(datetime.timezone.utc)
        millis = (utc - calendar.INSTANT_0) // datetime.timedelta(milliseconds=1)
        if calendar.tehran_day(millis) != day:
            return None
        return utc.strftime("%Y-%m-%dT%H:%M:%S.") + f"{millis % 1000:03}Z"

    def place(self, level):
        rng = self.rng
        if level == 0:
            return rng.choice(self.provinces)
        if level == 1:
            return rng.choice(self.counties)
        city = rng.choice(self.cities)
        return city if level == 2 else f"{city}-{rng.randint(1, 4):03}"

    def identity(self):
        rng = self.rng
        pick = rng.random()
        if pick < 0.8:
            return str(uuid.UUID(int=rng.getrandbits(128), version=4))
        if pick < 0.9:
            return f"ثبت {rng.getrandbits(60)}/الف"
        return f"reg-no {rng.getrandbits(60)} ~/\"\\"

    def value(self, field, day):
        rng, rules = self.rng, field.rules
        if field.logical == "date":
            if field.name == "period_from":
                length = rng.choice((0, 29, 30, 364, rng.randint(0, 60)))
                return max(calendar.FIRST_DAY, day - length)
            return rng.choice(self.days)
        if field.logical == "timestamp-millis":
            return self.posted(day)
        if field.kind == "enum":
            return rng.choice(field.symbols)
        if field.kind == "boolean":
            return rng.random() < 0.6
        if field.kind == "string":
            return self.text(field)
        least, most = rules.get("min", -1000), rules.get("max", 1000)
        if field.role == "dimension":
            return rng.randint(least, min(most, least + 3))
        if rng.random() < 0.05:
            return rng.choice((least, most))
        return rng.randint(max(least, -50_000_000), min(most, rng.choice((9, 400, 5 * 10**9))))

    def text(self, field):
        """From a small pool, so that entities meet each other."""
        rules = field.rules
        if rules.get("lookup") == "agency_code":
            return self.rng.choice(self.agencies)
        if rules.get("lookup"):
            return self.rng.choice(sorted(self.contract.lookups[field.name]))
        if field.name not in self.pools:
            source = random.Random(field.name)
            self.pools[field.name] = [sample(rules["pattern"], source) for _ in range(8)]
        return self.rng.choice(self.pools[field.name])

    # spelling

    def spell(self, flat):
        """One of the many ways to write the same event."""
        rng, out = self.rng, {}
        event_type = self.contract.types[flat["event_type"]]
        for name, value in flat.items():
            field = event_type.by_name.get(name)
            if field is None:
                out[name] = value
                continue
            if field.logical == "date" and isinstance(value, int):
                value = self.spell_date(value)
            elif field.kind in ("int", "long") and isinstance(value, int):
                value = self.spell_number(value)
            elif name == "event_id" and rng.random() < 0.1 and intake.UUID.fullmatch(value):
                value = value.upper()
            if field.nullable and not field.logical and rng.random() < 0.05:
                value = {field.enum_name or field.kind: value}
            out[name] = value
        for field in event_type.fields:
            if field.nullable and field.name not in flat and rng.random() < 0.05:
                out[field.name] = None
        names = list(out)
        if rng.random() < 0.3:
            rng.shuffle(names)
        return {name: out[name] for name in names}

    def spell_date(self, day):
        pick = self.rng.random()
        year, month, of_month = calendar.from_day(day)
        hijri = f"{year:04}-{month:02}-{of_month:02}"
        if pick < 0.7:
            return calendar.to_date(day).isoformat()
        if pick < 0.8:
            return hijri
        return hijri.replace("-", "/").translate(PERSIAN if pick < 0.9 else ARABIC)

    def spell_number(self, value):
        pick = self.rng.random()
        if pick < 0.9 or value < 0:
            return value
        return str(value).translate({0: PERSIAN, 1: ARABIC, 2: {}}[int(pick * 1000) % 3])

    # faults

    def broken_line(self):
        """A line with one deliberate mistake, and the faults it must give."""
        if self.rng.random() < 0.03:
            return self.rng.choice(('{"event_type":', "[]", "nothing", '"x"')), {("", "JSON")}
        while True:
            flat, event_type = self.fact()
            mutation = self.rng.choice(MUTATIONS)
            broken = copy.deepcopy(flat)
            faults = mutation(self, broken, event_type)
            if faults:
                if any(isinstance(v, int) and not isinstance(v, bool)
                       and event_type.by_name[k].logical == "date"
                       for k, v in broken.items() if k in event_type.by_name):
                    broken = self.plain_dates(broken, event_type)
                return json.dumps(broken), faults

    @staticmethod
    def plain_dates(flat, event_type):
        return {k: calendar.to_date(v).isoformat()
                if k in event_type.by_name and event_type.by_name[k].logical == "date"
                and isinstance(v, int) else v for k, v in flat.items()}


# Each changes a valid flat event and returns its faults; None: does not apply.

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
