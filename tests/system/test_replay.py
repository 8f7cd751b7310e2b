# SPDX-License-Identifier: Apache-2.0
"""dead-letters replay: what was refused is taken as if it came now."""

import copy
import re
import threading

import pytest

from harness.stack import wait_for
from harness.verdicts import DAYS
from oracle import decode, intake
from oracle.compare import differences
from oracle.log import Log
from oracle.random_events import RandomEvents

NEW = {"agency_code": "nobody_at_all", "label_fa": "هیچ‌کس", "label_en": "Nobody"}
MEETING = {"event_type": "council_meeting_held", "occurred_on": "2025-10-13",
           "posted_at": "2025-10-13T12:00:00Z", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}


@pytest.fixture
def after(contract):
    """The contract once the new agency is known."""
    wider = copy.copy(contract)
    wider.agencies = {**contract.agencies, NEW["agency_code"]: NEW}
    return wider


@pytest.fixture
def know_agency(stack, tmp_path):
    def load():
        path = tmp_path / "agencies.csv"
        path.write_text(",".join(NEW) + "\n" + ",".join(NEW.values()) + "\n", "utf-8")
        stack.admin("reference", "load", path)
    return load


def record(contract, name, agency=NEW["agency_code"], **changes):
    """(key, value) of a meeting; `changes` may break it."""
    event, faults = intake.read_flat({**MEETING, "event_id": name}, contract)
    assert not faults
    event.update(changes, agency_code=agency)
    return event["event_id"], decode.encode(
        {k: v for k, v in event.items() if v is not None}, contract)


def replay(stack, *choice):
    """(exit code, replayed, applied, duplicate, stale, dead again)"""
    done = stack.run("mahalle-admin", "dead-letters", "replay", *choice)
    numbers = re.findall(r"\d+", done.stdout.decode())
    return (done.returncode, *map(int, numbers[:5]))


def letters(stack):
    return stack.rows("SELECT reason, pointer, state FROM ops.dead_letter ORDER BY id")


def untouched(stack):
    """What a replay must leave as it is."""
    return (stack.rows("SELECT topic, partition, next_offset, applied, duplicate, stale, dead,"
                       " gaps, epoch FROM ops.partition_progress ORDER BY partition"),
            stack.rows("SELECT * FROM core.agency_day ORDER BY 1, 2"))


def refuse(stack, records):
    """Produce records and let them become letters; the consumer stays."""
    stack.produce(records)
    stack.start_consumer()
    stack.wait_applied()


def test_once_the_agency_is_known(stack, contract, know_agency):
    refuse(stack, [record(contract, "a", members_present=7), record(contract, "b", "governorate")])
    before = untouched(stack)
    assert replay(stack, "--reason", "AGENCY") == (1, 0, 0, 0, 0, 1)
    assert letters(stack) == [("AGENCY", "/agency_code", "open")]
    know_agency()
    assert replay(stack, "--reason", "AGENCY") == (0, 1, 1, 0, 0, 0)
    assert letters(stack) == [("AGENCY", "/agency_code", "replayed")]
    numbers = "SELECT agency_code, events, total::int FROM report.measure_daily"
    assert stack.rows(numbers) == [("nobody_at_all", 1, 7)]
    assert untouched(stack) == before
    # twice changes nothing, by whatever way
    assert replay(stack, "--reason", "AGENCY") == (0, 0, 0, 0, 0, 0)
    assert replay(stack, stack.value("SELECT id FROM ops.dead_letter")) == (0, 0, 0, 0, 0, 0)
    assert stack.rows(numbers) == [("nobody_at_all", 1, 7)]


def test_what_is_dead_again_stays_as_it_was(stack, contract, know_agency):
    """Why it was refused is the letter's; why it is so now is in the history."""
    refuse(stack, [
        record(contract, "a", place_code="c9999-001", council_code="c9999-001-C1"),
        ("x", None), record(contract, "b")])
    before = untouched(stack)
    rows = "SELECT to_jsonb(l) - 'state' FROM ops.dead_letter l ORDER BY id"
    letters_before = stack.rows(rows)
    know_agency()
    ids = [row[0] for row in stack.rows("SELECT id FROM ops.dead_letter")]
    assert replay(stack, *ids) == (1, 1, 1, 0, 0, 2)
    assert sorted(letters(stack), key=str) == [
        ("AGENCY", "/agency_code", "open"), ("AGENCY", "/agency_code", "replayed"),
        ("FRAME", "", "open")]
    assert stack.rows(rows) == letters_before
    assert sorted(stack.rows(
        "SELECT act, outcome, a.reason, a.pointer, l.reason, acted_by = session_user"
        "  FROM ops.dead_letter_act a JOIN ops.dead_letter l ON l.id = letter_id"), key=str) == [
            ("replay", "applied", None, None, "AGENCY", True),
            ("replay", "dead", "FRAME", "", "FRAME", True),
            ("replay", "dead", "PLACE", "/place_code", "AGENCY", True)]
    assert untouched(stack) == before


