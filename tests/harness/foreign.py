# SPDX-License-Identifier: Apache-2.0
"""Records as other people's libraries write them: fastavro, Apache's avro."""

import io
import json
import struct

import avro.io
import avro.schema
import fastavro

from oracle.rows import shown


def natural(event, event_type):
    """The event with the Python types that these libraries like."""
    return {f.name: shown(f, event.get(f.name)) for f in event_type.fields}


def frame(event_type, body):
    return struct.pack(">bI", 0, event_type.schema_id) + body


def with_fastavro(event, event_type):
    out = io.BytesIO()
    schema = fastavro.parse_schema(json.loads(json.dumps(event_type.body)))
    fastavro.schemaless_writer(out, schema, natural(event, event_type))
    return frame(event_type, out.getvalue())


def with_apache(event, event_type):
    out = io.BytesIO()
    schema = avro.schema.parse(json.dumps(event_type.body))
    avro.io.DatumWriter(schema).write(natural(event, event_type), avro.io.BinaryEncoder(out))
    return frame(event_type, out.getvalue())


ENCODERS = {"fastavro": with_fastavro, "Apache avro": with_apache}
