# SPDX-License-Identifier: Apache-2.0
"""The gateway's 2xx is true: through kill -9, without Kafka, without PostgreSQL,
when it is asked to stop, and when far more comes than it can take."""

import concurrent.futures
import json
import os
import random
import signal
import threading
import time
import uuid

import pytest
import requests

from harness.gateway import Gateway, make_key, meeting
from harness.stack import wait_for

KILLS = int(os.environ.get("MAHALLE_GATEWAY_KILLS", "12"))

def meetings(count):
    return [meeting() for _ in range(count)]


def open_door(stack, *arguments, **environment):
    stack.gateway_key = getattr(stack, "gateway_key", None) or make_key(stack)
    gateway = Gateway(stack, *arguments, **environment)
    gateway.key = stack.gateway_key
    gateway.wait_ready()
    wait_for(lambda: gateway.post("[]").status_code == 400, 10, gateway.tail)
    return gateway


@pytest.fixture
def door(stack):
    stack.gateway_key = None
    gateway = open_door(stack)
    yield gateway
    if gateway.process.poll() is None:
        gateway.kill()


def stored(stack):
    """How often each event is in the log, by its id."""
    counts = {}
    for _, _, key, _ in stack.read_log():
        counts[key.decode()] = counts.get(key.decode(), 0) + 1
    return counts


class Posters:
    """Threads that post batches and note what was answered to each event."""

    def __init__(self, threads, sizes):
        self.url = self.key = None
        self.accepted, self.tried, self.lies = set(), set(), []
        self.ending = threading.Event()
        self.rng = random.Random(7)
        self.sizes = sizes
        self.threads = [threading.Thread(target=self.run) for _ in range(threads)]
        for thread in self.threads:
            thread.start()

    def run(self):
        session = requests.Session()
        while not self.ending.is_set():
            url = self.url
            if url is None:
                time.sleep(0.01)
                continue
            events = meetings(self.rng.choice(self.sizes))
            self.tried.update(e["event_id"] for e in events)
            try:
                answer = session.post(url, data=json.dumps(events), timeout=20, headers={
                    "Authorization": f"Bearer {self.key}", "Content-Type": "application/json"})
            except requests.RequestException:
                session = requests.Session()
                continue
            if answer.status_code not in (201, 207, 503):
                self.lies.append((answer.status_code, answer.text[:300]))
            if "results" in answer.json():
                self.accepted.update(r["id"] for r in answer.json()["results"]
                                     if r["status"] == "accepted")

    def stop(self):
        self.ending.set()
        for thread in self.threads:
            thread.join()


@pytest.mark.timeout(1800)
def test_every_2xx_is_in_postgresql_once_after_many_kills(stack, door):
    posters = Posters(4, (1, 7, 60, 200))
    rng = random.Random(3)
    stack.start_consumer()
    for _ in range(KILLS):
        posters.key, posters.url = door.key, door.url + "/v1/events"
        time.sleep(rng.uniform(0.05, 0.9))
        door.kill()
        posters.url = None
        door = open_door(stack)
    posters.key, posters.url = door.key, door.url + "/v1/events"
    time.sleep(0.5)
    posters.stop()
    door.stop()
    assert not posters.lies
    assert len(posters.accepted) > 20 * KILLS
    stack.wait_applied()
    facts = {str(row[0]) for row in stack.rows("SELECT event_id FROM core.event")}
    assert posters.accepted <= facts <= posters.tried
    assert stack.value("SELECT sum(events) FROM report.event_daily") == len(facts)
    assert stack.fates()["dead"] == 0


def test_without_kafka_the_answer_is_an_honest_503_in_time(stack, door):
    assert door.post(meetings(3)).status_code == 201
    stack.kill_server("kafka")
    unsure = meetings(5)
    begun = time.monotonic()
    answer = door.post(unsure)
    assert time.monotonic() - begun < 5
    assert answer.status_code == 503 and int(answer.headers["Retry-After"]) > 0
    assert {r["status"] for r in answer.json()["results"]} == {"retry"}
    assert {r["stored"] for r in answer.json()["results"]} <= {"no", "unknown"}
    wait_for(lambda: door.get("/readyz").status_code == 503, 10)
    stack.up("kafka")
    wait_for(lambda: door.post(unsure).status_code in (200, 201), 40, door.tail)
    wait_for(lambda: door.get("/readyz").status_code == 200, 10)
    counts = stored(stack)
    assert all(counts[e["event_id"]] >= 1 for e in unsure)


def test_a_frozen_broker_is_an_honest_503_in_time(stack, door):
    assert door.post(meetings(1)).status_code == 201
    broker = int((stack.directory / "kafka.pid").read_text())
    os.kill(broker, signal.SIGSTOP)
    try:
        begun = time.monotonic()
        with concurrent.futures.ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda n: door.post(meetings(n)), range(1, 9)))
        assert time.monotonic() - begun < 6
        assert {a.status_code for a in answers} == {503}
    finally:
        os.kill(broker, signal.SIGCONT)
    wait_for(lambda: door.post(meetings(1)).status_code == 201, 40, door.tail)


