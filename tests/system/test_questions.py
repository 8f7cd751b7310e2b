# SPDX-License-Identifier: Apache-2.0
"""The thirty questions, asked of the demo by an analyst.

Each answer is worked out here a second time from the posted lines, by facts in
force; only the five published totals are known beforehand.
"""

import collections
import datetime
import decimal
import json
import re
import subprocess
import time

import pytest

from harness.stack import ROOT
from oracle import calendar, intake
from oracle.compare import plain
from oracle.contract import Contract
from oracle.entities import LIVE
from oracle.facts import Facts
from oracle.rows import date_of, group, newest, percent, tenth, total
from oracle.views import Views

FOLDER = ROOT / "schemas" / "queries" / "questions"
FILES = {int(path.name[:2]): path for path in sorted(FOLDER.glob("*.sql"))}
DAY = datetime.date(2025, 10, 13)
YEAR, MONTH, MONTH_DAY = calendar.from_day(calendar.from_date(DAY))
WEDNESDAY = 2  # of datetime.date.weekday
SECONDS_MAX = 2
# What is done of it cannot be told by neighbourhood.
SENSITIVE_PLAN = json.dumps({
    "event_type": "activity_planned", "event_id": "sensitive-plan",
    "occurred_on": "2025-09-01", "due_on": "2025-10-01",
    "posted_at": "2025-09-01T12:00:00Z", "agency_code": "governorate",
    "place_code": "c1195-001", "council_code": "c1195-001-C1",
    "planned_event_type": "counselling_provided"})
TO_PERSIAN = str.maketrans("0123456789", "۰۱۲۳۴۵۶۷۸۹")


def month_of(event):
    return calendar.from_day(event["occurred_on"])[:2]


def total_of(events, name):
    return total(e.get(name) for e in events)


def share(events, part, whole):
    """Of the facts that carry `part`."""
    known = [e for e in events if part in e]
    return percent(total_of(known, part), total_of(known, whole))


