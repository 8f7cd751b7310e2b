# SPDX-License-Identifier: Apache-2.0
"""What the neighbourhoods of the demo do, all invented: the acts and plans
that have no published total, so that each of the thirty questions (see
schemas/queries/questions/) has an answer worth checking.

`generate` beside this file tells the five published totals and comes first;
nothing here may move them.
"""

import datetime

DAY = datetime.timedelta(1)
FIRST = datetime.date(2024, 8, 22)       # 1 Shahrivar 1403
MONTHS = [(1403, m) for m in range(7, 13)] + [(1404, m) for m in range(1, 7)]
SLOW = {"sport_youth": 25, "culture": 45, "municipality": 8}  # days late
OLD, NEW = "IRR_CURRENT", "IRR_NEW"


# What an act carries. Each function is given (rng, county, place).

def maybe(rng, value, share=0.85):
    """Most agencies know a figure, some do not."""
    return value if rng.random() < share else None


def people(rng, low, high):
    count = rng.randint(low, high)
    return {"participants_count": count,
            "women_count": maybe(rng, rng.randint(0, count))}


def rials(rng, low, high, name="amount", share=0.8):
    """An amount in hundred million rials, now and then in new rials."""
    amount = rng.randint(low, high) * 10**8
    if rng.random() > share:
        return {}
    if rng.random() < 0.1:
        return {name: amount // 10_000, "currency_unit": NEW}
    return {name: amount, "currency_unit": OLD}


def mosque(rng, county):
    return f"m{county}-{rng.randint(1, 12):04}"


def school(rng, county):
    return f"SCH-{county}-{rng.randint(1, 6)}"


def mosque_meeting(rng, county, _):
    return {"mosque_code": mosque(rng, county),
            "prayer_leaders_count": maybe(rng, rng.randint(1, 5)),
            **people(rng, 10, 150)}


def presence(rng, _county, _):
    return {"present_agency_code": rng.choice(
                ("behzisti", "red_crescent", "education", "sport_youth", "police")),
            "services_count": maybe(rng, rng.randint(1, 6))}


def support(rng, county, _):
    kind = rng.choice(("CASH", "CASH", "IN_KIND", "LABOUR", "LAND_OR_BUILDING"))
    return {"support_kind": kind,
            "supporter_kind": rng.choice(
                ("BENEFACTOR", "BENEFACTOR", "RESIDENT", "RESIDENT",
                 "PEOPLE_GROUP", "NGO", "ECONOMIC_UNIT")),
            "supporters_count": maybe(rng, rng.randint(1, 40)),
            "school_code": maybe(rng, school(rng, county), 0.2),
            **({"labour_hours": rng.randint(10, 400)} if kind == "LABOUR"
               else rials(rng, 1, 60))}


def guidance(rng, _county, _):
    return {"school_level": rng.choice(("LOWER_SECONDARY", "UPPER_SECONDARY", None)),
            "sessions_count": rng.randint(1, 6), **people(rng, 10, 90)}


def equipped(rng, county, _):
    return {"school_code": school(rng, county),
            "upgrade": rng.choice(("EQUIPMENT", "SMART")),
            "classrooms_count": rng.randint(1, 12),
            "devices_count": maybe(rng, rng.randint(2, 40)), **rials(rng, 2, 50)}


def reopening(rng, county, _):
    return {"school_code": maybe(rng, school(rng, county)),
            "supporter_kind": rng.choice(("RESIDENT", "PEOPLE_GROUP", "BENEFACTOR")),
            "supporters_count": rng.randint(2, 40),
            "labour_hours": maybe(rng, rng.randint(10, 300)), **rials(rng, 1, 9)}


def supplies(rng, _county, _):
    packages = rng.randint(10, 250)
    return {"packages_count": packages,
            "pupils_count": maybe(rng, packages - rng.randint(0, 9)),
            **rials(rng, 1, 20)}


def supplementary(rng, _county, _):
    return {"subject_code": rng.choice(("MATHEMATICS", "SCIENCE", "ENGLISH", None)),
            "school_level": rng.choice(("PRIMARY", "LOWER_SECONDARY", None)),
            "hours": rng.randint(6, 40), **people(rng, 8, 40)}


def training(rng, _county, _):
    taught = people(rng, 8, 40)
    return {"training_kind": rng.choice(("SKILL", "SKILL", "EDUCATION",
                                         "EDUCATIONAL_SKILL")),
            "subject_code": rng.choice(("SEWING", "COOKING", "COMPUTER",
                                        "ENTREPRENEURSHIP", None)),
            "certified_count": maybe(rng, rng.randint(
                0, taught["participants_count"]), 0.6),
            "hours": maybe(rng, rng.randint(10, 120)), **taught}


def life_skills(rng, _county, _):
    return {"life_skill": rng.choice(("INDIVIDUAL", "SOCIAL", "BOTH")),
            "hours": maybe(rng, rng.randint(4, 24)), **people(rng, 8, 60)}


def cleanup(rng, _county, _):
    kind = rng.choice(("ROAD_CORRIDOR", "ROAD_CORRIDOR", "TOURISM_AREA", "OTHER"))
    size = ({"length_m": rng.randint(300, 12_000)} if kind == "ROAD_CORRIDOR"
            else {"area_m2": rng.randint(500, 40_000)})
    return {"place_kind": kind, **size, **people(rng, 10, 200),
            "waste_kg": maybe(rng, rng.randint(20, 3_000)),
            "groups_count": maybe(rng, rng.randint(1, 8)),
            "ngo_count": maybe(rng, rng.randint(0, 4))}


def awareness(rng, _county, _):
    return {"activity_code": rng.choice(("TREE_PLANTING", "WASTE_SORTING", "TALK", None)),
            "hours": maybe(rng, rng.randint(1, 6)), **people(rng, 10, 120)}


def occasion(rng, _county, _):
    return {"occasion_kind": rng.choice(("NATIONAL", "LOCAL")),
            "occasion_code": rng.choice(("GOVERNMENT_WEEK", "YALDA",
                                         "SACRED_DEFENCE_WEEK", "OTHER", None)),
            **people(rng, 20, 600)}


def equipment(rng, _county, _):
    return {"items_count": rng.randint(5, 120), **rials(rng, 1, 12)}


def relief(rng, _county, _):
    packages = rng.randint(5, 120)
    return {"item": rng.choice(("FOOD", "FOOD", "HYGIENE", "CLOTHING", "SHELTER")),
            "packages_count": packages,
            "households_count": maybe(rng, packages - rng.randint(0, 4)),
            **rials(rng, 1, 15)}


def patrol(rng, _county, _):
    return {"patrols_count": rng.randint(1, 6),
            "partner": rng.choice(("POLICE", "BASIJ", "POLICE_AND_BASIJ")),
            "persons_count": maybe(rng, rng.randint(6, 40))}


def social_harm(rng, _county, _):
    return {"activity_code": rng.choice(("WORKSHOP", "ADDICTION_PREVENTION",
                                         "FAMILY_SUPPORT")),
            **people(rng, 2, 40)}


# event type: how many, by whom, what it carries. Single acts, in a
# neighbourhood where the type allows it.
ACTS = {
    "mosque_meeting_held": (90, ("county_governorate", "governorate"), mosque_meeting),
    "agency_presence_started": (60, ("county_governorate",), presence),
    "public_support_received": (160, ("county_governorate", "municipality"), support),
    "academic_guidance_provided": (30, ("education",), guidance),
    "school_equipped": (30, ("education", "school_renovation"), equipped),
    "school_reopening_supported": (40, ("education",), reopening),
    "school_supplies_provided": (70, ("education", "relief_committee"), supplies),
    "supplementary_course_held": (50, ("education",), supplementary),
    "training_course_held": (90, ("technical_vocational",), training),
    "life_skills_course_held": (60, ("behzisti",), life_skills),
    "cleanup_held": (80, ("environment", "municipality"), cleanup),
    "environment_awareness_held": (40, ("environment",), awareness),
    "occasion_held": (40, ("culture",), occasion),
    "sport_equipment_provided": (30, ("sport_youth",), equipment),
    "relief_items_provided": (80, ("red_crescent", "behzisti", "relief_committee"), relief),
    "patrol_activated": (16, ("governorate_security",), patrol),
    "social_harm_activity_held": (30, ("behzisti",), social_harm),
}
COUNTY_ALONE = ("patrol_activated", "social_harm_activity_held")
NEIGHBOURHOOD_ALONE = ("agency_presence_started",)
PLANNED = ("cleanup_held", "training_course_held", "mosque_meeting_held",
           "life_skills_course_held", "occasion_held")


class Activities:
    def __init__(self, demo, counties, last, month_days):
        self.demo, self.rng, self.last = demo, demo.rng, last
        self.month_days = month_days
        self.counties = [county for county, _, _, _ in counties]
        self.homes = {county: [place for city, councils in cities
                               for place in demo.places[city][:councils]]
                      for county, cities, _, _ in counties}

    def tell(self):
        self.acts()
        self.plans()
        self.public_meetings()
        self.governor()
        self.clothing()
        self.projects()
        self.sport_facilities()
        self.loans()
        self.disputes()
        self.services()
        self.travellers()
        self.closed()

    def say(self, event_type, agency, day, place, **fields):
        """A fact as its agency posts it: some late, some wrong at first."""
        demo, rng = self.demo, self.rng
        event = demo.fact(event_type, agency, day, place, **fields)
        event = demo.post(event, delay=rng.randint(1, 6) + SLOW.get(agency, 0))
        fate = rng.random()
        if fate < 0.015:
            demo.again(event)
        elif fate < 0.03:
            demo.revise(event, "RETRACT", rng.choice(("DUPLICATE", "NOT_HAPPENED")),
                        after=60)
        elif fate < 0.06 and "participants_count" in event:
            demo.revise(event, "CORRECT", "DATA_ENTRY", after=60,
                        participants_count=event["participants_count"] + 5)
        elif fate < 0.07:
            demo.revise(event, "CORRECT", "WRONG_DATE", after=60,
                        occurred_on=(day - DAY).isoformat())
        return event

    def act(self, event_type, county, day, place):
        _, agencies, fields = ACTS[event_type]
        return self.say(event_type, self.rng.choice(agencies), day, place,
                        **fields(self.rng, county, place))

    def county_and_day(self):
        """Big counties do more, and more is done of late."""
        county = self.rng.choice(self.counties[:6] + self.counties)
        span = (self.last - FIRST).days
        return county, FIRST + DAY * int(span * self.rng.random() ** 0.7)

    def acts(self):
        for event_type, (count, _, _) in ACTS.items():
            for _ in range(count):
                county, day = self.county_and_day()
                place = self.rng.choice(self.homes[county])
                if event_type not in NEIGHBOURHOOD_ALONE and (
                        event_type in COUNTY_ALONE or self.rng.random() < 0.12):
                    place = county
                self.act(event_type, county, day, place)

    def plans(self):
        """Acts that councils plan, and what came of them."""
        for _ in range(90):
            county, day = self.county_and_day()
            place, planned = self.rng.choice(self.homes[county]), self.rng.choice(PLANNED)
            due = day + DAY * self.rng.randint(20, 60)
            count = self.rng.choice((None, 1, 1, 2, 3))
            self.say("activity_planned", "county_governorate", day, place,
                     council_code=place + "-C1", planned_event_type=planned,
                     due_on=self.rng.choice((due.isoformat(),) * 4 + (None,)),
                     planned_count=count)
            for _ in range(self.rng.randint(0, count or 1)):
                done = self.demo.day(day, min(due + 20 * DAY, self.last))
                self.act(planned, county, done, place)

    def public_meetings(self):
        """On Wednesdays, as the programme has it, and now and then not."""
        rng, wednesday = self.rng, datetime.date(2024, 8, 28)
        while wednesday <= self.last:
            for county in self.counties:
                if rng.random() < 0.4:
                    day = wednesday if rng.random() < 0.85 else wednesday + DAY
                    self.public_meeting(county, min(day, self.last))
            wednesday += 7 * DAY

    def public_meeting(self, county, day):
        rng = self.rng
        requests = rng.randint(0, 60)
        solved = maybe(rng, rng.randint(0, requests))
        self.say(
            "public_meeting_held",
            rng.choice(("governorate", "county_governorate", "municipality")), day,
            rng.choice(self.homes[county] + [county]),
            venue_kind=rng.choice(("MOSQUE", "MOSQUE", "NEIGHBOURHOOD_SITE",
                                   "SCHOOL", "AGENCY_OFFICE", "AGENCY_OFFICE")),
            highest_official=rng.choice(
                ("GOVERNOR", "COUNTY_GOVERNOR", "COUNTY_GOVERNOR",
                 "DISTRICT_GOVERNOR", "MANAGER", "MANAGER", "OTHER")),
            managers_count=maybe(rng, rng.randint(1, 12)), **people(rng, 5, 200),
            **({} if rng.random() < 0.1 else {
                "requests_count": requests, "requests_resolved_count": solved}))

    def governor(self):
        """His meetings with other governors, and the rounds of launches."""
        for year, month in MONTHS:
            first, last = self.month_days(year, month)
            self.say("governors_meeting_held", "governorate", self.demo.day(first, last),
                     "24", is_national=month == 10)
        rounds = (("2401", "2409"), ("2404", "2406"), ("2402", "2405"),
                  ("2408", "2403", "2401"), ("2411",))
        for stage, counties in enumerate(rounds, 1):
            for county in counties:
                self.demo.say(
                    "council_launch_visit_made", "governorate",
                    datetime.date(2024, 9, 4) + DAY * (stage * 75 + self.rng.randint(0, 20)),
                    county, stage_no=stage, officials_count=self.rng.randint(2, 9),
                    councils_launched=maybe(self.rng, self.rng.randint(1, 9)))
        wrong = self.demo.say("council_launch_visit_made", "governorate",
                              datetime.date(2025, 9, 9), "2410", stage_no=6)
        self.demo.revise(wrong, "RETRACT", "NOT_HAPPENED")

    def clothing(self):
        """More who make clothes, in mosques that are counted already, and output."""
        for county, product in (("2406", "CLOTHING"), ("2404", "CLOTHING"),
                                ("2403", "DAIRY")):
            place, code = self.homes[county][0], f"COOP-{county}-1B"
            self.demo.formation(place, code, datetime.date(2025, 4, 20))
            self.demo.launch(place, f"m{county}-0001", code,
                             datetime.date(2025, 6, 11), product=product)
            self.production(place, code, product)
        for n in range(1, 6):
            self.production(self.homes["2409"][n - 1], f"COOP-2409-{n}", "CLOTHING")

    def production(self, place, code, product):
        for month in range(4, 7):
            first, last = self.month_days(1404, month)
            self.say("production_reported", "coop_labour_welfare", last, place,
                     period_from=first.isoformat(), cooperative_code=code,
                     product_code=product, units_count=self.rng.randint(40, 900),
                     jobs_count=maybe(self.rng, self.rng.randint(3, 25)),
                     **rials(self.rng, 2, 60, "sales_amount"))

    def projects(self):
        """What becomes of the projects whose credit `generate` tells."""
        first = {}
        for _, _, event in self.demo.lines:
            if event["event_type"] == "project_credit_allocated":
                known = first.setdefault(event["project_code"], event)
                if event["occurred_on"] < known["occurred_on"]:
                    first[event["project_code"]] = event
        for number, (code, credit) in enumerate(sorted(first.items())):
            if number % 6:  # every sixth one never starts
                self.project(code, credit, number % 6)
        # work without a credit: listed, and no project with credit
        self.say("project_started", "road_urban", datetime.date(2025, 5, 5), "2407",
                 project_code="PRJ-2407-90", project_kind="INFRASTRUCTURE")

    def project(self, code, credit, course):
        rng = self.rng
        of = {"project_code": code, "project_kind": credit["project_kind"]}
        agency, place = credit["agency_code"], credit["place_code"]
        begun = datetime.date.fromisoformat(credit["occurred_on"])
        start = self.demo.day(begun, self.last)
        # courses 1 and 2 should have ended by now, the others not
        end = (self.demo.day(start, self.last) if course in (1, 2)
               else self.last + DAY * rng.randint(0, 300))
        self.say("project_started", agency, start, place,
                 planned_end_on=maybe(rng, end.isoformat(), 0.9), **of)
        if course == 2 and rng.random() < 0.4:  # told again, with another end
            self.say("project_started", agency, start + DAY, place,
                     planned_end_on=(self.last + 90 * DAY).isoformat(), **of)
        for _ in range(rng.randint(0, 3)):
            self.say("project_progress_reported", agency, self.demo.day(start, self.last),
                     place, physical_progress_pct=rng.randint(5, 95),
                     **rials(rng, 1, 90, "spent_amount"), **of)
        if course in (3, 5) or course == 1 and rng.random() < 0.3:
            self.say("project_completed", agency, self.demo.day(start, self.last), place,
                     in_operation=rng.random() < 0.7,
                     households_served=maybe(rng, rng.randint(20, 900)), **of)

    def sport_facilities(self):
        for n in range(1, 31):
            county, day = self.county_and_day()
            place = self.rng.choice(self.homes[county] + [county])
            self.say("sport_facility_built", "sport_youth", day, place,
                     project_code=f"SPT-{county}-{n}",
                     facility=self.rng.choice(("SYNTHETIC_TURF", "SYNTHETIC_TURF",
                                               "HALL", "OPEN_COURT")),
                     area_m2=maybe(self.rng, self.rng.randint(600, 4_000)),
                     **rials(self.rng, 20, 400))

    def loans(self):
        """By fund and month; small funds give few, and few are withheld."""
        for county in self.counties:
            for n in range(1, 5):
                for year, month in MONTHS[4:]:
                    first, last = self.month_days(year, month)
                    loans = self.rng.randint(0, 3 if self.counties.index(county) > 5 else 9)
                    if not loans or self.rng.random() < 0.5:
                        continue
                    self.say("fund_loans_granted", "county_governorate", last,
                             self.homes[county][n - 1], period_from=first.isoformat(),
                             fund_code=f"FUND-{county}-{n}", loans_count=loans,
                             amount=loans * self.rng.randint(2, 9) * 10**8,
                             currency_unit=OLD)

    def disputes(self):
        rng = self.rng
        for n in range(45):
            county, day = self.county_and_day()
            place = rng.choice(self.homes[county])
            for again in range(2 if n % 15 == 0 else 1):  # told twice, still one place
                self.say("dispute_service_started", "dispute_councils", day + DAY * again,
                         place, council_code=place + "-C1",
                         mosque_code=maybe(rng, mosque(rng, county), 0.6),
                         counsellors_count=maybe(rng, rng.randint(1, 4)))
        for county in self.counties:
            for year, month in MONTHS[2:]:
                first, last = self.month_days(year, month)
                received = rng.randint(0, 30 if county < "2407" else 8)
                if received:
                    self.say("disputes_settled", "dispute_councils", last, county,
                             period_from=first.isoformat(), received_count=received,
                             settled_count=rng.randint(0, received))

    def services(self):
        """Counselling and health, by county and month."""
        rng = self.rng
        for county in self.counties:
            for year, month in MONTHS[6:]:
                first, last = self.month_days(year, month)
                period = {"period_from": first.isoformat()}
                clients = rng.randint(2, 60 if county < "2407" else 12)
                self.say("counselling_provided", rng.choice(("behzisti", "red_crescent")),
                         last, county, field_code=rng.choice(("FAMILY", "YOUTH", None)),
                         sessions_count=clients + rng.randint(0, 20),
                         clients_count=maybe(rng, clients), **period)
                self.say("health_service_provided", "health_university", last, county,
                         service_code=rng.choice(("VISIT", "SCREENING", "DENTAL")),
                         services_count=clients + rng.randint(0, 9),
                         clients_count=maybe(rng, clients), **period)

    def travellers(self):
        """Nowruz and summer; one county tells a week twice."""
        periods = [((2025, 3, 21), (2025, 4, 2)), ((2025, 7, 23), (2025, 8, 22))]
        for county in self.counties:
            for (first, last) in (map(lambda d: datetime.date(*d), p) for p in periods):
                count = self.rng.randint(200, 20_000)
                self.say("travellers_received", "heritage_tourism", last, county,
                         period_from=first.isoformat(), travellers_count=count,
                         person_nights=maybe(self.rng, count * self.rng.randint(1, 3)))
        self.demo.say("travellers_received", "heritage_tourism",
                      datetime.date(2025, 4, 4), "2410", period_from="2025-03-28",
                      travellers_count=900)

    def closed(self):
        """Up to which day each agency says that it has told everything."""
        told = {}
        for _, _, event in self.demo.lines:
            told.setdefault(event["agency_code"], set()).add(event["event_type"])
        for agency in sorted(told):
            for event_type in sorted(told[agency]):
                behind = self.rng.randint(2, 5) if agency in SLOW else self.rng.choice((0, 0, 1))
                if self.rng.random() < 0.15:
                    continue  # says nothing at all
                for month in (6 - behind - 1, 6 - behind):
                    if month < 1:
                        continue
                    _, last = self.month_days(1404, month)
                    self.demo.say("reporting_closed", agency, last + 5 * DAY, "24",
                                  closed_event_type=event_type,
                                  closed_to=last.isoformat())
