# SPDX-License-Identifier: Apache-2.0
"""Councils, schools, cooperatives, funds, projects as of a day.

`None` for a day: all facts in force.
"""

from . import calendar
from .check import rial_factor
from .rows import age, first_day, group, last_day, newest, total

LIVE = ("ACTIVE", "SUSPENDED")
ARDABIL_CITY = "c1195"
MOVEMENT = "SCHOOL_BUILDING_MOVEMENT"
PROJECT_TYPES = ("project_credit_allocated", "project_started",
                 "project_progress_reported", "project_completed")


class Entities:
    """Part of Views; looks at `contract`, `by_type` and `places_of`."""

    def until(self, event_type, day):
        """Facts of a type with occurred_on <= day; all when day is None."""
        events = self.by_type.get(event_type, ())
        if day is None:
            return list(events)
        last = calendar.from_date(day)
        return [e for e in events if e["occurred_on"] <= last]

    def by_code(self, event_type, day, code):
        return group(self.until(event_type, day), lambda e: e.get(code))

    def council(self, day=None):
        formed = self.by_code("council_formed", day, "council_code")
        changed = self.by_code("council_status_changed", day, "council_code")
        met = self.by_code("council_meeting_held", day, "council_code")
        rows = []
        for code, founding in formed.items():
            changes = changed.get(code, [])
            phases = [e for e in founding + changes if "council_phase" in e]
            place = code.rsplit("-", 1)[0]
            first = min(founding, key=age)
            rows.append({
                "council_code": code,
                **self.contract.places.resolve(place, first["occurred_on"]),
                "formed_on": first_day(founding),
                "status": newest(changes).get("status", "ACTIVE"),
                "phase": newest(phases).get("council_phase"),
                "last_meeting_on": last_day(met.get(code)),
            })
        return rows

    def school(self, day=None):
        rebuilt = self.by_code("school_rebuilt", day, "school_code")
        opened = self.by_code("school_opened", day, "school_code")
        rows = []
        for code in rebuilt.keys() | opened.keys():
            rebuilding, opening = newest(rebuilt.get(code)), newest(opened.get(code))
            shaping = rebuilding or opening
            rows.append({
                "school_code": code, "programme": shaping["school_programme"],
                "rebuilt_on": first_day(rebuilt.get(code)),
                "opened_on": first_day(opened.get(code)),
                **self.places_of(shaping),
                "classrooms_count": rebuilding.get("classrooms_count"),
                "area_m2": rebuilding.get("area_m2"),
                "amount": self.money(rebuilding, "amount"),
                "pupils_capacity": opening.get("pupils_capacity"),
            })
        return rows

    @staticmethod
    def money(event, name):
        return event[name] * rial_factor(event) if name in event else None

    def mosque_cooperative(self, day=None):
        formed = self.by_code("cooperative_formed", day, "cooperative_code")
        pair = lambda e: (e["mosque_code"], e["cooperative_code"])
        launched = group(self.until("cooperative_launched", day), pair)
        pairs = set(launched)
        pairs.update(pair(e) for e in self.until("cooperative_formed", day)
                     if "mosque_code" in e)
        rows = []
        for mosque, code in pairs:
            production = [e for e in launched.get((mosque, code), ())
                          if e["is_production"]]
            rows.append({
                "mosque_code": mosque, "cooperative_code": code,
                "formed_on": first_day(formed.get(code)),
                "launched_on": first_day(production),
                "product_code": newest(production).get("product_code"),
            })
        return rows

    def fund(self, day=None):
        rows = []
        for code, events in self.by_code("fund_created", day, "fund_code").items():
            last = newest(events)
            rows.append({
                "fund_code": code, "created_on": first_day(events),
                **self.places_of(last), "mosque_code": last.get("mosque_code"),
                "members_count": last.get("members_count"),
            })
        return rows

    def project_credit(self, day=None):
        rows = group(self.until("project_credit_allocated", day),
                     lambda e: (e["project_code"], e["fiscal_year"]))
        return [{"project_code": code, "fiscal_year": year,
                 "credit": sum(self.money(e, "amount") for e in events)}
                for (code, year), events in rows.items()]

    def project(self, day=None):
        events = [e for name in PROJECT_TYPES for e in self.until(name, day)]
        credits = group(self.project_credit(day), lambda r: r["project_code"])
        rows = []
        for code, facts in group(events, lambda e: e["project_code"]).items():
            of = group(facts, lambda e: e["event_type"])
            completed = of.get("project_completed", [])
            last = newest(facts)
            credit = credits.get(code, [])
            rows.append({
                "project_code": code, "project_kind": last["project_kind"],
                **self.places_of(last),
                "credit": {str(r["fiscal_year"]): r["credit"] for r in credit},
                "credit_total": total(r["credit"] for r in credit),
                "started_on": first_day(of.get("project_started")),
                "physical_progress_pct": newest(
                    of.get("project_progress_reported")).get("physical_progress_pct"),
                "completed_on": first_day(completed),
                "in_operation_on": first_day([e for e in completed if e["in_operation"]]),
            })
        return rows

    def governor_summary(self, day):
        live = {(r["settlement_code"], r["neighbourhood_code"])
                for r in self.council(day) if r["status"] in LIVE}
        in_city = sum(settlement == ARDABIL_CITY for settlement, _ in live)
        mosques = {r["mosque_code"] for r in self.mosque_cooperative(day)
                   if r["launched_on"]}
        schools = sum(
            1 for r in self.school(day)
            if r["rebuilt_on"] and r["programme"] == MOVEMENT
            and r["opened_on"] and r["opened_on"] >= r["rebuilt_on"])
        figures = (("councils", len(live)), ("councils_ardabil_city", in_city),
                   ("councils_elsewhere", len(live) - in_city),
                   ("mosques_with_cooperative", len(mosques)),
                   ("schools_rebuilt_and_open", schools))
        return [{"figure": name, "value": value} for name, value in figures]
