# SPDX-License-Identifier: Apache-2.0
"""The rival: the same work as a good Python program does it.

    rival_python.py BROKERS TOPIC CONNINFO COUNT [BATCH]

confluent-kafka in batches, fastavro's compiled reader with the logical types
left as numbers, one COPY a batch into a temporary table, one statement that
inserts what is new and adds it to the daily totals, offsets in the same
transaction. Exact with duplicates and after a kill; it checks no rule of the
schema and knows no corrections. Ends after COUNT records.
"""

import csv
import io
import json
import pathlib
import sys

import fastavro
import psycopg
from confluent_kafka import Consumer, TopicPartition

SCHEMAS = pathlib.Path(__file__).resolve().parents[2] / "schemas"
PARTITIONS = 12
ENVELOPE = 12
MEASURES = 7
NULL = "\\N"

COLUMNS = """event_id uuid, "offset" bigint, received_ms bigint,
    posted_ms bigint, occurred_ms bigint, revision int, occurred_on int,
    type_id int, agency_id smallint, partition smallint, in_force boolean,
    correction_reason text, place_code text COLLATE "C", council_code text,
    programme_code text, source_ref text, numbers bigint[], codes text[],
    dims text COLLATE "C\""""
KEYS = "type_id, occurred_on, place_code, agency_id, dims"


def measures(form):
    return ", ".join(form.format(k=k) for k in range(1, MEASURES + 1))


APPLY = f"""
WITH fresh AS (
    INSERT INTO rival.fact
    SELECT event_id, "offset", to_timestamp(received_ms / 1000.0::float8),
           to_timestamp(posted_ms / 1000.0::float8), now(),
           to_timestamp(occurred_ms / 1000.0::float8), revision,
           date '1970-01-01' + occurred_on, type_id, agency_id, partition,
           in_force, correction_reason, place_code, council_code,
           programme_code, source_ref, numbers, codes
    FROM staging ORDER BY event_id
    ON CONFLICT DO NOTHING
    RETURNING event_id, agency_id)
INSERT INTO rival.daily AS d (events, received_at, {KEYS},
    {measures("sum_{k}")}, {measures("by_{k}")})
SELECT count(*), to_timestamp(max(received_ms) / 1000.0::float8), type_id,
       date '1970-01-01' + occurred_on, place_code, agency_id, dims,
       {measures("sum(m_{k})")}, {measures("nullif(count(m_{k}), 0)")}
FROM staging JOIN fresh USING (event_id, agency_id)
GROUP BY {KEYS} ORDER BY {KEYS}
ON CONFLICT ({KEYS}) DO UPDATE
SET events = d.events + excluded.events,
    received_at = greatest(d.received_at, excluded.received_at),
    {measures("sum_{k} = coalesce(d.sum_{k} + excluded.sum_{k}, d.sum_{k}, "
              "excluded.sum_{k})")},
    {measures("by_{k} = coalesce(d.by_{k} + excluded.by_{k}, d.by_{k}, "
              "excluded.by_{k})")}
"""

MOVE = """
INSERT INTO rival.position
SELECT * FROM unnest(%s::int[], %s::bigint[])
ON CONFLICT (partition) DO UPDATE SET next_offset = excluded.next_offset
"""


# ------------------------------------------------------------------- schemas

def base_of(avro_type):
    """The type without null."""
    if isinstance(avro_type, list):
        return next(one for one in avro_type if one != "null")
    return avro_type


def without_logical(node):
    if isinstance(node, dict):
        return {key: without_logical(value) for key, value in node.items()
                if key != "logicalType"}
    if isinstance(node, list):
        return [without_logical(one) for one in node]
    return node


