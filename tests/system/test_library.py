# SPDX-License-Identifier: Apache-2.0
"""libmahalle on real servers, as a program of an agency uses it: both ways, many
threads, every fate; and mahalle-post through a gateway."""

import http.server
import json
import threading
import time

import pytest

from harness.gateway import make_key, meeting
from harness.library import fates, gate, kafka, library
from harness.stack import wait_for

BAD = {"place_code": "2401", "members": 3}
BAD_FAULTS = ["UNKNOWN_FIELD@/members", "COARSEST_PLACE@/place_code",
              "COUNCIL@/council_code"]


def test_every_event_of_many_threads_is_there_once_both_ways(door):
    stack = door.stack
    before = stack.value("SELECT count(*) FROM core.event")
    events = [meeting() for _ in range(20000)]
    for settings, part in ((kafka(stack), events[:10000]), (gate(door), events[10000:])):
        results, end = library(stack, "post", 4, part, **settings)
        assert end == "0 success"
        assert fates(results) == {"stored": 10000}
        assert [result.line for result in results] == list(range(10000))
        places = {(result.partition, result.offset) for result in results}
        assert len(places) == 10000 and min(places) >= (0, 0)
        assert [r.id for r in results] == [e["event_id"] for e in part]
    stack.wait_applied()
    assert stack.value("SELECT count(*) FROM core.event") == before + 20000
    known = {str(row[0]) for row in stack.rows("SELECT event_id FROM core.event")}
    assert {event["event_id"] for event in events} <= known
    assert stack.value("SELECT count(*) FROM ops.dead_letter") == 0


@pytest.mark.parametrize("how, number", [("post", 2), ("many", 7)])
@pytest.mark.parametrize("way", ["kafka", "gateway"])
def test_faults_are_data_and_the_same_on_both_ways(door, how, number, way):
    settings = kafka(door.stack) if way == "kafka" else gate(door)
    good = meeting()
    cloud = {"specversion": "1.0", "type": good["event_type"], "source":
             "/agencies/governorate", "id": meeting()["event_id"], "data":
             {k: v for k, v in good.items()
              if k not in ("event_type", "event_id", "agency_code")}}
    events = [good, meeting(**BAD), "{", "", cloud, {**cloud, "source": "/nobody"},
              meeting(event_type=None), "[1]", meeting(event_id=None),
              meeting(members_present="۹") | {"revision": "1\n"}]
    results, _ = library(door.stack, how, number, events, event_type="cleanup_held",
                         **settings)
    assert [result.fate for result in results] == [
        "stored", "refused", "refused", "refused", "stored", "refused", "refused", "refused",
        "refused", "refused"]
    assert results[1].faults == BAD_FAULTS and results[1].id == events[1]["event_id"]
    assert results[2].faults == results[3].faults == results[7].faults == ["JSON@"]
    assert results[4].id == cloud["id"]
    assert results[5].faults == ["SOURCE@/agency_code"]
    # with the type filled in: no field of a meeting is one of a cleanup
    assert "REQUIRED@/event_type" not in results[6].faults
    assert "UNKNOWN_FIELD@/event_type" not in results[6].faults
    assert results[8].faults == ["REQUIRED@/event_id"]
    assert results[9].faults == ["TYPE@/revision"]


def test_what_was_stored_before_is_known_to_the_gateway(door):
    event = meeting()
    first, _ = library(door.stack, "post", 1, [event], **gate(door))
    again, _ = library(door.stack, "post", 1, [event, {**event, "members_present": 5}],
                       **gate(door))
    assert [r.fate for r in first + again] == ["stored", "duplicate", "refused"]
    assert (first[0].partition, first[0].offset) == (again[0].partition, again[0].offset)
    assert again[1].faults == ["CONFLICT@/revision"]


