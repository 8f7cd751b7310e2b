# SPDX-License-Identifier: Apache-2.0
"""Our codec against fastavro and Apache's avro, both ways. Needs no servers.

mh-codec-tool stands for our side: lines in, lines out. MAHALLE_CODEC_EVENTS
and MAHALLE_CODEC_MUTANTS make a run longer, MAHALLE_SEED plays one again.
"""

import datetime
import io
import json
import os
import pathlib
import random
import struct
import subprocess

import avro.io
import avro.schema
import fastavro
import pytest

from oracle import calendar, intake
from oracle.random_events import RandomEvents

ROOT = pathlib.Path(__file__).parents[2]
TOOL = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release")) \
    / "tests" / "mh-codec-tool"
EVENTS = int(os.environ.get("MAHALLE_CODEC_EVENTS", 3000))
MUTANTS = int(os.environ.get("MAHALLE_CODEC_MUTANTS", 20000))
SEED = int(os.environ.get("MAHALLE_SEED", random.SystemRandom().getrandbits(32)))
FRAME = struct.Struct(">bI")


def tool(verb, lines):
    done = subprocess.run([TOOL, verb], input="".join(f"{line}\n" for line in lines),
                          capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stderr
    answers = done.stdout.split("\n")[:-1]
    assert len(answers) == len(lines)
    return answers


def bare(node):
    """The schema without logical types, so that both libraries give raw values."""
    if isinstance(node, list):
        return [bare(item) for item in node]
    if isinstance(node, dict):
        return {k: bare(v) for k, v in node.items() if k != "logicalType"}
    return node


class Foreign:
    """One type as both libraries know it."""

    def __init__(self, event_type):
        body = bare(event_type.body)
        self.head = FRAME.pack(0, event_type.schema_id)
        self.fast = fastavro.parse_schema(json.loads(json.dumps(body)))
        self.apache = avro.schema.parse(json.dumps(body))
        self.type = event_type

    def write(self, event):
        values = {f.name: event.get(f.name) for f in self.type.fields}
        fast, apache = io.BytesIO(), io.BytesIO()
        fastavro.schemaless_writer(fast, self.fast, values)
        avro.io.DatumWriter(self.apache).write(values, avro.io.BinaryEncoder(apache))
        return self.head + fast.getvalue(), self.head + apache.getvalue()

    def read(self, record):
        fast, apache = io.BytesIO(record[5:]), io.BytesIO(record[5:])
        values = (fastavro.schemaless_reader(fast, self.fast),
                  avro.io.DatumReader(self.apache).read(avro.io.BinaryDecoder(apache)))
        assert fast.read() == apache.read() == b""
        return values


def civil(day):
    """YYYY-MM-DD of any day number, also beyond what datetime knows."""
    cycles, rest = divmod(day, 146097)
    date = datetime.date(2000, 1, 1) + datetime.timedelta(rest - 10957 % 146097)
    return f"{date.year + 400 * cycles:04}-{date.month:02}-{date.day:02}"


def as_ours(event, event_type):
    """What `decode` prints for these raw values."""
    shown = {"event_type": event_type.name}
    for f in event_type.fields:
        value = event.get(f.name)
        shown[f.name] = civil(value) if f.logical == "date" and value is not None else value
    return shown


def as_line(shown, event_type):
    """What `decode` printed, as a line that `encode` takes."""
    flat = dict(shown)
    for f in event_type.fields:
        if f.logical == "timestamp-millis" and flat[f.name] is not None:
            at = calendar.INSTANT_0 + datetime.timedelta(milliseconds=flat[f.name])
            flat[f.name] = at.strftime("%Y-%m-%dT%H:%M:%S.%f")[:-3] + "Z"
    return json.dumps(flat)


@pytest.fixture(scope="module")
def foreign(contract):
    return {name: Foreign(each) for name, each in contract.types.items()}


@pytest.fixture(scope="module")
def lines(contract):
    print(f"MAHALLE_SEED={SEED}")
    return list(RandomEvents(contract, seed=SEED, refused=False).lines(EVENTS))


@pytest.fixture(scope="module")
def events(contract, lines):
    found = [intake.read_line(line, contract) for line in lines]
    assert not any(faults for _, faults in found)
    return [event for event, _ in found]


@pytest.fixture(scope="module")
def records(lines):
    answers = tool("encode", lines)
    assert not [a for a in answers if a.startswith("!")]
    return [bytes.fromhex(a) for a in answers]


def raw(event, event_type):
    return {f.name: event.get(f.name) for f in event_type.fields}


def test_others_read_what_we_write(foreign, events, records):
    for event, record in zip(events, records):
        other = foreign[event["event_type"]]
        assert record[:5] == other.head
        wanted = raw(event, other.type)
        assert other.read(record) == (wanted, wanted)


def test_we_write_what_others_write(foreign, events, records):
    for event, record in zip(events, records):
        assert foreign[event["event_type"]].write(event) == (record, record)


def test_we_read_what_others_write(foreign, events):
    written = [foreign[e["event_type"]].write(e)[0].hex() for e in events]
    for verb in "decode", "check":
        for event, answer in zip(events, tool(verb, written)):
            wanted = as_ours(event, foreign[event["event_type"]].type)
            assert json.loads(answer) == wanted


def test_what_was_read_is_written_the_same(foreign, events, records):
    read = [json.loads(a) for a in tool("decode", [r.hex() for r in records])]
    again = tool("encode", [as_line(shown, foreign[shown["event_type"]].type)
                            for shown in read])
    assert again == [r.hex() for r in records]


# hostile records

def flip(rng, body):
    body[rng.randrange(len(body))] ^= 1 << rng.randrange(8)


def replace(rng, body):
    body[rng.randrange(len(body))] = rng.choice((0, 1, 2, 4, 0x7F, 0x80, 0xFF))


def cut(rng, body):
    del body[rng.randrange(len(body)):]


def remove(rng, body):
    del body[rng.randrange(len(body))]


def insert(rng, body):
    body.insert(rng.randrange(len(body) + 1), rng.randrange(256))


def pad(rng, body):
    """A number with zero bits behind it, as some encoders write it."""
    at = rng.randrange(len(body))
    body[at] |= 0x80
    body[at + 1:at + 1] = b"\x80" * rng.randrange(10) + b"\x00"


def huge(rng, body):
    at = rng.randrange(len(body))
    body[at:at + 1] = rng.choice((
        b"\xff\xff\xff\xff\xff\xff\xff\xff\xff\x01", b"\xfe\xff\xff\xff\x0f",
        b"\x80\x80\x80\x80\x10", b"\x80\x80\x80\x80\x80\x80\x80\x80\x80\x02"))


MUTATIONS = (flip, flip, replace, cut, remove, insert, pad, pad, huge)


def mutate(rng, record):
    body = bytearray(record[5:])
    for _ in range(rng.choice((1, 1, 1, 2, 3))):
        if body:
            rng.choice(MUTATIONS)(rng, body)
    return record[:5] + bytes(body)


def test_what_we_accept_others_read_alike(foreign, contract, records):
    rng = random.Random(SEED)
    mutants = [mutate(rng, rng.choice(records)) for _ in range(MUTANTS)]
    accepted = refused = 0
    for record, answer in zip(mutants, tool("decode", [m.hex() for m in mutants])):
        if answer.startswith("!"):
            assert answer[1:].split(" ")[0] in ("DECODE", "TRAILING", "UTF8")
            refused += 1
            continue
        accepted += 1
        shown = json.loads(answer)
        other = foreign[shown["event_type"]]
        for values in other.read(record):
            assert as_ours(values, other.type) == shown, record.hex()
        canonical = other.write(other.read(record)[0])
        assert canonical[0] == canonical[1]
    assert accepted > MUTANTS / 10 and refused > MUTANTS / 10


def test_frames_are_told_apart(contract, records):
    known = {t.schema_id for t in contract.types.values()}
    unknown = max(known) + 1
    good = records[0]
    cases = {b"": "!FRAME ", good[:4]: "!FRAME ", b"\x01" + good[1:]: "!FRAME ",
             FRAME.pack(0, unknown) + good[5:]: "!SCHEMA_ID ",
             good[:5]: "!DECODE /event_id", good + b"\x00": "!TRAILING ",
             good[:5] + bytes(65536): "!TOO_LARGE "}
    assert tool("decode", [c.hex() for c in cases]) == list(cases.values())
