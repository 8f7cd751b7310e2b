# SPDX-License-Identifier: Apache-2.0
"""Every view of schema report, recomputed from the facts.

Rows are dicts by column; order has no meaning.
Columns that depend on clocks (received_at, applied_at, at) are left out.
"""

import itertools

from . import calendar
from .entities import Entities
from .rows import PLACE, date_of, group, measure_of, shown, total

# what a fact needs, by whom it is founded, and the field that names it
FOUNDERS = (
    ("cooperative_launched", "mosque_cooperative", "cooperative_formed", "cooperative_code"),
    ("production_reported", "mosque_cooperative", "cooperative_formed", "cooperative_code"),
    ("fund_loans_granted", "fund", "fund_created", "fund_code"),
    ("project_started", "project", "project_credit_allocated", "project_code"),
    ("project_progress_reported", "project", "project_credit_allocated", "project_code"),
    ("project_completed", "project", "project_credit_allocated", "project_code"),
)


class Views(Entities):
    def __init__(self, contract, facts):
        self.contract = contract
        self.facts = facts
        self.events = facts.in_force()
        self.by_type = group(self.events, lambda e: e["event_type"])

    # places

    def places_of(self, event):
        return self.contract.places.resolve(event["place_code"], event["occurred_on"])

    def place_key(self, event):
        places = self.places_of(event)
        return tuple(places[column] for column in PLACE)

    def type_of(self, event):
        return self.contract.types[event["event_type"]]

    def published(self):
        """Facts of types that are not sensitive."""
        return [e for e in self.events if not self.type_of(e).sensitive]

    # totals

    def event_daily(self):
        rows = group(self.published(), lambda e: (
            e["event_type"], date_of(e["occurred_on"]), *self.place_key(e),
            e["agency_code"]))
        names = ("event_type", "occurred_on", *PLACE, "agency_code")
        return [{**dict(zip(names, key)), "events": len(events)}
                for key, events in rows.items()]

    def measure_daily(self):
        rows = {}
        for event in self.published():
            for field in self.type_of(event).measures:
                value = measure_of(event, field)
                if value is None:
                    continue
                key = (event["event_type"], field.name, field.unit,
                       date_of(event["occurred_on"]), *self.place_key(event),
                       event["agency_code"])
                rows.setdefault(key, []).append(value)
        names = ("event_type", "measure", "unit", "occurred_on", *PLACE, "agency_code")
        return [{**dict(zip(names, key)), "total": sum(values), "events": len(values)}
                for key, values in rows.items()]

    def type_daily(self, event_type):
        """report.<type>_daily; sensitive types have none."""
        names = ("occurred_on", *PLACE, "agency_code", "programme_code",
                 *(f.name for f in event_type.dimensions))
        rows = group(self.by_type.get(event_type.name, ()), lambda e: (
            date_of(e["occurred_on"]), *self.place_key(e), e["agency_code"],
            e.get("programme_code"),
            *(shown(f, e.get(f.name)) for f in event_type.dimensions)))
        return [{**dict(zip(names, key)), **self.totals(event_type, events),
                 **self.wholes(event_type, events)}
                for key, events in rows.items()]

    @staticmethod
    def wholes(event_type, events):
        """What a part is a share of: the whole, of the facts that carry both."""
        return {f"{whole.name}_with_{part.name}": total(
                    measure_of(e, whole) for e in events if measure_of(e, part) is not None)
                for part, whole in event_type.shares}

    def totals(self, event_type, events):
        return {"events": len(events),
                **{f.name: total(measure_of(e, f) for e in events)
                   for f in event_type.measures}}

    def type_monthly(self, event_type):
        rows = group(self.by_type.get(event_type.name, ()), lambda e: (
            *calendar.from_day(e["occurred_on"])[:2], *self.place_key(e)[:2]))
        names = ("j_year", "j_month", "province_code", "county_code")
        found = []
        for key, events in rows.items():
            row = {**dict(zip(names, key)), **self.totals(event_type, events)}
            if event_type.sensitive:
                self.withhold(event_type, row)
            found.append(row)
        return found

    @staticmethod
    def withhold(event_type, row):
        rule, row["withheld"] = event_type.withhold, False
        if rule:
            value = row[rule["measure"]]
            row["withheld"] = value is None or value < rule["below"]
        if row["withheld"]:
            row["events"] = None
            row.update((f.name, None) for f in event_type.measures)

    def type_event(self, event_type):
        """report.<type>_event; sensitive types have none."""
        names = ("event_id", "agency_code", "revision", "place_code",
                 "council_code", "source_ref")
        return [{**{name: e.get(name) for name in names},
                 "occurred_on": date_of(e["occurred_on"]),
                 **{f.name: shown(f, e.get(f.name)) for f in event_type.own}}
                for e in self.by_type.get(event_type.name, ())]

    # oddities

    def orphan(self, sensitive=False):
        """report.orphan; with sensitive=True ops.orphan."""
        rows = []
        def look(event, entity, founder, code):
            if code not in founded[founder]:
                rows.append({
                    "event_type": event["event_type"], "event_id": event["event_id"],
                    "agency_code": event["agency_code"],
                    "occurred_on": date_of(event["occurred_on"]),
                    "missing_entity": entity, "missing_code": code})
        founded = {"council_formed": {e["council_code"] for e in
                                      self.by_type.get("council_formed", ())}}
        for _, _, founder, field in FOUNDERS:
            founded[founder] = {e[field] for e in self.by_type.get(founder, ())}
        for event in self.events if sensitive else self.published():
            if "council_code" in event:
                look(event, "council", "council_formed", event["council_code"])
            for name, entity, founder, field in FOUNDERS:
                if event["event_type"] == name:
                    look(event, entity, founder, event[field])
        return rows

    def overlap(self, sensitive=False):
        """report.overlap; with sensitive=True ops.overlap."""
        def key(event):
            event_type = self.type_of(event)
            entity = event_type.entity_key
            return (event["event_type"], event["agency_code"], event["place_code"],
                    event.get(entity) if entity else None, event.get("programme_code"),
                    *(event.get(f.name) for f in event_type.dimensions))
        totals = [e for e in (self.events if sensitive else self.published())
                  if self.type_of(e).reporting == "PERIOD_TOTAL"]
        rows = []
        for same in group(totals, key).values():
            for a, b in itertools.combinations(
                    sorted(same, key=lambda e: e["event_id"]), 2):
                start = max(a["period_from"], b["period_from"])
                end = min(a["occurred_on"], b["occurred_on"])
                if start <= end:
                    rows.append({
                        "event_type": a["event_type"], "agency_code": a["agency_code"],
                        "place_code": a["place_code"], "event_id_a": a["event_id"],
                        "event_id_b": b["event_id"], "overlap_from": date_of(start),
                        "overlap_to": date_of(end)})
        return rows

    def completeness(self):
        rows = group(self.by_type.get("reporting_closed", ()),
                     lambda e: (e["agency_code"], e["closed_event_type"]))
        return [{"agency_code": agency, "event_type": name,
                 "closed_to": date_of(max(e["closed_to"] for e in events))}
                for (agency, name), events in rows.items()]

    def change(self):
        """report.change over all time.

        A version of a sensitive type has no row; as the version before it is
        as good as not in force.
        """
        rows = []
        for versions in self.facts.versions.values():
            for old, new in zip([None] + versions[:-1], versions):
                if not self.type_of(new.event).sensitive:
                    rows.extend(self.change_rows(old, new))
        return rows

    def change_rows(self, old, new):
        before = self.moved(old)
        after = self.moved(new)
        common = {
            "event_type": new.event["event_type"], "event_id": new.event["event_id"],
            "agency_code": new.event["agency_code"], "op": new.event["op"],
            "correction_reason": new.event.get("correction_reason"),
            "old_revision": old and old.revision, "new_revision": new.revision,
            "old_day": before["day"], "new_day": after["day"],
            "old_place": before["place"], "new_place": after["place"],
        }
        rows = [{**common, "measure": None, "old_value": None, "new_value": None}]
        for name in sorted(before["values"].keys() | after["values"].keys()):
            rows.append({**common, "measure": name,
                         "old_value": before["values"].get(name),
                         "new_value": after["values"].get(name)})
        return rows

    def moved(self, version):
        if (version is None or not version.in_force
                or self.type_of(version.event).sensitive):
            return {"day": None, "place": None, "values": {}}
        event = version.event
        values = {f.name: measure_of(event, f) for f in self.type_of(event).measures}
        return {"day": date_of(event["occurred_on"]), "place": event["place_code"],
                "values": {k: v for k, v in values.items() if v is not None}}

    # lists

    def event_type(self):
        return [{"event_type": t.name, "domain": t.domain, "kind": t.kind,
                 "reporting": t.reporting, "sensitive": t.sensitive,
                 "label_fa": t.body["labelFa"], "label_en": t.body["labelEn"]}
                for t in self.contract.types.values()]

    def measure(self):
        return [{"event_type": t.name, "measure": f.name, "unit": f.unit,
                 "label_fa": f.rules["labelFa"], "label_en": f.rules["labelEn"]}
                for t in self.contract.types.values() for f in t.measures]

    def agency(self):
        return [{name: row[name] for name in ("agency_code", "label_fa", "label_en")}
                for row in self.contract.agencies.values()]

    def lookup(self):
        return [{name: row[name] for name in ("list", "code", "label_fa", "label_en")}
                for codes in self.contract.lookups.values() for row in codes.values()]

    def place(self):
        """report.place: code, level and whether it is described."""
        rows = [{"place_code": row["place_code"], "level": row["level"],
                 "described": row["described"] == "true"}
                for spans in self.contract.places.spans.values() for row in spans]
        unknown = {e["place_code"] for e in self.events
                   if not self.contract.places.described(e["place_code"])}
        return rows + [{"place_code": code, "level": "neighbourhood",
                        "described": False} for code in unknown]

    def calendar(self):
        return list(calendar.table())

    # all of them, by the name of the view

    def report(self, days=()):
        """{name in SQL: (columns, rows)}; a call for each function and day."""
        found = {}

        def add(name, columns, rows):
            found[name] = (tuple(columns), rows)

        for name, columns in COLUMNS.items():
            add(f"report.{name}", columns, getattr(self, name)())
        for name in ("orphan", "overlap"):
            add(f"ops.{name}", COLUMNS[name], getattr(self, name)(sensitive=True))
        for name in ENTITIES:
            for day in days:
                add(f"report.{name}_as_of('{day}')", COLUMNS[name],
                    getattr(self, name)(day))
        for day in days:
            add(f"report.governor_summary('{day}')", ("figure", "value"),
                self.governor_summary(day))
        for t in self.contract.types.values():
            measures = [f.name for f in t.measures]
            monthly = ["j_year", "j_month", "province_code", "county_code", "events"]
            if t.sensitive:
                monthly.append("withheld")
            else:
                add(f"report.{t.name}_daily",
                    ["occurred_on", *PLACE, "agency_code", "programme_code",
                     *(f.name for f in t.dimensions), "events", *measures,
                     *(f"{whole.name}_with_{part.name}" for part, whole in t.shares)],
                    self.type_daily(t))
                add(f"report.{t.name}_event",
                    ["event_id", "agency_code", "revision", "occurred_on",
                     "place_code", "council_code", "source_ref",
                     *(f.name for f in t.own)], self.type_event(t))
            add(f"report.{t.name}_monthly", monthly + measures, self.type_monthly(t))
        return found