def test_grants_keys_and_rates_are_told(door, tmp_path):
    stack = door.stack
    small = make_key(stack, "education", "--type", "council_meeting_held", "--rate", "40")
    wait_for(lambda: door.post("[]", Authorization=f"Bearer {small}").status_code == 400, 5)
    results, _ = library(stack, "post", 1, [meeting(), meeting(agency_code="education")],
                         gateway=door.url, key=small)
    assert [r.fate for r in results] == ["refused", "stored"]
    assert results[0].faults == ["GRANT@/agency_code"]
    # more than the bucket holds at once: smaller requests, at the pace of the key,
    # which takes longer than an event has
    many = [meeting(agency_code="education") for _ in range(240)]
    results, _ = library(stack, "post", 2, many, gateway=door.url, key=small,
                         timeout_ms=2000)
    assert fates(results) == {"stored": 240}
    results, _ = library(stack, "post", 1, [meeting()], gateway=door.url, key="mh_nobody")
    assert results[0].fate == "not stored" and "HTTP 401" in results[0].reason
    file = tmp_path / "key"
    file.write_text(small + "\n")
    results, _ = library(stack, "many", 5, [meeting(agency_code="education")],
                         gateway=door.url + "/", key_file=file)
    assert fates(results) == {"stored": 1}


def test_settings_that_cannot_be_are_all_told_at_once(servers, tmp_path):
    _, end = library(servers, "post", 1, [], code=1, timeout_ms=1, queue_bytes=1)
    for word in ("gateway", "timeout_ms", "queue_bytes"):
        assert word in end
    for wrong in ({"gateway": "ftp://x"}, {"gateway": "http://u:p@x"},
                  {"gateway": "http://x", "key": "a b"},
                  {"gateway": "http://x", "key_file": tmp_path / "none"}):
        library(servers, "post", 1, [], code=1, **wrong)
    (tmp_path / "events").mkdir()
    library(servers, "post", 1, [], code=3, brokers="127.0.0.1:1", schemas=tmp_path)


def test_nobody_there_is_an_honest_answer_in_time(servers):
    for settings in ({"brokers": "127.0.0.1:1", "schemas": servers.schemas},
                     {"gateway": "http://127.0.0.1:1"}):
        results, end = library(servers, "many", 3, [meeting() for _ in range(3)],
                               timeout_ms=1000, wait_ms=8000, **settings)
        assert end.startswith("0 ") and fates(results) == {"not stored": 3}
        assert "127.0.0.1:1" in results[0].reason and "within 1 s" in results[0].reason
        results, end = library(servers, "many", 1, [meeting()], timeout_ms=60000, wait_ms=300,
                               **settings)
        assert fates(results) == {"uncertain": 1}
        assert results[0].reason == "no result within 300 ms"


class Script(http.server.BaseHTTPRequestHandler):
    """A gateway that answers as a list says, then stores everything."""
    protocol_version = "HTTP/1.1"
    answers, seen, keys, most = [], [], [], 500
    under_way, overtaken, pause_s = [], [], 0

    def do_POST(self):
        body = self.rfile.read(int(self.headers["Content-Length"])).decode()
        events = [json.loads(line) for line in body.splitlines()]
        self.seen.append([event["event_id"] for event in events])
        self.overtaken.extend(event for event in events if event.get("revision")
                              and any(event["event_id"] in ids for ids in self.under_way))
        self.under_way.append([event["event_id"] for event in events])
        time.sleep(self.pause_s)
        status, headers, text = 201, {}, None
        self.keys.append(self.headers["Authorization"])
        if self.answers and callable(self.answers[0]):
            self.answers.pop(0)()
            status, text = 401, "{}"
        elif self.answers:
            status, headers, text = self.answers.pop(0)
        if len(events) > self.most:
            status, text = 413, "{}"
        self.under_way.remove([event["event_id"] for event in events])
        if status == 0:
            self.close_connection = True
            return
        if text is None:
            text = json.dumps({"results": [
                {"index": i, "id": event["event_id"], "status": "accepted", "partition": 0,
                 "offset": i, "errors": []} for i, event in enumerate(events)]})
        self.send_response(status)
        for name, value in headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(text.encode())))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, *_):
        pass


@pytest.fixture
def script():
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Script)
    Script.answers, Script.seen, Script.keys, Script.most = [], [], [], 500
    Script.under_way, Script.overtaken, Script.pause_s = [], [], 0
    threading.Thread(target=server.serve_forever, daemon=True).start()
    Script.url = f"http://127.0.0.1:{server.server_port}"
    yield Script
    server.shutdown()
    server.server_close()