def test_known_keys_post_on_without_postgresql(stack, door):
    limited = "Bearer " + make_key(stack, "governorate", "--county", "2401")
    wait_for(lambda: door.post("[]", Authorization=limited).status_code == 400, 5)
    stack.down("postgres")
    try:
        time.sleep(3)
        assert door.post(meetings(10)).status_code == 201
        # only what a fact has to be looked up for waits for it
        events = [*meetings(2), meeting(revision=1)]
        answer = door.post(events, Authorization=limited)
        assert answer.status_code == 207 and answer.headers["Retry-After"]
        assert [r["status"] for r in answer.json()["results"]] == [
            "accepted", "accepted", "retry"]
        begun = time.monotonic()
        assert door.post(events[2], Authorization=limited).status_code == 503
        assert time.monotonic() - begun < 5
        assert door.post(events[2]).status_code == 201
        answer = door.get(f"/v1/events/{uuid.uuid4()}?agency_code=governorate")
        assert answer.status_code == 503 and answer.headers["Retry-After"]
        assert door.post("[]", Authorization="Bearer x").status_code == 401
        ready = door.get("/readyz")
        assert ready.status_code == 200 and ready.json()["database"] is False
    finally:
        stack.up("postgres")
    wait_for(lambda: door.get("/readyz").json()["database"], 15)
    assert door.stop() < 10


def test_without_keys_nobody_is_called_unknown(stack):
    stack.gateway_key = None
    key = make_key(stack)
    stack.down("postgres")
    try:
        gateway = Gateway(stack)
        gateway.key = key
        assert gateway.get("/livez").status_code == 200
        answer = gateway.post(meetings(1))
        assert answer.status_code == 503 and answer.headers["Retry-After"]
    finally:
        stack.up("postgres")
    wait_for(lambda: gateway.post(meetings(1)).status_code == 201, 20, gateway.tail)
    gateway.stop()


def test_asked_to_stop_it_answers_what_it_has_taken(stack, door):
    posters = Posters(4, (20,))
    posters.key, posters.url = door.key, door.url + "/v1/events"
    time.sleep(1)
    assert door.stop() < 10
    posters.stop()
    assert not posters.lies and posters.accepted
    counts = stored(stack)
    assert all(counts.get(event) == 1 for event in posters.accepted)


def test_ten_times_its_rate_is_told_to_wait_and_stays_in_64_mib(stack):
    """One key posts ten times its rate for five seconds; others notice nothing."""
    rate, seconds, size = 1000, 5, 100
    stack.gateway_key = None
    gateway = open_door(stack)
    limited = "Bearer " + make_key(stack, "governorate", "--rate", rate)
    wait_for(lambda: gateway.post("[]", Authorization=limited).status_code == 400, 5)
    posts = [json.dumps(meetings(size)) for _ in range(10 * rate * seconds // size)]
    begun, peak, waits = time.monotonic(), 0, []

    def post(number):   # at a time fixed beforehand, whatever the answers
        time.sleep(max(0, begun + number * size / (10 * rate) - time.monotonic()))
        return gateway.post(posts[number], Authorization=limited)

    with concurrent.futures.ThreadPoolExecutor(8) as pool:
        jobs = [pool.submit(post, number) for number in range(len(posts))]
        while not all(job.done() for job in jobs):
            at = time.monotonic()
            assert gateway.post(meetings(1)).status_code == 201
            waits.append(time.monotonic() - at)
            peak = max(peak, gateway.rss_kib())
            time.sleep(0.05)
        answers = [job.result() for job in jobs]
    took = time.monotonic() - begun
    assert took < 2 * seconds, took   # where others are at work, five times
    taken = size * sum(a.status_code == 201 for a in answers)
    assert 0.8 * rate * seconds <= taken <= rate * (took + 1), (taken, took)
    refused = [a for a in answers if a.status_code != 201]
    assert {a.status_code for a in refused} == {429}
    assert all(int(a.headers["Retry-After"]) >= 1 for a in refused)
    assert sorted(waits)[len(waits) * 9 // 10] < 0.5, waits
    assert peak <= 64 * 1024, peak
    gateway.stop()


def test_sixty_large_posts_before_a_frozen_kafka_stay_in_64_mib(stack):
    """Thirty clients at once, 13 MB in all; a third of the posts is all faults."""
    stack.gateway_key = None
    gateway = open_door(stack)
    big = json.dumps([meeting(unknown_field="x" * 700) for _ in range(500)])
    good = json.dumps(meetings(500))
    broker = int((stack.directory / "kafka.pid").read_text())
    os.kill(broker, signal.SIGSTOP)
    peak, answers = 0, []
    try:
        with concurrent.futures.ThreadPoolExecutor(30) as pool:
            jobs = [pool.submit(gateway.post, big if n % 3 == 0 else good)
                    for n in range(60)]
            while not all(job.done() for job in jobs):
                peak = max(peak, gateway.rss_kib())
                time.sleep(0.05)
            answers = [job.result().status_code for job in jobs]
    finally:
        os.kill(broker, signal.SIGCONT)
    assert set(answers) <= {422, 503}, answers
    assert peak <= 64 * 1024, peak
    wait_for(lambda: gateway.post(meetings(2)).status_code == 201, 40, gateway.tail)
    gateway.stop()
