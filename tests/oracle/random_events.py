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
from .random_faults import MUTATIONS

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