@pytest.mark.parametrize("first", [
    (503, {"Retry-After": "1"}, '{"status":503,"message":"too much at once"}'),
    (429, {"Retry-After": "1"}, "<html>"), (500, {}, ""), (502, {}, "<html>bad gateway"),
    (201, {}, "{"), (201, {}, '{"results":[]}'), (0, {}, "")])
def test_what_may_pass_is_posted_again_with_the_same_id(servers, script, first):
    script.answers = [first]
    event = meeting()
    results, _ = library(servers, "post", 1, [event], gateway=script.url)
    assert fates(results) == {"stored": 1}
    assert script.seen == [[event["event_id"]]] * 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 405, 415])
def test_what_does_not_pass_is_told_at_once(servers, script, status):
    script.answers = [(status, {}, '{"message":"so it is","detail":"by\\tus"}')]
    results, _ = library(servers, "post", 1, [meeting()], gateway=script.url)
    assert fates(results) == {"not stored": 1}
    assert f"HTTP {status}: so it is; by?us" in results[0].reason
    assert len(script.seen) == 1


def test_too_large_a_request_is_cut_in_two(servers, script):
    script.most = 30
    results, _ = library(servers, "post", 1, [meeting() for _ in range(400)],
                         gateway=script.url)
    assert fates(results) == {"stored": 400}
    assert max(map(len, script.seen)) > 30


def test_a_revision_does_not_overtake_the_one_before(servers, script):
    events = [meeting() for _ in range(600)]
    later = [{**event, "revision": 1, "op": "CORRECT", "correction_reason": "OTHER"}
             for event in events]
    script.pause_s = 0.05
    results, _ = library(servers, "post", 1, events + later, gateway=script.url)
    assert fates(results) == {"stored": 1200}
    assert script.overtaken == []


def test_a_gateway_that_asks_for_patience_costs_no_time(servers, script):
    script.answers = [(429, {"Retry-After": "1"}, "{}")] * 3
    results, _ = library(servers, "post", 1, [meeting()], gateway=script.url, timeout_ms=1500)
    assert fates(results) == {"stored": 1}
    assert len(script.seen) == 4


def test_a_new_key_in_the_file_is_taken_when_the_old_one_is_refused(servers, script, tmp_path):
    file = tmp_path / "key"
    file.write_text("mh_old\n")
    script.answers = [lambda: file.write_text("mh_new\n")]
    results, _ = library(servers, "post", 1, [meeting()], gateway=script.url, key_file=file)
    assert fates(results) == {"stored": 1}
    assert script.keys == ["Bearer mh_old", "Bearer mh_new"]


def test_an_answer_that_never_comes_leaves_it_uncertain(servers, script):
    script.answers = [(0, {}, "")] * 99
    results, _ = library(servers, "post", 1, [meeting()], gateway=script.url, timeout_ms=1500)
    assert fates(results) == {"uncertain": 1}
    assert "not stored within 1 s" in results[0].reason


# ------------------------------------------------- mahalle-post --to a gateway