class Answers:
    """q<N>: the rows of question N, without labels, in any order."""

    def __init__(self, contract, facts, posted):
        self.contract, self.facts, self.posted = contract, facts, posted
        self.views = Views(contract, facts)
        self.live = [c for c in self.views.council(DAY) if c["status"] in LIVE]
        self.projects = self.views.project(DAY)
        self.counties = [code for code, spans in contract.places.spans.items()
                         if spans[0]["level"] == "county"]

    def until(self, name):
        return self.views.until(name, DAY)

    def county(self, event):
        return self.views.places_of(event)["county_code"]

    def by_county(self, events):
        return group(events, self.county)

    def this_year(self, name):
        return [e for e in self.until(name) if month_of(e)[0] == YEAR]

    def amount(self, events):
        return total(self.views.money(e, "amount") for e in events)

    def published(self, name):
        """Months and counties of a sensitive type, small cells withheld."""
        return [row for row in self.views.type_monthly(self.contract.types[name])
                if (row["j_year"], row["j_month"]) <= (YEAR, MONTH)]

    def acts(self, kinds=("act", "plan")):
        """Facts until the day that may be counted by day."""
        return [e for e in self.views.published()
                if e["occurred_on"] <= calendar.from_date(DAY)
                and self.views.type_of(e).kind in kinds]

    # states

    def q1(self):
        return [{"neighbourhoods": 220}]

    def q2(self):
        return [{"neighbourhoods": 54}]

    def q3(self):
        places = {(c["county_code"], c["neighbourhood_code"]) for c in self.live
                  if c["settlement_code"] != "c1195"}
        assert len(places) == 166
        return [{"county_code": county, "neighbourhoods": n}
                for county, n in collections.Counter(c for c, _ in places).items()]

    def q4(self):
        return [{"mosques": 24}]

    def q5(self):
        pieces = self.by_county(e for e in self.until("production_reported")
                                if e["product_code"] == "CLOTHING")
        makers = {}
        pairs = group(self.until("cooperative_launched"),
                      lambda e: (e["mosque_code"], e["cooperative_code"]))
        for pair, events in pairs.items():
            productive = newest([e for e in events if e["is_production"]])
            if productive.get("product_code") == "CLOTHING":
                makers.setdefault(self.county(newest(events)), []).append(pair)
        return [{"county_code": county, "mosques": len({m for m, _ in found}),
                 "cooperatives": len({c for _, c in found}),
                 "pieces": total_of(pieces.get(county, ()), "units_count")}
                for county, found in makers.items()]

    def q6(self):
        return [{"schools": 40}]

    def q7(self):
        closed = [s["programme"] for s in self.views.school(DAY) if s["rebuilt_on"]
                  and (s["opened_on"] is None or s["opened_on"] < s["rebuilt_on"])]
        return [{"programme": name, "schools": n}
                for name, n in collections.Counter(closed).items()]

    def q8(self):
        places = {(c["phase"], c["neighbourhood_code"]) for c in self.live}
        rows = [{"phase": phase, "neighbourhoods": n}
                for phase, n in collections.Counter(p for p, _ in places).items()]
        assert rows == [{"phase": "PILOT", "neighbourhoods": 220}]
        return rows

    # meetings

    def q9(self):
        meetings = [e for e in self.until("public_meeting_held")
                    if month_of(e) == (YEAR, MONTH)]
        right_day = [e for e in meetings
                     if date_of(e["occurred_on"]).weekday() == WEDNESDAY]
        outside = [e for e in right_day if e["venue_kind"] != "AGENCY_OFFICE"]
        assert 0 < len(outside) < len(right_day) < len(meetings)
        return [{"j_year": YEAR, "j_month": MONTH, "j_month_name": "مهر",
                 "meetings": len(meetings), "on_wednesday": len(right_day),
                 "on_wednesday_outside": len(outside)}]

    def q10(self):
        meetings = self.until("public_meeting_held")
        ranks = collections.Counter(e["highest_official"] for e in meetings)
        return [{"highest_official": rank, "meetings": n,
                 "percent": percent(n, len(meetings))} for rank, n in ranks.items()]

    def q11(self):
        months = group(self.this_year("public_meeting_held"), month_of)
        return [{"j_year": year, "j_month": month,
                 "j_month_name": calendar.MONTHS_FA[month - 1], "meetings": len(events),
                 "requests": total_of(events, "requests_count"),
                 "resolved": total_of(events, "requests_resolved_count"),
                 "resolved_percent": share(events, "requests_resolved_count",
                                           "requests_count")}
                for (year, month), events in months.items()]

    def q12(self):
        rows = []
        for council in self.live:
            days = (DAY - (council["last_meeting_on"] or council["formed_on"])).days
            if days > 30:
                rows.append({**{name: council[name] for name in (
                    "council_code", "status", "formed_on", "last_meeting_on")},
                    "days_without_meeting": days})
        return rows

    def q13(self):
        counties = self.by_county(self.this_year("mosque_meeting_held"))
        return [{"county_code": county, "meetings": len(events),
                 "mosques": len({e["mosque_code"] for e in events}),
                 "prayer_leaders": total_of(events, "prayer_leaders_count")}
                for county, events in counties.items()]

    def q14(self):
        visits = self.by_county(self.until("council_launch_visit_made"))
        now = max(e["stage_no"] for events in visits.values() for e in events)
        return [{"county_code": county, "stage_now": now,
                 "first_stage": min((e["stage_no"] for e in visits.get(county, ())),
                                    default=None),
                 "is_left": county not in visits} for county in self.counties]

    # what was done

    def q15(self):
        turfs = [e for e in self.until("sport_facility_built")
                 if e["facility"] == "SYNTHETIC_TURF"
                 and date_of(e["occurred_on"]) > DAY - datetime.timedelta(365)]
        return [{"county_code": county, "turfs": len(events),
                 "area_m2": total_of(events, "area_m2")}
                for county, events in {None: turfs, **self.by_county(turfs)}.items()]

    def q16(self):
        courses = group(
            self.until("training_course_held") + self.until("life_skills_course_held"),
            lambda e: (e["event_type"], e.get("training_kind") or e.get("life_skill")))
        return [{"event_type": name, "kind": kind, "courses": len(events),
                 "participants": total_of(events, "participants_count"),
                 "women": total_of(events, "women_count"),
                 "women_percent": share(events, "women_count", "participants_count")}
                for (name, kind), events in courses.items()]

    def q17(self):
        return [{"j_year": row["j_year"], "j_month": row["j_month"],
                 "j_month_name": calendar.MONTHS_FA[row["j_month"] - 1],
                 "county_code": row["county_code"], "freed": row["freed_count"],
                 "debt_settled_rials": row["debt_settled"]}
                for row in self.published("prisoners_freed")]

    def q18(self):
        funds = group(self.views.fund(DAY), lambda f: f["county_code"])
        loans = group(self.published("fund_loans_granted"), lambda r: r["county_code"])
        assert any(row["withheld"] for rows in loans.values() for row in rows)
        return [{"county_code": county, "funds": len(funds.get(county, ())),
                 "loans": total_of(loans.get(county, ()), "loans_count"),
                 "amount_rials": total_of(loans.get(county, ()), "amount"),
                 "months_withheld": sum(r["withheld"] for r in loans.get(county, ()))}
                for county in self.counties]

    def q19(self):
        projects = {p["project_code"]: p for p in self.projects}
        rows = []
        for kind in ("HADI_PLAN", "TOURISM_TARGET"):
            credits = [c for c in self.views.project_credit(DAY)
                       if projects[c["project_code"]]["project_kind"] == kind]
            years = group(credits, lambda c: c["fiscal_year"])
            for year, found in {None: credits, **years}.items():
                codes = {c["project_code"] for c in found}
                rows.append({
                    "project_kind": kind, "fiscal_year": year,
                    "credit_rials": total_of(found, "credit"), "projects": len(codes),
                    "completed": sum(projects[code]["completed_on"] is not None
                                     for code in codes)})
        return rows

    def q20(self):
        started = group(self.until("project_started"), lambda e: e["project_code"])
        rows = []
        for project in self.projects:
            if not (project["credit_total"] or 0) > 0 or project["completed_on"]:
                continue
            end = date_of(newest(started.get(project["project_code"])).get("planned_end_on"))
            if project["started_on"] is None or end and end < DAY:
                rows.append({
                    "project_code": project["project_code"],
                    "problem": "overdue" if project["started_on"] else "not started",
                    "credit_rials": project["credit_total"],
                    "started_on": project["started_on"], "planned_end_on": end,
                    "physical_progress_pct": project["physical_progress_pct"],
                    "days_overdue": end and (DAY - end).days})
        assert {row["problem"] for row in rows} == {"overdue", "not started"}
        return rows

    def q21(self):
        kinds = group(self.until("public_support_received"), lambda e: e["support_kind"])
        return [{"support_kind": kind, "supporter_kind": supporter, "supports": len(events),
                 "amount_rials": self.amount(events),
                 "amount_percent": percent(self.amount(events), self.amount(whole)),
                 "labour_hours": total_of(events, "labour_hours"),
                 "labour_percent": percent(total_of(events, "labour_hours"),
                                           total_of(whole, "labour_hours"))}
                for kind, whole in kinds.items() for supporter, events in group(
                    whole, lambda e: e["supporter_kind"]).items()]

    def q22(self):
        def is_poor(event):
            code = self.views.places_of(event)["neighbourhood_code"]
            return code and self.contract.places.spans[code][0]["is_underprivileged"] == "true"
        areas = group(self.until("school_supplies_provided"), is_poor)
        assert set(areas) == {True, False, None}
        return [{"is_underprivileged": poor,
                 "neighbourhoods": 0 if poor is None else len(
                     {e["place_code"] for e in events}),
                 "packages": total_of(events, "packages_count"),
                 "pupils": total_of(events, "pupils_count")}
                for poor, events in areas.items()]

    def q23(self):
        relief = group(self.until("relief_items_provided"), lambda e: e["agency_code"])
        cells = self.published("counselling_provided")
        return [{"service": "relief_items_provided", "agency_code": agency,
                 "quantity": total_of(relief[agency], "packages_count"),
                 "cells_withheld": None} for agency in ("behzisti", "red_crescent")] + [
                {"service": "counselling_provided", "agency_code": None,
                 "quantity": total_of(cells, "sessions_count"),
                 "cells_withheld": sum(c["withheld"] for c in cells)}]

    def q24(self):
        services = self.by_county(self.until("dispute_service_started"))
        cases = group(self.published("disputes_settled"), lambda r: r["county_code"])
        rows = []
        for county in self.counties:
            received = total_of(cases.get(county, ()), "received_count")
            settled = total_of(cases.get(county, ()), "settled_count")
            rows.append({
                "county_code": county,
                "neighbourhoods": len({e["place_code"] for e in services.get(county, ())}),
                "received": received, "settled": settled,
                "settled_percent": percent(settled, received),
                "months_withheld": sum(r["withheld"] for r in cases.get(county, ()))})
        return rows

    def q25(self):
        rows = []
        kinds = group(self.until("cleanup_held"), lambda e: e["place_kind"])
        for kind, events in kinds.items():
            metres = total_of(events, "length_m")
            rows.append({
                "place_kind": kind, "cleanups": len(events),
                "kilometres": metres and tenth(decimal.Decimal(metres) / 1000),
                "waste_kg": total_of(events, "waste_kg"),
                "organisations": total_of(events, "ngo_count")})
        return rows

    # the whole picture

    def q26(self):
        domains = {t.domain for t in self.contract.types.values() if t.kind == "act"
                   and t.body["finestPlace"] == "neighbourhood" and not t.sensitive}
        done = {(self.views.places_of(e)["neighbourhood_code"], self.views.type_of(e).domain)
                for e in self.acts(("act",))}
        return [{"neighbourhood_code": place, "domain": domain}
                for place in {c["neighbourhood_code"] for c in self.live}
                for domain in domains if (place, domain) not in done]

    def q27(self):
        acts = group(self.acts(), lambda e: (e["event_type"], e["place_code"]))
        outcomes = {}
        for plan in self.until("activity_planned"):
            due = plan.get("due_on", calendar.from_date(DAY))
            name, planned = plan["planned_event_type"], plan.get("planned_count", 1)
            if (due <= calendar.from_date(DAY)
                    and not self.views.contract.types[name].sensitive):
                done = sum(plan["occurred_on"] <= e["occurred_on"] <= due
                           for e in acts.get((name, plan["place_code"]), ()))
                outcomes.setdefault(name, []).append((planned, min(planned, done)))
        rows = []
        for name, pairs in outcomes.items():
            planned, done = map(sum, zip(*pairs))
            assert 0 < done < planned
            rows.append({"event_type": name, "plans": len(pairs), "planned": planned,
                         "done": done, "done_percent": percent(done, planned)})
        return rows

    def q28(self):
        months = {(YEAR, MONTH): 0, (YEAR, MONTH - 1): 1, (YEAR - 1, MONTH): 2}
        counts = {}
        for event in self.acts(("act",)):
            year, month, day = calendar.from_day(event["occurred_on"])
            if (year, month) in months and day <= MONTH_DAY:
                row = counts.setdefault(event["event_type"], [0, 0, 0])
                row[months[year, month]] += 1
        return [{"event_type": name, "this_month": now, "last_month": before,
                 "last_year": then, "against_last_month": now - before,
                 "against_last_year": now - then}
                for name, (now, before, then) in counts.items()]

    def q29(self):
        told, delays, closed = {}, {}, {}
        for event in self.acts():
            agency = event["agency_code"]
            told.setdefault(agency, set()).add(event["event_type"])
            if "correction_reason" not in event:
                posted = calendar.tehran_day(event["posted_at"])
                delays.setdefault(agency, []).append(posted - event["occurred_on"])
        for row in self.views.completeness():
            closed[row["agency_code"], row["event_type"]] = row["closed_to"]
        rows = []
        for agency, posted in self.posted.items():
            days, types = delays.get(agency), told.get(agency)
            ends = [closed.get((agency, name)) for name in types or ()]
            rows.append({
                "agency_code": agency, "posted": posted, "rejected": 0,
                "mean_delay_days": days and tenth(decimal.Decimal(sum(days)) / len(days)),
                "late_percent": percent(sum(d > 14 for d in days), len(days)) if days else 0,
                "types": types and len(types),
                "types_never_closed": ends.count(None) if types else None,
                "closed_to_least": min(filter(None, ends), default=None)})
        return rows

    def q30(self):
        moved = group((r for r in self.views.change() if r["op"] != "ASSERT"),
                      lambda r: (r["event_type"], r["correction_reason"], r["measure"]))
        rows = []
        for (name, reason, measure), changes in moved.items():
            if measure is None:
                before = sum(r["old_day"] is not None for r in changes)
                after = sum(r["new_day"] is not None for r in changes)
            else:
                before = total_of(changes, "old_value")
                after = total_of(changes, "new_value")
            rows.append({"event_type": name, "correction_reason": reason,
                         "measure": measure or "events", "versions": len(changes),
                         "before": before, "after": after})
        return rows


