# SPDX-License-Identifier: Apache-2.0
"""A key of some types or counties changes no fact outside them, however it asks."""

import concurrent.futures
import json
import os
import signal
import time
import uuid

import psycopg
import pytest
import requests

from harness.gateway import Gateway, make_key, meeting
from harness.stack import ROOT, wait_for

INPUT = ROOT / "tests" / "cases" / "accept" / "cleanup_held" / "input.json"
CLEANUP = {k: v for k, v in json.loads(INPUT.read_text("utf-8")).items()
           if k not in ("event_id", "source_ref", "posted_at")}
HERE, THERE = "c1195", "c1230"   # cities of two counties


def cleanup(place, event_id=None, **changes):
    return {**CLEANUP, "event_id": event_id or str(uuid.uuid4()), "place_code": place,
            **changes}


def change(event, revision=1, op="CORRECT", **changes):
    return {**event, "revision": revision, "op": op, "correction_reason": "OTHER", **changes}


@pytest.fixture(scope="module")
def keys(door):
    """Of one county, and of one type."""
    counties = dict(door.stack.rows(
        "SELECT place_code, county_code FROM core.place WHERE place_code = ANY(%s)",
        [HERE, THERE]))
    assert counties[HERE] != counties[THERE]
    made = {"county": make_key(door.stack, "environment", "--county", counties[HERE]),
            "type": make_key(door.stack, "environment", "--type", "cleanup_held")}
    for key in made.values():
        wait_for(lambda: door.post("[]", Authorization=f"Bearer {key}").status_code == 400, 5)
    return {name: f"Bearer {key}" for name, key in made.items()}


@pytest.fixture(scope="module")
def other(door):
    """A second gateway, which knows nothing of what the first has stored."""
    gateway = Gateway(door.stack)
    gateway.stack, gateway.key = door.stack, door.key
    gateway.wait_ready()
    yield gateway
    gateway.stop()


def told(answer):
    return [(r["status"], [(e["pointer"], e["code"]) for e in r["errors"]])
            for r in answer.json()["results"]]


REFUSED = ("forbidden", [("/event_id", "GRANT")])


def facts(door, event):
    return door.stack.rows("SELECT revision, place_code, in_force FROM core.event"
                           " WHERE event_id = %s", event["event_id"])


@pytest.mark.parametrize("way", ("CORRECT", "RETRACT", "ASSERT"))
def test_a_fact_of_another_county_stays_as_it_is(door, keys, way):
    fact = cleanup(THERE)
    assert door.post(fact).status_code == 201
    moved = change(fact, op=way, place_code=HERE)
    if way == "ASSERT":
        del moved["correction_reason"]
    answer = door.post(moved, Authorization=keys["county"], Accept_Language="en")
    assert (answer.status_code, told(answer)) == (403, [REFUSED]), answer.text
    error, = answer.json()["results"][0]["errors"]
    assert error["got"] is None and error["expected"].isdigit()
    assert facts(door, fact) == [(0, THERE, True)]
    assert door.post(moved).status_code == 201


def test_a_fact_of_another_type_stays_as_it_is(door, keys):
    path = INPUT.parents[1] / "environment_awareness_held" / "input.json"
    fact = {**json.loads(path.read_text("utf-8")), "event_id": str(uuid.uuid4()),
            "posted_at": None}
    fact.pop("source_ref", None)
    assert door.post(fact).status_code == 201
    answer = door.post(change(cleanup(HERE, fact["event_id"])), Authorization=keys["type"],
                       Accept_Language="fa")
    assert (answer.status_code, told(answer)) == (403, [REFUSED]), answer.text
    assert "environment_awareness_held" not in answer.text   # nor what it is instead


def test_its_own_facts_a_key_may_change_at_once(door, other, keys):
    for gateway in (door, other):
        fact = cleanup(HERE)
        for key in keys.values():
            fact["event_id"] = str(uuid.uuid4())
            assert door.post(fact, Authorization=key).status_code == 201
            wait_for(lambda: gateway.post(
                change(fact), Authorization=key).status_code in (200, 201), 10)
        wait_for(lambda: facts(door, fact) == [(1, HERE, True)], 10)


