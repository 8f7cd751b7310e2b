# SPDX-License-Identifier: Apache-2.0
"""The alerts: what promtool says of them, and a page of the runbook for each.
Prometheus, scraping the real services: every query of the dashboard has an
answer, every metric of the alerts is there."""

import json
import os
import pathlib
import re
import subprocess
import time
import urllib.parse
import urllib.request

import pytest

from harness.monitor import get
from harness.stack import ROOT, wait_for
from oracle.random_events import RandomEvents

RULES = ROOT / "deploy" / "prometheus" / "mahalle.rules.yml"
TESTS = ROOT / "tests" / "prometheus"
RUNBOOK = ROOT / "deploy" / "docs" / "runbook.md"
PROMETHEUS = ROOT / "build" / "deps" / "prometheus"
BIN = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release"))
DASHBOARD = ROOT / "deploy" / "grafana" / "mahalle.json"
MEETING = {"event_type": "council_meeting_held", "source_ref": "M-1", "members_present": 5,
           "occurred_on": "2025-10-13", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}


def promtool(*words, text=None):
    done = subprocess.run([PROMETHEUS / "promtool", *map(str, words)], text=True, input=text,
                          capture_output=True, timeout=60)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout + done.stderr


def alerts():
    return re.findall(r"- alert: (\w+)\n(.*?)(?=\n *- |\Z)", RULES.read_text(), re.S)


def test_the_rules_are_well_formed():
    assert f"{len(alerts())} rules found" in promtool("check", "rules", "--lint=all", RULES)


@pytest.mark.parametrize("name", sorted(file.name for file in TESTS.glob("*.yml")))
def test_alerts_fire_when_they_should(name):
    assert "SUCCESS" in promtool("test", "rules", TESTS / name)


def test_each_alert_is_seen_to_fire_and_not_to_fire():
    cases = (TESTS / "alerts.yml").read_text()
    for name, _ in alerts():
        assert re.search(rf"alertname: {name}\n +exp_alerts:", cases), name
        assert re.search(rf"{{eval_time: \w+, alertname: {name}}}", cases), name


def test_each_alert_has_its_page_in_the_runbook():
    pages = re.findall(r"^## (\w+)$", RUNBOOK.read_text("utf-8"), re.M)
    assert sorted(pages) == sorted(name for name, _ in alerts())
    for name, text in alerts():
        assert f"runbook: runbook.md#{name.lower()}\n" in text + "\n"
        assert re.search(r"severity: (page|ticket)}", text)


def test_the_example_scrapes_where_the_programs_listen():
    example = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    for job, address in re.findall(r'job_name: (\S+)\n.*?targets: \["([^"]+)', example, re.S):
        if job == "mahalle-aggregate":  # where its unit says
            continue
        text = subprocess.run([BIN / job, "--help"], check=True, text=True,
                              capture_output=True, timeout=10).stdout
        assert re.search(rf"--listen TEXT.*?Default:\s+{address}\.\n", text, re.S), job


def test_links_between_the_pages_lead_somewhere():
    for page in (ROOT / "deploy" / "docs").glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"


# With Prometheus running


@pytest.fixture
def watched(stack, contract):
    """The services of deploy/stack under Prometheus, with something to count."""
    stack.up("--monitoring", "services")
    events = RandomEvents(contract, 3, refused=False)
    stack.post_all(list(dict.fromkeys(events.lines(100))))
    # a rise is one from a number that was seen; Prometheus remembers those of a run before
    began = time.time()
    wait_for(lambda: has_samples(stack, f"timestamp(mahalle_dead_letters_total) > {began}"), 30)
    stack.produce([("x", b"not a frame")])
    post_to_gateway(stack)
    stack.wait_applied()
    yield stack
    stack.down("services", "monitoring")


def post_to_gateway(stack):
    request = urllib.request.Request(
        stack.environment["MAHALLE_GATEWAY"] + "/v1/events", json.dumps(MEETING).encode(),
        {"Authorization": f"Bearer {stack.environment['MAHALLE_API_KEY']}",
         "Content-Type": "application/json"})
    with urllib.request.urlopen(request, timeout=20) as answer:
        assert answer.status == 201


def ask(stack, path, **parameters):
    url = f"{stack.environment['MAHALLE_PROMETHEUS']}/api/v1/{path}"
    status, text = get(f"{url}?{urllib.parse.urlencode(parameters)}")
    assert status == 200, text
    return json.loads(text)["data"]


def has_samples(stack, query):
    return bool(ask(stack, "query", query=query)["result"])


def firing(stack):
    return {alert["labels"]["alertname"] for alert in ask(stack, "alerts")["alerts"]
            if alert["state"] == "firing"}


def dashboard_queries():
    queries = [target["expr"] for panel in json.loads(DASHBOARD.read_text("utf-8"))["panels"]
               for target in panel.get("targets", [])]
    assert len(queries) > 25
    # what stands there when there is nothing would hide that nothing is found
    queries = [re.sub(r" or (on\(\) )?vector\(0\)", "", query) for query in queries]
    return [query.replace("$__rate_interval", "10s") for query in queries]


def test_dashboard_and_alerts_find_what_they_ask_for(watched):
    wanted = dashboard_queries() + re.findall(r"mahalle_\w+", RULES.read_text())
    wanted.append('mahalle_gateway_requests_total{status="503"}')   # a first rise is seen
    wait_for(lambda: all(has_samples(watched, query) for query in wanted), 30,
             lambda: f"no samples: {[q for q in wanted if not has_samples(watched, q)]}")
    rules = [rule for group in ask(watched, "rules")["groups"] for rule in group["rules"]]
    assert {rule["name"]: rule["health"] for rule in rules} == {
        name: "ok" for name, _ in alerts()}
    # all is well but for the record that is none, until somebody decides about it
    wait_for(lambda: firing(watched) == {"MahalleDeadLetters"}, 20, lambda: firing(watched))
    watched.admin("dead-letters", "park", "--state", "open", "--why", "not of ours")
    wait_for(lambda: firing(watched) == set(), 20, lambda: firing(watched))
    targets = ask(watched, "targets")["activeTargets"]
    example = (ROOT / "deploy" / "prometheus" / "prometheus.yml").read_text()
    assert {target["labels"]["job"] for target in targets} == set(
        re.findall(r"job_name: (\S+)", example))
    for target in targets:
        promtool("check", "metrics", text=get(target["scrapeUrl"])[1])
