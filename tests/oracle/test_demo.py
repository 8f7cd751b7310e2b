# SPDX-License-Identifier: Apache-2.0
"""The demo gives the five published figures, and each trap is one."""

import datetime
import pathlib
import subprocess

import pytest

from . import intake
from .contract import Contract
from .facts import Facts, facts_of
from .views import Views

GENERATE = pathlib.Path(__file__).parents[1] / "demo" / "generate"
DAY = datetime.date(2025, 10, 13)
FIGURES = {"councils": 220, "councils_ardabil_city": 54, "councils_elsewhere": 166,
           "mosques_with_cooperative": 24, "schools_rebuilt_and_open": 40}


@pytest.fixture(scope="module")
def demo(tmp_path_factory):
    """(contract with the demo's neighbourhoods, events in the order of posting)."""
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run([GENERATE, "--output", folder / "demo.ndjson",
                    "--places", folder / "places.csv"], check=True)
    contract = Contract()
    contract.add_places(folder / "places.csv")
    events = []
    for line in (folder / "demo.ndjson").read_text("utf-8").splitlines():
        event, faults = intake.read_line(line, contract)
        assert faults == [], line
        events.append(event)
    return contract, events


def figures(contract, events, day=DAY):
    rows = Views(contract, facts_of(events)).governor_summary(day)
    return {row["figure"]: row["value"] for row in rows}


def test_published_figures(demo):
    assert figures(*demo) == FIGURES


def test_any_order_gives_the_same_figures(demo):
    contract, events = demo
    assert figures(contract, events[::-1]) == FIGURES


def test_same_seed_same_bytes():
    runs = [subprocess.run([GENERATE], check=True, capture_output=True).stdout
            for _ in range(2)]
    assert runs[0] == runs[1]
    assert b"DEMO-" in runs[0]


def test_every_fate_but_dead_occurs(demo):
    facts = Facts()
    assert {facts.take(event) for event in demo[1]} == {"applied", "duplicate", "stale"}


def test_nothing_is_counted_by_the_utc_day(demo):
    """Two councils at the border of 21 Mehr: 20:29:59Z and 20:30:00Z."""
    contract, events = demo
    day_before = figures(contract, events, DAY - datetime.timedelta(1))
    assert FIGURES["councils"] - day_before["councils"] == 1


def without_order(events):
    """A counter for which the last message wins."""
    return {(e["agency_code"], e["event_id"]): e for e in events}.values()


WRONG_COUNTERS = {
    "ignores revisions": lambda events: [
        {**e, "revision": 0} for e in without_order(events)],
    "ignores retractions": lambda events: [
        e for e in events if e["op"] != "RETRACT"],
    "ignores corrections": lambda events: [
        e for e in events if e["op"] != "CORRECT"],
    "takes the day from the instant in UTC": lambda events: [
        {**e, "occurred_on": e.get("occurred_at", e["occurred_on"] * 86_400_000)
         // 86_400_000} for e in events],
    "ignores changes of status": lambda events: [
        e for e in events if e["event_type"] != "council_status_changed"],
}


@pytest.mark.parametrize("name", WRONG_COUNTERS)
def test_a_wrong_counter_fails(demo, name):
    contract, events = demo
    assert figures(contract, WRONG_COUNTERS[name](events)) != FIGURES


def test_naive_counts_differ(demo):
    """Counting facts instead of entities gives other numbers."""
    contract, events = demo
    views = Views(contract, facts_of(events))
    assert len(views.until("council_formed", DAY)) > 220
    assert len(views.council(DAY)) > 220
    assert sum(row["status"] == "ACTIVE" for row in views.council(DAY)) != 220
    assert len(views.until("cooperative_launched", DAY)) > 24
    assert len({e["cooperative_code"] for e in
                views.until("cooperative_launched", DAY)}) > 24
    assert len({e["mosque_code"] for e in
                views.until("cooperative_launched", DAY)}) > 24
    assert len(views.until("school_opened", DAY)) > 40
    assert sum(r["opened_on"] is not None for r in views.school(DAY)) > 40
    assert sum(bool(r["opened_on"] and r["rebuilt_on"])
               for r in views.school(DAY)) > 40
    assert figures(contract, events, DAY + datetime.timedelta(30)) != FIGURES
