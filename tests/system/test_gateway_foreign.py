# SPDX-License-Identifier: Apache-2.0
"""The gateway and programs that know nothing of it but its standards."""

import base64
import json
import os
import pathlib
import sys
import uuid

from harness.gateway import meeting
from harness.stack import ROOT
from system.test_gateway_grants import CLEANUP


def node(stack, script, *arguments, **options):
    """What a script of tests/node prints."""
    done = stack.run("node", ROOT / "tests" / "node" / script, *arguments, env={
        **os.environ, "NODE_PATH": str(ROOT / "build" / "node" / "node_modules")}, **{"timeout": 60, **options})
    assert done.returncode == 0, done.stderr.decode()
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_registry_client_in_javascript_reads_the_topic(door):
    events = {e["event_id"]: e for e in (meeting(members_present=n + 1) for n in range(30))}
    for _ in range(10):
        event = {**CLEANUP, "event_id": str(uuid.uuid4())}
        events[event["event_id"]] = event
    assert door.post(list(events.values())).status_code == 201
    records = [base64.b64encode(record[3]) for record in door.stack.read_log()]
    values = node(door.stack, "decode.js", door.url, input=b"\n".join(records))
    assert len(values) == len(records)
    read = {value["event_id"]: value for value in values}
    for event_id, event in events.items():
        value = read[event_id]
        assert value["agency_code"] == event["agency_code"]
        assert value["place_code"] == event["place_code"]
        assert value.get("members_present") == event.get("members_present")


def test_a_cloudevents_sdk_in_javascript_posts_in_every_mode_it_has(door):
    """binary and structured as the SDK makes them, emitted as it sends them itself. It
    has no batched mode: that array is our own, of the SDK's structured events."""
    data = {k: v for k, v in CLEANUP.items()
            if k not in ("event_type", "agency_code", "occurred_at")}
    event = {"type": CLEANUP["event_type"], "source": "/agencies/" + CLEANUP["agency_code"],
             "time": "2025-10-10T08:00:00Z", "data": {**data, "occurred_on": "2025-10-10"}}
    answers, = node(door.stack, "post_events.js", door.url + "/v1/events", door.key,
                    input=json.dumps(event).encode())
    assert {mode: (a["status"], [r["status"] for r in a.get("results", [])])
            for mode, a in answers.items()} == {
        "binary": (201, ["accepted"]), "structured": (201, ["accepted"]),
        "emitted": (201, ["accepted"]), "batch": (201, ["accepted"] * 2)}, answers


def fuzz(door, folder, description, *arguments):
    """schemathesis posts by a description; (exit code, what it says)."""
    done = door.stack.run(
        pathlib.Path(sys.executable).parent / "schemathesis", "run", description,
        "--header", f"Authorization: Bearer {door.key}", "--phases", "examples,coverage,fuzzing",
        "--seed", "7", "--generation-database", "none", "--request-timeout", "10", "--no-color",
        "--checks", "not_a_server_error,status_code_conformance,content_type_conformance,"
        "response_headers_conformance,response_schema_conformance,unsupported_method,"
        "allow_header_conformance,ignored_auth", *arguments, cwd=folder)
    return done.returncode, done.stdout.decode()


def test_fuzzing_by_the_description_finds_no_undocumented_answer(door, tmp_path):
    code, text = fuzz(door, tmp_path, f"{door.url}/openapi.json", "--max-time", "15")
    assert code == 0, text[-8000:]


def test_fuzzing_finds_an_answer_that_is_left_out(door, tmp_path):
    document = door.get("/openapi.json").json()
    del document["paths"]["/v1/events"]["post"]["responses"]["422"]
    path = tmp_path / "openapi.json"
    path.write_text(json.dumps(document), "utf-8")
    code, text = fuzz(door, tmp_path, path, "--url", door.url, "--include-path", "/v1/events",
                      "--max-failures", "1", "--no-shrink", "--max-time", "15")
    assert code == 1 and "Received: 422" in text, text[:6000]