def test_what_was_stored_out_of_turn_vouches_for_nothing(door, other, keys):
    """The key's own record of that id is stored, and is a conflict."""
    fact = cleanup(THERE)
    assert other.post(fact).status_code == 201
    mine = cleanup(HERE, fact["event_id"])
    assert door.post(mine, Authorization=keys["county"]).status_code == 201
    answer = door.post(change(mine), Authorization=keys["county"])
    assert told(answer) == [REFUSED]
    wait_for(lambda: facts(door, fact) == [(0, THERE, True)], 10)


def test_nobody_takes_an_id_in_advance(door, keys):
    event = cleanup(HERE)
    answer = door.post([change(event, 9, op="RETRACT"), cleanup(HERE)],
                       Authorization=keys["county"])
    assert (answer.status_code, told(answer)) == (207, [REFUSED, ("accepted", [])])
    assert door.post(change(event, 9)).status_code == 201   # a key of all may


def test_two_versions_in_one_request_come_one_after_the_other(door, keys):
    event = cleanup(HERE)
    both = [event, change(event)]
    answer = door.post(both, Authorization=keys["county"])
    assert told(answer) == [("accepted", []), ("retry", [])]
    assert (answer.status_code, answer.headers["Retry-After"]) == (207, "2")
    wait_for(lambda: told(door.post(both, Authorization=keys["county"]))[1][0] == "accepted", 10)


def test_what_the_consumer_has_not_read_is_not_guessed(door, other, keys):
    consumer, = door.stack.consumers
    fact = cleanup(THERE)
    os.kill(consumer.pid, signal.SIGSTOP)
    try:
        assert door.post(fact).status_code == 201
        for gateway in (door, other):
            answer = gateway.post([change(fact, place_code=HERE), cleanup(HERE)],
                                  Authorization=keys["county"])
            assert (answer.status_code, told(answer)) == (
                207, [("retry", []), ("accepted", [])])
            assert answer.json()["results"][0]["stored"] == "no"
    finally:
        os.kill(consumer.pid, signal.SIGCONT)
    wait_for(lambda: other.post(change(fact, place_code=HERE),
                                Authorization=keys["county"]).status_code == 403, 20)


def test_a_fact_on_its_way_to_another_county_is_not_changed_meanwhile(door, other, keys):
    """Known to be here, moved by a record that the consumer has not read yet."""
    consumer, = door.stack.consumers
    fact = cleanup(HERE)
    assert door.post(fact).status_code == 201
    wait_for(lambda: facts(door, fact) == [(0, HERE, True)], 10)
    os.kill(consumer.pid, signal.SIGSTOP)
    try:
        assert door.post(change(fact, place_code=THERE)).status_code == 201
        for gateway, op in ((door, "CORRECT"), (other, "RETRACT")):
            answer = gateway.post(change(fact, 2, op), Authorization=keys["county"])
            assert (answer.status_code, told(answer)) == (503, [("retry", [])])
    finally:
        os.kill(consumer.pid, signal.SIGCONT)
    wait_for(lambda: facts(door, fact) == [(1, THERE, True)], 20)
    for gateway in (door, other):
        answer = gateway.post(change(fact, 2, "RETRACT"), Authorization=keys["county"])
        assert told(answer) == [REFUSED]


def test_slow_questions_of_others_hold_no_correction_up(door, keys):
    fact = cleanup(HERE)
    assert door.post(fact).status_code == 201
    with psycopg.connect(door.stack.environment["MAHALLE_PG"]) as owner:
        owner.execute("LOCK ops.dead_letter")
        with concurrent.futures.ThreadPoolExecutor() as pool:
            slow = pool.submit(requests.get, f"{door.url}/v1/rejections?agency_code=culture",
                               headers={"Authorization": f"Bearer {door.key}"}, timeout=10)
            time.sleep(0.3)
            begun = time.monotonic()
            answer = door.post(change(fact), Authorization=keys["county"])
            assert answer.status_code == 201 and time.monotonic() - begun < 2, answer.text
            assert not slow.done()
            assert slow.result().status_code == 503


def test_a_bad_date_or_place_is_not_also_another_county(door, keys):
    for wrong in ({"occurred_on": "1404-13-01"}, {"place_code": "c9999"}):
        answer = door.post(cleanup(HERE, **wrong), Authorization=keys["county"])
        assert answer.status_code == 422 and "GRANT" not in answer.text, answer.text
