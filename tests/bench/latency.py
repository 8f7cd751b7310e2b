# SPDX-License-Identifier: Apache-2.0
"""Single events, from the call that posts one until another connection sees it
in report, by the clock of one process; the consumer is idle before each."""

import io
import json
import os
import random
import statistics
import struct
import subprocess
import time
import uuid

import fastavro
import psycopg
from confluent_kafka import Producer

import drain
import stack

EVENTS = 200
APART_S = (0.05, 0.15)  # the consumer has long been idle by then
WARM_UP = 20            # connections, plans; a producer's first second
LIMIT_S = 20
SCHEMA = "events/council/council_meeting_held.v1.avsc"
SEEN = ("SELECT event_id FROM report.council_meeting_held_event "
        "WHERE event_id = ANY (%s)")

# As mahalle-post has them.
SETTINGS = {"acks": "all", "enable.idempotence": True, "linger.ms": 5,
            "compression.codec": "lz4", "partitioner": "murmur2_random"}


def make_event(number):
    event_id = uuid.uuid4()
    now_ms = time.time_ns() // 1_000_000
    return event_id, {
        "event_id": str(event_id), "op": "ASSERT", "revision": 0,
        "correction_reason": None, "occurred_on": 20000 + number % 300,
        "occurred_at": None, "posted_at": now_ms, "agency_code": "governorate",
        "source_ref": f"AB/{number}", "place_code": "c1195-001",
        "council_code": "c1195-001-C1", "programme_code": None,
        "members_present": 7, "resolutions_count": 1, "venue_kind": "MOSQUE"}


def encode(schema_id, parsed, event):
    out = io.BytesIO()
    out.write(struct.pack(">bI", 0, schema_id))
    fastavro.schemaless_writer(out, parsed, event)
    return out.getvalue()


class Posts:
    """Events at times that were fixed before, so that a time when nothing is
    seen is felt by all events that fall into it, not only by the first."""

    def __init__(self, topic):
        schema = json.loads((stack.ROOT / "schemas" / SCHEMA).read_text())
        self.schema_id = schema["schemaId"]
        self.parsed = fastavro.parse_schema(schema)
        self.topic = topic
        self.producer = Producer(
            SETTINGS | {"bootstrap.servers": stack.brokers()})
        self.waiting = {}
        self.seen_ms = []
        self.look_ms = []

    def post(self, number):
        event_id, event = make_event(number)
        value = encode(self.schema_id, self.parsed, event)
        self.waiting[event_id] = time.perf_counter()
        self.producer.produce(self.topic, value, key=str(event_id))
        self.producer.poll(0)

    def look(self, conn):
        began = time.perf_counter()
        seen = conn.execute(SEEN, (list(self.waiting),)).fetchall()
        now = time.perf_counter()
        for (event_id,) in seen:
            self.seen_ms.append((now - self.waiting.pop(event_id)) * 1000)
        if not seen:
            self.look_ms.append((now - began) * 1000)

    def run(self, conn, count):
        due = time.perf_counter()
        posted = 0
        while posted < count or self.waiting:
            now = time.perf_counter()
            if posted < count and now >= due:
                self.post(posted)
                posted += 1
                due += random.uniform(*APART_S)
            if self.waiting:
                self.look(conn)
                oldest = next(iter(self.waiting.values()), now)
                if now - oldest > LIMIT_S:
                    raise drain.Failed("an event was not seen within "
                                       f"{LIMIT_S} s")
            else:
                time.sleep(0.001)
        self.producer.flush(5)


def measure():
    topic = f"bench.latency.{time.time_ns()}"
    stack.make_topic(topic)
    with stack.database(drain.DATABASE) as conninfo, psycopg.connect(
            conninfo, autocommit=True) as conn:
        env = dict(os.environ, MAHALLE_PG=conninfo,
                   MAHALLE_BROKERS=stack.brokers())
        meter = drain.Meter()
        process = subprocess.Popen(
            [stack.BIN / "mahalle-aggregate", "--topic", topic, "--group",
             topic], env=env, stderr=subprocess.DEVNULL)
        try:
            while not conn.execute(
                    "SELECT count(*) FROM ops.partition_progress "
                    "WHERE state = 'running'").fetchone()[0]:
                time.sleep(0.1)
            posts = Posts(topic)
            posts.run(conn, WARM_UP)
            posts.seen_ms, posts.look_ms = [], []
            posts.run(conn, EVENTS)
        finally:
            cpu = stack.end(process)
        result = meter.read(cpu)
    stack.remove_topics([topic])
    seen_ms = sorted(posts.seen_ms)
    return result | {
        "events": EVENTS, "median_ms": statistics.median(seen_ms),
        "p90_ms": seen_ms[EVENTS * 9 // 10],
        "p99_ms": seen_ms[EVENTS * 99 // 100], "max_ms": seen_ms[-1],
        "look_ms": statistics.median(posts.look_ms)}
