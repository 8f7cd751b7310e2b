# SPDX-License-Identifier: Apache-2.0
"""dead-letters list, show, export, park, reopen: choosing letters, seeing all of
them, setting them aside; and replay of many."""

import base64
import json
import os
import re
import subprocess
import time

import pytest

from oracle import decode, intake

MEETING = {"event_type": "council_meeting_held", "occurred_on": "2025-10-13",
           "posted_at": "2025-10-13T12:00:00Z", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}


def record(contract, name, **changes):
    """(key, value) of a meeting that `changes` may break."""
    event, faults = intake.read_flat({**MEETING, "event_id": name}, contract)
    assert not faults
    event.update(changes)
    return event["event_id"], decode.encode(
        {k: v for k, v in event.items() if v is not None}, contract)


def admin(stack, *arguments):
    done = stack.run("mahalle-admin", "dead-letters", *arguments)
    assert done.returncode == 0, done.stderr.decode()
    return done.stdout.decode()


def ids(stack, *choice):
    """Ids that `list` names for a choice."""
    table = admin(stack, "list", *choice).split("\n\n")[0].splitlines()[1:]
    return sorted(int(line.split()[0]) for line in table)


def test_choices(stack, contract):
    broken = record(contract, "c", agency_code="nobody_at_all")
    stack.produce([
        (*record(contract, "a", place_code="c9999-001", council_code="c9999-001-C1"), 1),
        (*record(contract, "b", members_present=-1), 2), (*broken, 2), ("x", b"\0\1\2", 3)])
    stack.start_consumer()
    stack.wait_applied()
    at = {reason: number for number, reason in
          stack.rows("SELECT id, reason FROM ops.dead_letter")}
    place, least, agency, frame = (at[r] for r in ("PLACE", "MIN", "AGENCY", "FRAME"))
    everything = sorted(at.values())
    assert ids(stack) == everything
    assert ids(stack, "--reason", "PLACE") == [place]
    assert ids(stack, "--type", MEETING["event_type"]) == sorted((place, least, agency))
    assert ids(stack, "--agency", "nobody_at_all") == [agency]
    assert ids(stack, "--partition", 2) == sorted((least, agency))
    assert ids(stack, "--partition", 2, "--reason", "FRAME") == []
    assert ids(stack, "--since", "1h") == ids(stack, "--until", "1499/12/29") == everything
    assert ids(stack, "--until", "1h") == ids(stack, "--since", "2200-01-01T08:30") == []
    assert ids(stack, "--limit", 1) == [max(everything)]
    # to the second: `since` is included, `until` is not
    stack.execute("UPDATE ops.dead_letter SET received_at = '2025-10-13 08:30:00+03:30'"
                  f" WHERE id = {place}")
    assert ids(stack, "--until", "1404/07/21T08:30:01") == [place]
    assert ids(stack, "--until", "2025-10-13T08:30") == []
    assert ids(stack, "--until", "2025-10-13T05:00:01Z", "--since",
               "2025-10-13 05:00:00+00:00") == [place]
    assert place not in ids(stack, "--since", "1404-07-22")
    counts = admin(stack, "list", "--partition", 2).split("\n\n")[1].splitlines()[1:]
    assert sorted(line.split() for line in counts) == [["1", "AGENCY", "open"],
                                                       ["1", "MIN", "open"]]
    # parked ones are no longer taken, and come back when they are reopened
    assert admin(stack, "park", "--partition", "2", "--why", "آزمایش") == "2 parked\n"
    assert ids(stack, "--state", "parked") == sorted((least, agency))
    assert admin(stack, "park", least, agency, "--why", "again") == "0 parked\n"
    assert stack.run("mahalle-admin", "dead-letters", "replay", least).stdout.endswith(
        b"1 not open\n")
    assert admin(stack, "reopen", agency, "--why", "all is known") == "1 open\n"
    assert ids(stack, "--state", "open") == sorted((place, frame, agency))
    acts = stack.rows("SELECT letter_id, act, outcome, why, acted_by = session_user,"
                      " now() - acted_at < '1 min' FROM ops.dead_letter_act ORDER BY id")
    assert sorted(acts[:2]) == sorted([
        (least, "park", None, "آزمایش", True, True), (agency, "park", None, "آزمایش", True, True)])
    assert acts[2:] == [(agency, "reopen", None, "all is known", True, True)]


