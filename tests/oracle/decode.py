# SPDX-License-Identifier: Apache-2.0
"""The value of a Kafka record -> an event, or the reason why it is none.

Confluent framing (0, 4-byte schema id, Avro body); nothing is guessed and
nothing may be left over.  The errors of the frame and the body come alone,
with an empty pointer unless one field holds the fault.
"""

import struct

from .check import UUID, Fault, check, pointer

VARINT_BYTES_MAX = 10
RECORD_BYTES_MAX = 64 * 1024


class Bad(Exception):
    """Decoding cannot go on; carries the code."""


class Reader:
    def __init__(self, data):
        self.data, self.at = data, 0

    def take(self, size):
        if size < 0 or size > len(self.data) - self.at:
            raise Bad("DECODE")
        self.at += size
        return self.data[self.at - size:self.at]

    def number(self, bits):
        raw = shift = 0
        for _ in range(VARINT_BYTES_MAX):
            byte = self.take(1)[0]
            raw |= (byte & 0x7F) << shift
            shift += 7
            if byte < 0x80:
                break
        else:
            raise Bad("DECODE")
        if raw >= 1 << bits:
            raise Bad("DECODE")
        return (raw >> 1) ^ -(raw & 1)

    def boolean(self):
        byte = self.take(1)[0]
        if byte > 1:
            raise Bad("DECODE")
        return byte == 1

    def string(self):
        return self.take(self.number(64))

    def value(self, field):
        if field.nullable:
            branch = self.number(64)
            if branch not in (0, 1):
                raise Bad("DECODE")
            if branch == field.null_index:
                return None
        if field.kind == "int":
            return self.number(32)
        if field.kind == "long":
            return self.number(64)
        if field.kind == "boolean":
            return self.boolean()
        if field.kind == "string":
            return self.string()
        index = self.number(32)
        if not 0 <= index < len(field.symbols):
            raise Bad("DECODE")
        return field.symbols[index]


def read_record(value, contract):
    """(event, faults); the event is there whenever the bytes could be decoded."""
    if not value or len(value) < 5 or value[0] != 0:
        return None, [Fault("", "FRAME")]
    if len(value) > RECORD_BYTES_MAX:
        return None, [Fault("", "TOO_LARGE")]
    (schema_id,) = struct.unpack(">I", value[1:5])
    if schema_id not in contract.versions:
        return None, [Fault("", "SCHEMA_ID")]
    event_type = contract.versions[schema_id]
    reader, event = Reader(value[5:]), {"event_type": event_type.name}
    for field in event_type.fields:
        try:
            item = reader.value(field)
        except Bad as bad:
            return None, [Fault(pointer(field.name), str(bad))]
        if item is not None:
            event[field.name] = item
    if reader.at < len(reader.data):
        return None, [Fault("", "TRAILING")]
    foreign = decode_texts(event)
    if UUID.fullmatch(event.get("event_id", "")):
        event["event_id"] = event["event_id"].lower()
    latest = contract.types[event_type.name]
    faults = [Fault(pointer(name), "UTF8") for name in foreign]
    faults += check(event, latest, contract, frozenset(foreign))
    faults.sort(key=lambda f: latest.position[f.pointer[1:]])
    return event, faults


def decode_texts(event):
    """Bytes to text; the names of fields that are no UTF-8, which are left out."""
    foreign = []
    for name, value in list(event.items()):
        if isinstance(value, bytes):
            try:
                event[name] = value.decode("utf-8")
            except UnicodeDecodeError:
                foreign.append(name)
                del event[name]
    return foreign


def encode(event, contract, schema_id=None):
    """The bytes of an event in our framing; checks nothing."""
    event_type = (contract.versions[schema_id] if schema_id
                  else contract.types[event["event_type"]])
    out = bytearray(struct.pack(">bI", 0, event_type.schema_id))
    for field in event_type.fields:
        value = event.get(field.name)
        if field.nullable:
            branch = field.null_index if value is None else 1 - field.null_index
            out += varint(branch)
        if value is None:
            continue
        if field.kind == "boolean":
            out.append(value)
        elif field.kind == "string":
            data = value.encode("utf-8")
            out += varint(len(data)) + data
        elif field.kind == "enum":
            out += varint(field.symbols.index(value))
        else:
            out += varint(value)
    return bytes(out)


def varint(value):
    raw, out = (value << 1) ^ (value >> 63), bytearray()
    while raw > 0x7F:
        out.append(raw & 0x7F | 0x80)
        raw >>= 7
    out.append(raw)
    return bytes(out)