ENTITIES = ("council", "school", "mosque_cooperative", "fund", "project")
COLUMNS = {
    "event_daily": ("event_type", "occurred_on", *PLACE, "agency_code", "events"),
    "measure_daily": ("event_type", "measure", "unit", "occurred_on", *PLACE,
                      "agency_code", "total", "events"),
    "council": ("council_code", *PLACE, "formed_on", "status", "phase",
                "last_meeting_on"),
    "school": ("school_code", "programme", "rebuilt_on", "opened_on", *PLACE,
               "classrooms_count", "area_m2", "amount", "pupils_capacity"),
    "mosque_cooperative": ("mosque_code", "cooperative_code", "formed_on",
                           "launched_on", "product_code"),
    "fund": ("fund_code", "created_on", *PLACE, "mosque_code", "members_count"),
    "project": ("project_code", "project_kind", *PLACE, "credit", "credit_total",
                "started_on", "physical_progress_pct", "completed_on",
                "in_operation_on"),
    "project_credit": ("project_code", "fiscal_year", "credit"),
    "orphan": ("event_type", "event_id", "agency_code", "occurred_on",
               "missing_entity", "missing_code"),
    "overlap": ("event_type", "agency_code", "place_code", "event_id_a",
                "event_id_b", "overlap_from", "overlap_to"),
    "completeness": ("agency_code", "event_type", "closed_to"),
    "event_type": ("event_type", "domain", "kind", "reporting", "sensitive",
                   "label_fa", "label_en"),
    "measure": ("event_type", "measure", "unit", "label_fa", "label_en"),
    "agency": ("agency_code", "label_fa", "label_en"),
    "lookup": ("list", "code", "label_fa", "label_en"),
    "place": ("place_code", "level", "described"),
    "calendar": ("date", "j_year", "j_month", "j_day", "j_month_name", "j_dow",
                 "fiscal_year", "school_year"),
}