def test_a_parked_letter_is_taken_when_it_is_asked_for(stack, contract, know_agency):
    refuse(stack, [record(contract, "a", members_present=7)])
    stack.admin("dead-letters", "park", "--reason", "AGENCY", "--why", "not ours")
    know_agency()
    assert replay(stack, "--reason", "AGENCY") == (0, 0, 0, 0, 0, 0)
    assert replay(stack, "--state", "parked") == (0, 1, 1, 0, 0, 0)
    assert letters(stack) == [("AGENCY", "/agency_code", "replayed")]
    assert replay(stack, "--state", "parked") == (0, 0, 0, 0, 0, 0)


def test_letters_that_cannot_be_taken_are_named(stack, contract, know_agency):
    refuse(stack, [record(contract, "a", members_present=7), record(contract, "b")])
    one, two = (row[0] for row in stack.rows("SELECT id FROM ops.dead_letter ORDER BY id"))
    stack.admin("dead-letters", "park", one, "--why", "not ours")
    know_agency()
    done = stack.run("mahalle-admin", "dead-letters", "replay", one, two, two, 999)
    assert done.returncode == 1
    assert done.stdout == (b"1 replayed (1 applied, 0 duplicate, 0 stale), 0 dead again,"
                           b" 2 not open\n")
    told = done.stderr.decode()
    assert f"letter {one} is parked, not open; to take it all the same: --state parked" in told
    assert "there is no letter 999" in told and f"letter {two}" not in told
    # what was replayed before is no failure: the command may be repeated
    done = stack.run("mahalle-admin", "dead-letters", "replay", two)
    assert (done.returncode, f"letter {two} is replayed" in done.stderr.decode()) == (0, True)


def test_a_replay_has_a_name_of_its_own_and_waits_for_the_contract(stack, contract,
                                                                 know_agency):
    """While reference data are being loaded, no verdict is given; then by the new ones."""
    refuse(stack, [record(contract, "a", members_present=7)])
    know_agency()
    found = []
    with stack.connect() as loading:
        loading.execute("BEGIN")
        loading.execute("UPDATE core.contract SET version = version + 1")
        thread = threading.Thread(target=lambda: found.append(
            replay(stack, "--reason", "AGENCY")))
        thread.start()
        waiting = ("SELECT count(*) FROM pg_stat_activity WHERE application_name ="
                   " 'mahalle-admin' AND wait_event_type = 'Lock'")
        wait_for(lambda: stack.value(waiting) == 1, 20)
        loading.execute("COMMIT")
        thread.join()
    assert found == [(0, 1, 1, 0, 0, 0)]


def test_each_is_taken_at_its_turn(stack, contract, know_agency):
    """Of one fact: duplicates, stale ones and conflicts are found out as ever."""
    first = record(contract, "a", members_present=1)
    later = record(contract, "a", members_present=2, op="CORRECT", revision=2,
                   correction_reason="OTHER")
    other = record(contract, "a", members_present=3, op="CORRECT", revision=2,
                   correction_reason="OTHER")
    refuse(stack, [first, first, later, first, other])
    know_agency()
    assert replay(stack, "--reason", "AGENCY") == (1, 4, 2, 1, 1, 1)
    assert stack.rows("SELECT a.reason, l.state FROM ops.dead_letter_act a"
                      " JOIN ops.dead_letter l ON l.id = letter_id"
                      " WHERE outcome = 'dead'") == [("CONFLICT", "open")]
    assert stack.rows("SELECT events, total::int FROM report.measure_daily") == [(1, 2)]
    # the live way sees what the replay has put there
    stack.produce([later, first])
    stack.wait_applied()
    assert (stack.fates()["duplicate"], stack.fates()["stale"]) == (1, 1)


def test_all_views_are_as_if_the_agency_had_been_known(stack, contract, after, know_agency):
    """Also while a consumer and two replays work on the same facts at once."""
    renamed, events = [], []
    for line in RandomEvents(contract, 71, conflicts=False, refused=False).lines(1500):
        event, faults = intake.read_line(line, contract)
        assert not faults
        events.append((event["event_id"], decode.encode(event, contract)))
        if len(renamed) < 400:
            event["agency_code"] = NEW["agency_code"]
            renamed.append((event["event_id"], decode.encode(event, contract)))
    refuse(stack, renamed)
    assert stack.fates()["dead"] == len(renamed)
    know_agency()
    found = []
    replays = [threading.Thread(target=lambda: found.append(
        replay(stack, "--reason", "AGENCY"))) for _ in range(2)]
    for thread in replays:
        thread.start()
    stack.produce(renamed[::2] + events)
    for thread in replays:
        thread.join()
    stack.wait_applied()
    assert [result[0] for result in found] == [0, 0]
    assert sum(result[1] for result in found) == len(renamed)
    log = Log(after, stack.read_log())
    assert log.letters == []
    with stack.connect() as connection:
        wrong = differences(connection, after, log.facts, DAYS)
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("choice", (
    (), ("1", "--reason", "AGENCY"), ("x",), ("0",), ("-1",), ("99999999999999999999",), ("1x",),
    ("--reason", "NO_SUCH_REASON")), ids=" ".join)
def test_a_wrong_choice_exits_2(servers, choice):
    done = servers.run("mahalle-admin", "dead-letters", "replay", *choice)
    assert (done.returncode, done.stdout) == (2, b"")