def test_show(stack, contract):
    """Bytes and what can be read of them; where they end, what came before."""
    key, value = record(contract, "a", members_present=-7)
    stack.produce([(key, value, 0), (key, value[:-3], 0)])
    stack.start_consumer()
    stack.wait_applied()
    whole, cut = (number for number, in stack.rows(
        'SELECT id FROM ops.dead_letter ORDER BY "offset"'))
    text = admin(stack, "show", whole)
    assert f"\nValue, {len(value)} bytes:\n" in text
    shown = bytes.fromhex("".join(re.findall(r"^  [0-9a-f]{4}  ((?:[0-9a-f]{2} )+)", text, re.M)))
    assert shown == value
    assert re.search(r"^  members_present +-7$", text, re.M)
    assert re.search(r"^  occurred_on +2025-10-13 = 1404/07/21$", text, re.M)
    assert re.search(r"^MIN +/members_present ", text, re.M)
    assert "History" not in text
    text = admin(stack, "show", cut)
    assert re.search(r"^  place_code +c1195-001$", text, re.M)
    assert "bytes do not follow the schema, at " in text
    admin(stack, "park", whole, "--why", "علت \u202e\u0007")
    text = admin(stack, "show", whole)
    assert re.search(r"park +- +- +- +علت \?\?$", text, re.M)


def test_export_loses_nothing(stack, contract):
    """Also 100,000 letters in little memory."""
    key, value = record(contract, "a", members_present=-7)
    headers = [("ce_id", b"\0\xff"), ("n\xe9", b"x"), ("none", None), ("", b"")]
    stack.produce([("k", None, 0)])
    producer = stack.producer
    producer.produce("mahalle.events", key=b"\xff\0", value=b"\0" * 100, partition=0,
                     headers=headers)
    producer.produce("mahalle.events", key=key, value=value, partition=0)
    producer.flush(30)
    stack.start_consumer()
    stack.wait_applied()
    lines = [json.loads(line) for line in admin(stack, "export").splitlines()]
    assert [(line["key"], line["value"]) for line in lines] == [
        (base64.b64encode(k).decode(), v if v is None else base64.b64encode(v).decode())
        for k, v in ((b"k", None), (b"\xff\0", b"\0" * 100), (key.encode(), value))]
    assert [(h["name"].encode("latin-1"), h["value"] and base64.b64decode(h["value"]))
            for h in lines[1]["headers"]] == [
                (name.encode("utf-8"), content) if content else (name.encode(), content and b"")
                for name, content in headers[:3]] + [(b"", "")]
    assert lines[2]["detail"][0]["pointer"] == lines[2]["pointer"] == "/members_present"
    assert lines[2]["event_id"] == key and lines[2]["state"] == "open"
    only = admin(stack, "export", lines[2]["id"])
    assert json.loads(only) == lines[2]

    stack.execute("""
        INSERT INTO ops.dead_letter (topic, partition, "offset", reason, pointer, detail,
                                     received_at)
        SELECT 'mahalle.events', 5, n, 'FRAME', '', '[]', now() FROM generate_series(1, 100000) n;
        INSERT INTO core.dead_letter_record (id, key, value)
        SELECT id, 'k', decode(repeat('ab', 500), 'hex') FROM ops.dead_letter WHERE partition = 5""")
    reader, writer = os.pipe()
    with subprocess.Popen(["mahalle-admin", "dead-letters", "export", "--partition", "5"],
                          env=stack.environment, stdout=writer) as process:
        os.close(writer)
        with open(reader, encoding="ascii") as lines:
            count = 0
            for line in lines:
                count += 1
                if count == 90_000:
                    status = open(f"/proc/{process.pid}/status", encoding="ascii").read()
        assert process.wait(60) == 0
    assert count == 100_000 and json.loads(line)["offset"] == 100_000
    assert int(re.search(r"VmHWM:\s+(\d+) kB", status).group(1)) < 32 * 1024