class Reader:
    """How records of one schema become lines of COPY. (No type of the stream
    has a boolean.)"""

    def __init__(self, path):
        schema = json.loads(path.read_text())
        own = schema["fields"][ENVELOPE:]
        kinds = [base_of(field["type"]) for field in own]
        texts = [kind == "string" or
                 isinstance(kind, dict) and kind["type"] == "enum"
                 for kind in kinds]
        self.type_id = schema["schemaId"]
        self.parsed = fastavro.parse_schema(without_logical(schema))
        self.numbers = [field["name"] for field, text in zip(own, texts)
                        if not text]
        self.codes = [field["name"] for field, text in zip(own, texts) if text]
        self.dims = [field["name"] for field in own
                     if field["role"] in ("dimension", "flag")]
        self.measures = [(field["name"], field["unit"] == "rial")
                         for field in own if field["role"] == "measure"]
        self.missing = [NULL] * (MEASURES - len(self.measures))

    def line(self, event, agency_id, message):
        numbers = [event[name] for name in self.numbers]
        codes = [event[name] for name in self.codes]
        dims = [event[name] for name in self.dims]
        new_rials = event.get("currency_unit") == "IRR_NEW"
        occurred_at = event["occurred_at"]
        parts = [
            event["event_id"], str(message.offset()),
            str(message.timestamp()[1]), str(event["posted_at"]),
            NULL if occurred_at is None else str(occurred_at),
            str(event["revision"]), str(event["occurred_on"]),
            str(self.type_id), str(agency_id), str(message.partition()),
            "t" if event["op"] != "RETRACT" else "f",
            event["correction_reason"] or NULL, event["place_code"],
            event["council_code"] or NULL, event["programme_code"] or NULL,
            event["source_ref"] or NULL,
            "{" + ",".join(["NULL" if one is None else str(one)
                            for one in numbers]) + "}",
            "{" + ",".join(["NULL" if one is None else one
                            for one in codes]) + "}",
            "|".join([event["programme_code"] or ""] +
                     ["" if one is None else str(one)
                      for one in dims]).rstrip("|")]
        for name, money in self.measures:
            value = event[name]
            if value is None:
                parts.append(NULL)
            elif money and new_rials:
                parts.append(str(value * 10000))
            else:
                parts.append(str(value))
        return "\t".join(parts + self.missing)


def readers():
    found = (Reader(path) for path in SCHEMAS.glob("events/*/*.v1.avsc"))
    return {reader.type_id: reader for reader in found}


def agencies():
    with open(SCHEMAS / "reference/agencies.csv", encoding="utf-8") as file:
        return {row["agency_code"]: number for number, row
                in enumerate(csv.DictReader(file), 1)}


# --------------------------------------------------------------------- cycle

def connect_consumer(brokers, topic, conn):
    consumer = Consumer({
        "bootstrap.servers": brokers, "group.id": "rival",
        "enable.auto.commit": False, "auto.offset.reset": "error",
        "queued.min.messages": 1000000})
    rows = conn.execute("SELECT partition, next_offset FROM rival.position")
    known = dict(rows.fetchall())
    conn.commit()
    consumer.assign([TopicPartition(topic, partition, known.get(partition, 0))
                     for partition in range(PARTITIONS)])
    return consumer


def read_batch(messages, schemas, agency_ids):
    """Lines of the batch by key, so that each key is there once, and where
    each partition stands after it."""
    lines = {}
    ends = {}
    read = fastavro.schemaless_reader
    for message in messages:
        if message.error():
            raise SystemExit(f"rival_python: {message.error()}")
        value = message.value()
        reader = schemas[int.from_bytes(value[1:5], "big")]
        event = read(io.BytesIO(value[5:]), reader.parsed, None)
        agency_id = agency_ids[event["agency_code"]]
        key = (event["event_id"], agency_id)
        if key not in lines:
            lines[key] = reader.line(event, agency_id, message)
        ends[message.partition()] = message.offset() + 1
    return lines, ends


def main():
    brokers, topic, conninfo, count = sys.argv[1:5]
    size = int(sys.argv[5]) if len(sys.argv) > 5 else 20000
    schemas = readers()
    agency_ids = agencies()
    taken = 0
    with psycopg.connect(conninfo) as conn:
        consumer = connect_consumer(brokers, topic, conn)
        conn.execute(f"CREATE TEMP TABLE staging ({COLUMNS}, "
                     f"{measures('m_{k} bigint')}) ON COMMIT DELETE ROWS")
        conn.commit()
        while taken < int(count):
            messages = consumer.consume(size, timeout=0.2)
            if not messages:
                continue
            lines, ends = read_batch(messages, schemas, agency_ids)
            with conn.cursor() as cursor:
                with cursor.copy("COPY staging FROM STDIN") as copy:
                    copy.write("\n".join(lines.values()) + "\n")
                cursor.execute(APPLY)
                cursor.execute(MOVE, (list(ends), list(ends.values())))
            conn.commit()
            taken += len(messages)
        consumer.close()


if __name__ == "__main__":
    main()
