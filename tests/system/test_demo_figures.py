# SPDX-License-Identifier: Apache-2.0
"""The demo through the real programs gives the published figures."""

import subprocess

import pytest

from harness.stack import ROOT
from harness.verdicts import assert_like_log
from oracle.contract import Contract

FIGURES = {"councils": 220, "councils_ardabil_city": 54, "councils_elsewhere": 166,
           "mosques_with_cooperative": 24, "schools_rebuilt_and_open": 40}


@pytest.fixture
def demo(tmp_path):
    """(lines, file of neighbourhoods)."""
    subprocess.run([ROOT / "tests" / "demo" / "generate", "--output",
                    tmp_path / "demo.ndjson", "--places", tmp_path / "places.csv"],
                   check=True)
    lines = (tmp_path / "demo.ndjson").read_text("utf-8").splitlines()
    return lines, tmp_path / "places.csv"


def figures(stack, role="MAHALLE_PG"):
    with stack.connect(role) as connection:
        return dict(connection.execute(
            "SELECT figure, value FROM report.governor_summary('2025-10-13')").fetchall())


def test_demo_figures_and_repeats(stack, demo):
    lines, places = demo
    contract = Contract()
    contract.add_places(places)
    stack.admin("reference", "load", places)
    stack.start_consumer()
    stack.post_all(lines)
    stack.wait_applied()
    assert figures(stack) == FIGURES
    first = assert_like_log(stack, contract)
    assert first.letters == []
    stack.post_all(lines)
    stack.wait_applied()
    assert figures(stack) == FIGURES
    again = assert_like_log(stack, contract)
    assert again.fates["applied"] == first.fates["applied"]
    # everything that was sent a second time changed nothing
    assert sum(again.fates.values()) == 2 * len(lines)


def test_labels_of_the_summary(stack):
    rows = stack.rows("SELECT label_fa, label_en FROM report.governor_summary('2025-10-13')")
    assert len(rows) == 5
    for persian, english in rows:
        assert any("\u0600" <= c <= "\u06ff" for c in persian) and english.isascii()