def test_mahalle_post_posts_lines_and_tables_to_a_gateway(door, tmp_path):
    stack = door.stack
    (tmp_path / "key").write_text(door.key)
    lines = [json.dumps(meeting()) for _ in range(1200)]
    lines[700] = json.dumps(meeting(**BAD))
    lines[800] = "no json"
    done = stack.run("mahalle-post", "--to", door.url, "--key-file", tmp_path / "key",
                     "--rejects", tmp_path / "r", "-", input="\n".join(lines).encode())
    assert done.returncode == 1, done.stderr
    assert b"read 1200, stored 1198, refused 2" in done.stdout
    rejects = [json.loads(line) for line in (tmp_path / "r").read_text("utf-8").splitlines()]
    assert sorted(reject["line"] for reject in rejects) == [701, 801]
    bad, = (reject for reject in rejects if reject["line"] == 701)
    assert [f"{e['code']}@{e['pointer']}" for e in bad["errors"]] == BAD_FAULTS
    assert json.loads(bad["input"])["place_code"] == "2401"
    table = ("event_id;occurred_on;agency_code;place_code;council_code;members_present\n" +
             "".join(f"{meeting()['event_id']};1404/07/21;governorate;c1195-001;"
                     f"c1195-001-C1;{'-' * i}1,000\n" for i in range(2)))
    done = stack.run("mahalle-post", "--to", door.url, "--format", "csv", "--type",
                     "council_meeting_held", "-", input=table.encode(),
                     env={**stack.environment, "MAHALLE_API_KEY": door.key})
    assert done.returncode == 1 and b"MIN" in done.stderr, done.stdout + done.stderr
    done = stack.run("mahalle-post", "--to", door.url, "--format", "csv", "--type",
                     "council_meeting_held", "-", input=table.replace("-1,", "1,").encode(),
                     env={**stack.environment, "MAHALLE_API_KEY": door.key})
    assert done.returncode == 0 and b"stored 2" in done.stdout, done.stdout + done.stderr


def test_rows_that_only_the_gateway_refuses_can_be_mended(door, tmp_path):
    first, second, third = (meeting()["event_id"] for _ in range(3))
    rows = [f'"{first}";1404/07/21;governorate;c1195-001;c1195-001-C1',
            f'"{second}";1450/01/01;governorate;c1195-001;c1195-001-C1',
            f'{third};1404/07/32;governorate;c1195-001;c1195-001-C1']
    table = tmp_path / "table.csv"
    table.write_text("\n".join(
        ["event_id;occurred_on;agency_code;place_code;council_code", *rows]) + "\n")
    mend, rejects = tmp_path / "mend.csv", tmp_path / "rejects"
    arguments = ["mahalle-post", "--to", door.url, "--format", "csv", "--type",
                 "council_meeting_held", "--rejects", rejects]
    environment = {**door.stack.environment, "MAHALLE_API_KEY": door.key}
    done = door.stack.run(*arguments, "--rejects-csv", mend, table, env=environment)
    assert done.returncode == 1 and b"stored 1, refused 2" in done.stdout, done.stdout
    kept = {line["line"]: line for line in map(json.loads, rejects.read_text().splitlines())}
    assert {n: [e["code"] for e in line["errors"]] for n, line in kept.items()} == {
        2: ["FUTURE"], 3: ["DATE"]}
    assert kept[2]["input"] == rows[1]
    written = mend.read_text("utf-8-sig").splitlines()
    assert len(written) == 3 and any("آن روز هنوز نرسیده است" in row for row in written)
    mend.write_text("\n".join(written).replace("1450/01/01", "1404/07/21")
                    .replace("1404/07/32", "1404/07/22"))
    done = door.stack.run(*arguments, mend, env=environment)
    assert done.returncode == 0 and b"stored 2" in done.stdout, done.stdout + done.stderr


def test_a_line_is_kept_aside_as_it_was(door, tmp_path):
    line = " " + json.dumps(meeting(event_type=None, members=3))
    done = door.stack.run("mahalle-post", "--to", door.url, "--type", "council_meeting_held",
                          "--rejects", tmp_path / "r", "-", input=line.encode(),
                          env={**door.stack.environment, "MAHALLE_API_KEY": door.key})
    assert done.returncode == 1
    assert json.loads((tmp_path / "r").read_text("utf-8"))["input"].strip() == line.strip()


def test_mahalle_post_without_a_gateway_or_a_key_exits_5(door):
    for arguments, words in ((("--to", door.url), b"HTTP 401"),
                             (("--to", "http://127.0.0.1:1", "--dry-run"), b"good 1")):
        done = door.stack.run("mahalle-post", *arguments, "-",
                              input=json.dumps(meeting()).encode())
        assert done.returncode == (5 if b"401" in words else 0)
        assert words in done.stdout + done.stderr
    assert b"not confirmed: 1 events, the first from line 1" in door.stack.run(
        "mahalle-post", "--to", door.url, "-", input=json.dumps(meeting()).encode()).stdout