@pytest.fixture(scope="module")
def demo(servers, tmp_path_factory):
    """(servers with the demo applied, answers)."""
    folder = tmp_path_factory.mktemp("demo")
    events, places = folder / "demo.ndjson", folder / "places.csv"
    subprocess.run([ROOT / "tests" / "demo" / "generate", "--output", events,
                    "--places", places], check=True)
    lines = [*events.read_text("utf-8").splitlines(), SENSITIVE_PLAN]
    contract = Contract()
    contract.add_places(places)
    facts, posted = Facts(), collections.Counter()
    for line in lines:
        event, faults = intake.read_line(line, contract)
        assert not faults, line
        facts.take(event)
        posted[event["agency_code"]] += 1
    servers.up()
    servers.fresh()
    servers.admin("reference", "load", places)
    servers.start_consumer()
    servers.post_all(lines)
    servers.wait_applied()
    yield servers, Answers(contract, facts, posted)
    servers.stop_consumers()


def ask(servers, path):
    """Rows as dicts, and seconds; the file goes to the server as it is."""
    with servers.connect("MAHALLE_PG_ANALYST") as connection:
        begun = time.monotonic()
        cursor = connection.execute(path.read_text("utf-8"))
        rows = cursor.fetchall()
        names = [column.name for column in cursor.description]
        return [dict(zip(names, row)) for row in rows], time.monotonic() - begun


