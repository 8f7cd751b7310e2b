# SPDX-License-Identifier: Apache-2.0
"""The rival of mahalle-post, as a good Python program does it.

    rival_post.py BROKERS TOPIC FILE

json, fastavro's compiled writer with dates and instants made numbers by hand,
confluent-kafka with the same settings, key and headers. It checks no rule of
the schema and no reference data, names no refused line and fills in the
defaults only. Ends when all is confirmed.
"""

import datetime
import io
import json
import pathlib
import struct
import sys
import time

import fastavro
from confluent_kafka import Producer

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
EPOCH = datetime.date(1970, 1, 1).toordinal()
SETTINGS = {"acks": "all", "enable.idempotence": True, "linger.ms": 5,
            "batch.size": 65536, "compression.codec": "lz4",
            "partitioner": "murmur2_random",
            "queue.buffering.max.messages": 25000}


def day(text):
    return datetime.date.fromisoformat(text).toordinal() - EPOCH


def instant(text):
    at = datetime.datetime.fromisoformat(text.replace("Z", "+00:00"))
    return int(at.timestamp() * 1000)


def kinds():
    """By event type: frame, schema, and how texts of days become numbers."""
    found = {}
    for path in SCHEMAS.glob("events/*/*.avsc"):
        schema = json.loads(path.read_text("utf-8"))
        turn = {}
        for field in schema["fields"]:
            kind = field["type"]
            kind = kind[1] if isinstance(kind, list) else kind
            logical = kind.get("logicalType") if isinstance(kind, dict) else None
            if logical in ("date", "timestamp-millis"):
                turn[field["name"]] = day if logical == "date" else instant
                del kind["logicalType"]
            elif logical == "uuid":
                del kind["logicalType"]
        found[schema["eventType"]] = (struct.pack(">bI", 0, schema["schemaId"]),
                                      fastavro.parse_schema(schema, {}), turn)
    return found


def main(brokers, topic, path):
    known = kinds()
    failed = []
    producer = Producer({"bootstrap.servers": brokers, **SETTINGS})

    def delivered(error, _):
        if error:
            failed.append(error)

    with open(path, "rb") as lines:
        for line in lines:
            event = json.loads(line)
            frame, schema, turn = known[event["event_type"]]
            posted = event["posted_at"]
            for name, function in turn.items():
                if name in event:
                    event[name] = function(event[name])
            event.setdefault("op", "ASSERT")
            event.setdefault("posted_at", time.time_ns() // 1_000_000)
            out = io.BytesIO(frame)
            out.seek(0, 2)
            fastavro.schemaless_writer(out, schema, event)
            headers = [("ce_specversion", "1.0"), ("ce_id", event["event_id"]),
                       ("ce_type", event["event_type"]),
                       ("ce_source", f"/agencies/{event['agency_code']}"),
                       ("ce_time", posted),
                       ("content-type", "application/avro")]
            while True:
                try:
                    producer.produce(topic, out.getvalue(), event["event_id"],
                                     on_delivery=delivered, headers=headers)
                    break
                except BufferError:
                    producer.poll(0.1)
            producer.poll(0)
    left = producer.flush(60)
    return 1 if left or failed else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
