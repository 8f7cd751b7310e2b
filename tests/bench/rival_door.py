# SPDX-License-Identifier: Apache-2.0
"""The rival of mahalle-gateway, as a good Python proxy does it.

    rival_door.py BROKERS TOPIC

aiohttp on uvloop, fastavro and librdkafka: what the common Python proxies are
made of, with the same framing, key, headers and settings as ours. An array is
answered when all of its events are confirmed. It knows no keys and no grants,
checks no rule and no reference data, and one bad event spoils its array. Prints
`port N` and serves until it is ended.
"""

import asyncio
import io
import json
import sys
import time

import fastavro
import uvloop
from aiohttp import web
from confluent_kafka import KafkaException, Producer

from rival_post import SETTINGS, kinds

KINDS = kinds()
POLL_S = 0.002
BODY_BYTES = 1024 * 1024


def encode(event):
    frame, schema, turn = KINDS[event["event_type"]]
    for name, function in turn.items():
        if name in event:
            event[name] = function(event[name])
    event.setdefault("op", "ASSERT")
    event.setdefault("revision", 0)
    event.setdefault("posted_at", time.time_ns() // 1_000_000)
    out = io.BytesIO(frame)
    out.seek(0, 2)
    fastavro.schemaless_writer(out, schema, event)
    return out.getvalue()


class Door:
    def __init__(self, brokers, topic):
        self.topic = topic
        self.producer = Producer({"bootstrap.servers": brokers, **SETTINGS, "linger.ms": 2})

    async def poll(self):
        while True:
            self.producer.poll(0)
            await asyncio.sleep(POLL_S)

    async def post(self, request):
        events = await request.json(loads=json.loads)
        events = events if isinstance(events, list) else [events]
        done = asyncio.get_running_loop().create_future()
        results = [None] * len(events)
        left = len(events)

        def told(index, error, message):
            nonlocal left
            results[index] = {"index": index, "partition": message.partition(),
                              "offset": message.offset(),
                              "status": "retry" if error else "accepted"}
            left -= 1
            if left == 0 and not done.done():
                done.set_result(any(r["status"] == "retry" for r in results))

        for index, event in enumerate(events):
            headers = [("ce_specversion", "1.0"), ("ce_id", event["event_id"]),
                       ("ce_type", event["event_type"]),
                       ("ce_source", f"/agencies/{event['agency_code']}"),
                       ("ce_time", event.get("posted_at", "")),
                       ("content-type", "application/avro")]
            self.producer.produce(
                self.topic, encode(event), event["event_id"], headers=headers,
                on_delivery=lambda error, message, index=index: told(index, error, message))
        failed = await done
        return web.json_response({"results": results}, status=503 if failed else 201)


async def serve(brokers, topic):
    door = Door(brokers, topic)
    app = web.Application(client_max_size=BODY_BYTES)
    app.router.add_post("/v1/events", door.post)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    print("port", runner.addresses[0][1], flush=True)
    await door.poll()


if __name__ == "__main__":
    try:
        uvloop.run(serve(*sys.argv[1:]))
    except KafkaException as error:
        sys.exit(f"rival_door: {error}")