@pytest.mark.parametrize("number", FILES)
def test_answer(demo, number):
    servers, answers = demo
    rows, seconds = ask(servers, FILES[number])
    expected = getattr(answers, f"q{number}")()
    assert expected, "the demo says nothing about it"
    columns = list(expected[0])
    def multiset(found):
        return collections.Counter(tuple(plain(r[c]) for c in columns) for r in found)
    assert multiset(rows) == multiset(expected)
    assert seconds < SECONDS_MAX
    for row in rows:
        assert_labels(answers.contract, row)


def assert_labels(contract, row):
    """Labels come in pairs, in their script; counties by their own names."""
    for name in row:
        if name.endswith("_fa"):
            persian, english = row[name], row[name[:-3] + "_en"]
            assert (persian is None) == (english is None), row
            if persian:
                assert re.search("[\u0600-\u06ff]", persian) and english.isascii(), row
    if row.get("county_code") and "county_fa" in row:
        place = contract.places.at(row["county_code"], calendar.from_date(DAY))
        assert (row["county_fa"], row["county_en"]) == (place["name_fa"], place["name_en"])


def test_every_type_occurs_in_the_demo(demo):
    _, answers = demo
    assert set(answers.views.by_type) == set(answers.contract.types)


def test_thirty_files_and_a_list_of_them():
    assert list(FILES) == list(range(1, 31))
    listed = (FOLDER / "README.md").read_text("utf-8")
    for number, path in FILES.items():
        tag, persian, english = path.read_text("utf-8").splitlines()[:3]
        assert tag == "-- SPDX-License-Identifier: Apache-2.0"
        persian = persian.removeprefix(f"-- {str(number).translate(TO_PERSIAN)}. ")
        english = english.removeprefix(f"-- {number}. ")
        assert not persian.startswith("--") and not english.startswith("--")
        assert f"| {number} | {persian} | {english} | [{path.stem}]({path.name}) |" in listed


@pytest.mark.parametrize("number", FILES)
def test_one_statement_on_report_alone(number):
    text = FILES[number].read_text("utf-8")
    code = re.sub(r"'[^']*'|--.*", "", text)
    assert code.count(";") == 1 and code.rstrip().endswith(";")
    assert re.search(r"\breport\.", code) and not re.search(r"\b(core|ops|pg_\w+)\.", code)
    assert max(map(len, text.splitlines())) <= 120