def test_conflicts_keep_their_headers(stack, contract):
    """Within a batch and with what is there already; all else is counted once."""
    first, other, third = (record(contract, "a", members_present=n) for n in (1, 2, 3))
    quiet = [record(contract, f"q{i}") for i in range(300)]
    stack.produce([])
    producer = stack.producer

    def produce(events, name):
        for number, (key, value) in enumerate(events):
            producer.produce("mahalle.events", key=key, value=value, partition=0,
                             headers=[("ce_id", f"{name}{number}".encode()), ("x", None)])
        assert producer.flush(30) == 0

    produce([*quiet[:100], first, other, *quiet[100:200]], "a")
    stack.start_consumer()
    stack.wait_applied()
    produce([*quiet[200:], third, first, other], "b")
    stack.wait_applied()
    assert stack.fates() == {"applied": 301, "duplicate": 1, "stale": 0, "dead": 3, "gaps": 0}
    found = [[(h["name"], h.get("hex") and bytes.fromhex(h["hex"]).decode()) for h in headers]
             for reason, headers in stack.rows(
                 "SELECT reason, headers FROM ops.dead_letter JOIN core.dead_letter_record"
                 " USING (id) WHERE reason = 'CONFLICT' ORDER BY \"offset\"")]
    assert found == [[("ce_id", name), ("x", None)] for name in ("a101", "b100", "b102")]
    assert stack.value("SELECT count(*) FROM report.reconcile") == 0
    stack.assert_none_blocked()


def test_10000_letters_are_replayed_in_less_than_5_s(stack, contract):
    """Of which some are dead again, in batches that keep their order."""
    key, value = record(contract, "a", place_code="c9999-001", council_code="c9999-001-C1")
    stack.produce([(key, value, 0)])
    stack.start_consumer()
    stack.wait_applied()
    events = [record(contract, f"n{i}", members_present=i % 50) for i in range(10_000)]
    with stack.connect() as connection, connection.cursor() as cursor:
        with cursor.copy("COPY ops.dead_letter (topic, partition, \"offset\", reason, pointer,"
                         " detail, received_at) FROM STDIN") as copy:
            for i in range(len(events)):
                copy.write_row(("mahalle.events", i % 12, 1000 + i, "AGENCY", "/agency_code",
                                "[]", "2025-10-13 12:00Z"))
        cursor.execute('SELECT id FROM ops.dead_letter WHERE "offset" >= 1000 ORDER BY "offset"')
        numbers = [number for number, in cursor]
        with cursor.copy("COPY core.dead_letter_record (id, key, value) FROM STDIN"
                         " (FORMAT binary)") as copy:
            copy.set_types(("int8", "bytea", "bytea"))
            for number, (key, value) in zip(numbers, events):
                copy.write_row((number, key.encode(), value))
    started = time.monotonic()
    done = stack.run("mahalle-admin", "dead-letters", "replay", "--state", "open")
    seconds = time.monotonic() - started
    assert done.stdout.startswith(b"10000 replayed (10000 applied, 0 duplicate, 0 stale), 1 dead")
    print(f"{seconds:.2f} s for 10,001 letters")
    assert seconds < 5
    assert stack.rows("SELECT sum(events)::int, sum(total)::int FROM report.measure_daily") == [
        (10_000, sum(i % 50 for i in range(10_000)))]
    assert stack.rows("SELECT outcome, count(*) FROM ops.dead_letter_act GROUP BY 1 ORDER BY 1"
                      ) == [("applied", 10_000), ("dead", 1)]
    again = admin(stack, "replay", "--reason", "AGENCY")
    assert again.startswith("0 replayed")
    assert stack.value("SELECT count(*) FROM report.reconcile") == 0


def test_limit_of_a_replay(stack, contract):
    stack.produce([(*record(contract, f"n{i}", place_code="c9999-001",
                            council_code="c9999-001-C1"), 0) for i in range(5)])
    stack.start_consumer()
    stack.wait_applied()
    done = stack.run("mahalle-admin", "dead-letters", "replay", "--reason", "PLACE", "--limit", 2)
    assert done.returncode == 1 and b" 2 dead again" in done.stdout
    assert stack.rows("SELECT count(*) FROM ops.dead_letter_act") == [(2,)]


@pytest.mark.parametrize("arguments", (
    ("park", "1"), ("park", "--why", "x"), ("reopen", "--reason", "PLACE"),
    ("list", "--since", "yesterday"), ("list", "--since", "2025-13-01"),
    ("list", "--until", "2025-10-13T25:00"), ("list", "--until", "2025-10-13T08:30X"),
    ("list", "--reason", "NONE"), ("list", "--state", "shut"), ("export", "x"),
    ("list", "--limit", "100001"), ("replay", "--state", "replayed"), ("show", "0x1")),
    ids=" ".join)
def test_a_wrong_choice_exits_2(servers, arguments):
    done = servers.run("mahalle-admin", "dead-letters", *arguments)
    assert (done.returncode, done.stdout) == (2, b""), done.stderr
