# SPDX-License-Identifier: Apache-2.0
"""The alerts: what promtool says of them, and a page of the runbook for each."""

import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
RULES = ROOT / "deploy" / "prometheus" / "mahalle.rules.yml"
TESTS = ROOT / "tests" / "prometheus"
RUNBOOK = ROOT / "deploy" / "docs" / "runbook.md"
PROMETHEUS = ROOT / "build" / "deps" / "prometheus"


def promtool(*words):
    done = subprocess.run([PROMETHEUS / "promtool", *map(str, words)], text=True,
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


def test_links_between_the_pages_lead_somewhere():
    for page in (ROOT / "deploy" / "docs").glob("*.md"):
        for link in re.findall(r"\]\(([^)#]+)[^)]*\)", page.read_text("utf-8")):
            assert (page.parent / link).exists(), f"{page.name}: {link}"
