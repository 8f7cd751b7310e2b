# SPDX-License-Identifier: Apache-2.0
"""mahalle-gateway as agencies see it: answers, faults, keys, formats."""

import datetime
import json
import pathlib
import re
import time
import uuid

import pytest
from cloudevents.core.bindings.http import to_binary_event, to_structured_event
from cloudevents.core.formats.json import JSONFormat
from cloudevents.core.v1.event import CloudEvent

from harness.gateway import make_key, meeting
from harness.stack import ROOT, wait_for

CASES = ROOT / "tests" / "cases" / "accept"
CLEANUP = json.loads((CASES / "cleanup_held" / "input.json").read_text("utf-8"))


def key_of(door, *arguments):
    """A fresh key, once the gateway knows it."""
    key = make_key(door.stack, *arguments)
    wait_for(lambda: door.post("[]", Authorization=f"Bearer {key}").status_code == 400, 5)
    return f"Bearer {key}"


def faults(result):
    return sorted((e["pointer"], e["code"]) for e in result["errors"])


def statuses(answer):
    return [r["status"] for r in answer.json()["results"]]


# ----------------------------------------------------------------- one, many


def test_stored_then_known(door):
    event = meeting()
    answer = door.post(event)
    assert answer.status_code == 201
    first, = answer.json()["results"]
    assert (first["index"], first["id"], first["status"], first["errors"]) == (
        0, event["event_id"], "accepted", [])
    assert first["topic"] == "mahalle.events"
    again = door.post([event])
    assert again.status_code == 200
    second, = again.json()["results"]
    assert second["status"] == "duplicate"
    assert (second["partition"], second["offset"]) == (first["partition"], first["offset"])
    other = door.post({**event, "members_present": 5})
    assert (other.status_code, statuses(other)) == (409, ["conflict"])
    assert faults(other.json()["results"][0]) == [("/revision", "CONFLICT")]


def test_every_accepted_case_is_accepted(door):
    events = [json.loads(path.read_text("utf-8")) for path in CASES.glob("*/input.json")]
    assert len(events) > 80
    for event in events:
        event["posted_at"] = None   # some are of days to come
    answer = door.post(events)
    for event, result in zip(events, answer.json()["results"]):
        assert (result["status"] in ("accepted", "duplicate") or
                faults(result) in ([("/occurred_on", "FUTURE")],
                                   [("/event_id", "CONFLICT")])), (event, result)


def test_one_bad_event_never_spoils_its_neighbours(door):
    events = [meeting() for _ in range(100)]
    bad = {3: {"place_code": "2401"}, 17: {"members": 3}, 42: {"event_type": "nothing"},
           99: {"occurred_on": "1404-13-01", "op": "CORRECT"}}
    for index, change in bad.items():
        events[index].update(change)
    answer = door.post(events)
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [r["index"] for r in results] == list(range(100))
    assert {i for i, r in enumerate(results) if r["status"] != "accepted"} == set(bad)
    assert faults(results[3]) == [("/council_code", "COUNCIL"),
                                  ("/place_code", "COARSEST_PLACE")]
    assert faults(results[17]) == [("/members", "UNKNOWN_FIELD")]
    assert faults(results[42]) == [("/event_type", "UNKNOWN_TYPE")]
    assert faults(results[99]) == [("/correction_reason", "OP"), ("/occurred_on", "DATE"),
                                   ("/revision", "OP")]
    for result in results:
        for error in result["errors"]:
            assert set(error) == {"pointer", "code", "detail", "expected", "got"}
            assert error["detail"]


def test_an_odd_element_is_only_its_own_fault(door):
    good = json.dumps(meeting())
    odd = ['{"a":1,"a":2}', "[[1]]", "7", "null", '"x"', "[" * 30 + "]" * 30,
           '{"a":{"b":{"c":{"d":{"e":{"f":{"g":{"h":{"i":1}}}}}}}}}', '{"a":"\\ud800"}',
           '{"event_type":"x","a":"' + "x" * 65536 + '"}']
    for media in ("application/json", "application/x-ndjson"):
        lines = [good.replace(str(json.loads(good)["event_id"]), str(uuid.uuid4()))
                 for _ in range(len(odd) + 1)]
        body = [text for pair in zip(lines, odd) for text in pair] + lines[-1:]
        text = "[" + ",".join(body) + "]" if media.endswith("json") and "nd" not in media \
            else "\n".join(body)
        answer = door.post(text, Content_Type=media)
        assert answer.status_code == 207, answer.text
        assert statuses(answer) == ["accepted", "invalid"] * len(odd) + ["accepted"]
        assert all(r["errors"] for r in answer.json()["results"][1::2])


def test_a_repeat_within_a_request_is_told_from_a_conflict(door):
    first, other = meeting(), meeting()
    answer = door.post([first, other, first, {**first, "members_present": 5},
                        {**first, "revision": 1, "members_present": 6}, first])
    assert answer.status_code == 207
    results = answer.json()["results"]
    assert [r["status"] for r in results] == [
        "accepted", "accepted", "duplicate", "conflict", "accepted", "duplicate"]
    assert all((results[i]["partition"], results[i]["offset"]) ==
               (results[0]["partition"], results[0]["offset"]) for i in (2, 5))
    assert faults(results[3]) == [("/revision", "CONFLICT")]
    keys = [record[2].decode() for record in door.stack.read_log()]
    assert keys.count(first["event_id"]) == 2 and keys.count(other["event_id"]) == 1


def test_faults_are_told_in_the_language_asked_for(door):
    bad = {"event_type": "council_meeting_held"}
    persian = door.post(bad, Accept_Language="fa-IR, en;q=0.5")
    english = door.post(bad, Accept_Language="en")
    assert persian.status_code == english.status_code == 422
    assert persian.headers["Content-Language"] == "fa"
    assert english.headers["Content-Language"] == "en"
    fa, en = (a.json()["results"][0]["errors"] for a in (persian, english))
    assert [(e["pointer"], e["code"]) for e in fa] == [(e["pointer"], e["code"]) for e in en]
    assert all(any("\u0600" <= c <= "\u06ff" for c in e["detail"]) for e in fa)
    assert all(e["detail"].isascii() for e in en)


def test_nothing_happens_in_the_future(door):
    now = datetime.datetime.now(datetime.timezone.utc)
    tehran = (now + datetime.timedelta(hours=3, minutes=30)).date()
    assert door.post(meeting(occurred_on=tehran.isoformat())).status_code == 201
    answer = door.post(meeting(
        occurred_on=(tehran + datetime.timedelta(days=1)).isoformat(),
        posted_at=(now + datetime.timedelta(minutes=6)).isoformat()))
    assert answer.status_code == 422
    assert faults(answer.json()["results"][0]) == [("/occurred_on", "FUTURE"),
                                                   ("/posted_at", "FUTURE")]
    assert door.post(meeting(posted_at=(
        now + datetime.timedelta(minutes=4)).isoformat())).status_code == 201


def test_the_example_client_posts_what_is_good(door, tmp_path):
    source = tmp_path / "events.ndjson"
    events = [meeting() for _ in range(1203)]
    events[700]["place_code"] = "2401"
    source.write_text("".join(json.dumps(e) + "\n" for e in events), "utf-8")
    done = door.stack.run(ROOT / "deploy" / "examples" / "post_events.py", source, env={
        **door.stack.environment, "MAHALLE_GATEWAY": door.url, "MAHALLE_API_KEY": door.key})
    assert (done.returncode, done.stdout) == (1, b"1202 accepted, 1 invalid\n"), done.stderr
    assert b"/place_code" in done.stderr


# ------------------------------------------------------------------- formats


def test_ndjson_line_by_line(door):
    lines = [json.dumps(meeting()), "{", "", json.dumps(meeting())]
    answer = door.post("\n".join(lines), Content_Type="application/x-ndjson")
    assert (answer.status_code, statuses(answer)) == (
        207, ["accepted", "invalid", "accepted"])
    assert faults(answer.json()["results"][1]) == [("", "JSON")]


def cloud_event(**attributes):
    return CloudEvent(
        attributes={"id": str(uuid.uuid4()), "type": "cleanup_held",
                    "source": "/agencies/environment",
                    "time": datetime.datetime(2025, 10, 10, 8, tzinfo=datetime.timezone.utc),
                    **attributes},
        data={k: v for k, v in CLEANUP.items()
              if k not in ("event_id", "event_type", "agency_code")})


def test_cloudevents_sdk_posts_in_every_mode(door):
    binary, structured = cloud_event(), cloud_event(datacontenttype="application/json")
    for message in (to_binary_event(binary), to_structured_event(structured)):
        answer = door.request("POST", "/v1/events", message.body, **{
            n.replace("-", "_"): v for n, v in message.headers.items()})
        assert answer.status_code == 201, answer.text
    batch = [json.loads(JSONFormat().write(cloud_event())) for _ in range(3)]
    answer = door.post(batch, Content_Type="application/cloudevents-batch+json")
    assert (answer.status_code, statuses(answer)) == (201, ["accepted"] * 3)
    again = door.post(JSONFormat().write(binary), Content_Type="application/cloudevents+json")
    assert (again.status_code, again.json()["results"][0]["id"]) == (
        200, binary.get_id())


def test_cloudevents_attributes_are_the_envelope(door):
    event = {"specversion": "1.0", "id": "letter 7", "type": "cleanup_held",
             "source": "/agencies/environment", "time": "2025-10-10T08:00:00Z",
             "revision": 2, "op": "CORRECT", "traceparent": "00-1",
             "data": {"occurred_on": "1404/07/18", "place_code": "c1196",
                      "place_kind": "TOURISM_AREA", "correction_reason": "OTHER"}}
    structured = "application/cloudevents+json"
    answer = door.post(event, Content_Type=structured)
    assert answer.status_code == 201, answer.text
    headers = {f"ce_{n}": str(v) for n, v in event.items() if n != "data"}
    again = door.request("POST", "/v1/events", json.dumps(event["data"]),
                         Content_Type="application/json", **{
                             **headers, "ce_id": "letter%207"})
    assert (again.status_code, statuses(again)) == (200, ["duplicate"]), again.text
    for change, expected in (
            ({"source": "environment"}, [("/agency_code", "SOURCE")]),
            ({"specversion": "0.3"}, [("/specversion", "ENUM")]),
            ({"data": [1]}, [("/data", "TYPE")]),
            ({"data": {**event["data"], "event_id": "x"}}, [("/event_id", "UNKNOWN_FIELD")]),
            ({"time": "2025-10-12T08:00:00Z"}, [("/occurred_at", "DAY")])):
        answer = door.post({**event, **change}, Content_Type=structured)
        assert answer.status_code == 422
        found = faults(answer.json()["results"][0])
        assert set(expected) <= set(found), answer.text
        assert ("/agency_code", "REQUIRED") not in found


# -------------------------------------------------- refusals of whole requests

CLOUD = "application/cloudevents+json"
BINARY = {"Content_Type": "application/json", "ce_specversion": "1.0", "ce_id": "7",
          "ce_type": "cleanup_held", "ce_source": "/agencies/environment"}


@pytest.mark.parametrize("status, body, headers", [
    (400, "", {}), (400, "[]", {}), (400, " [ ] ", {}), (400, "[{}", {}), (400, "{\"a\":", {}),
    (400, "[{\"a\": tru}]", {}), (400, b"[{\"a\":\"\xff\"}]", {}), (422, "[1, \"x\"]", {}),
    (422, "7", {}), (400, "\n", {"Content_Type": "application/x-ndjson"}),
    (400, "hello", {}), (400, "[hello]", {}), (400, "\xef\xbb\xbf".encode("latin-1"), {}),
    (400, "{} {}", {}), (400, ' {"specversion":', {"Content_Type": CLOUD}), (400, "x", BINARY),
    (400, "\xef\xbb\xbf".encode("latin-1"), {"Content_Type": CLOUD}),
    (400, ' {"occurred_on":', BINARY), (422, "[1]", BINARY), (422, "null", BINARY),
    (401, "[]", {"Authorization": ""}), (401, "[]", {"Authorization": "Bearer x"}),
    (401, "[]", {"Authorization": "Basic eDp5"}),
    (401, "[]", {"Authorization": "Bearer mhl_0123456789_" + "0" * 64}),
    (413, "[" + ",".join(["{}"] * 501) + "]", {}), (413, " " * (1024 * 1024) + "{}", {}),
    (415, "{}", {"Content_Type": "text/plain"}), (415, "{}", {"Content_Type": ""}),
    (415, "{}", {"Content_Type": "application/json; charset=windows-1256"}),
    (415, "{}", {"Content_Encoding": "gzip"})])
def test_a_request_is_refused_as_a_whole(door, status, body, headers):
    answer = door.post(body, **headers)
    assert answer.status_code == status
    if status != 422:
        assert answer.headers["Content-Type"] == "application/problem+json"
        assert answer.json()["status"] == status and answer.json()["title"]
    if status == 401:
        assert answer.headers["WWW-Authenticate"] == "Bearer"


def test_a_body_of_the_greatest_size_is_taken(door):
    text = json.dumps([meeting()])
    assert door.post(text + " " * (1024 * 1024 - len(text))).status_code == 201
    assert door.post([meeting() for _ in range(500)]).status_code == 201


@pytest.mark.parametrize("status, method, path", [
    (404, "GET", "/nothing"), (404, "GET", "/v1/events/"), (404, "GET", "/%2e%2e/etc/passwd"),
    (404, "GET", "/v1/events%00"), (404, "POST", "/v1/events/"), (404, "GET", "//v1/events"),
    (405, "GET", "/v1/events"), (405, "DELETE", "/v1/events"), (405, "PUT", "/openapi.json"),
    (405, "POST", "/metrics")])
def test_paths_are_exactly_these(door, status, method, path):
    answer = door.raw(f"{method} {path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n"
                      "Authorization: Bearer KEY\r\n\r\n")
    assert answer.startswith(f"HTTP/1.1 {status} "), answer
    body = json.loads(answer.split("\r\n\r\n")[1])
    assert body["status"] == body["error_code"] == status
    if status == 405:
        assert "\r\nAllow: " in answer


# ---------------------------------------------------------------------- keys


def test_grants_are_the_keys_own(door):
    bearer = key_of(door, "environment", "--type", "cleanup_held", "--type",
                    "environment_awareness_held", "--county", "2402")
    good = {**CLEANUP, "event_id": str(uuid.uuid4())}
    county, = [r[0] for r in door.stack.rows(
        "SELECT DISTINCT county_code FROM core.place WHERE place_code = %s", good["place_code"])]
    answer = door.post(good, Authorization=bearer)
    granted = county == "2402"
    assert answer.status_code == (201 if granted else 403), answer.text
    own = key_of(door, "environment", "--county", county)
    assert door.post(good, Authorization=own).status_code in (200, 201)
    answer = door.post([good, meeting()], Authorization=bearer)
    result = answer.json()["results"][1]
    assert result["status"] == "forbidden"
    errors = {e["pointer"]: e for e in result["errors"]}
    assert set(errors) == {"/agency_code", "/event_type", "/place_code"}
    assert all(e["code"] == "GRANT" for e in errors.values())
    assert errors["/event_type"]["got"] == "council_meeting_held"
    assert "cleanup_held" in errors["/event_type"]["expected"]
    assert errors["/agency_code"]["got"] == "governorate"
    assert door.post(meeting(), Authorization=bearer).status_code == 403


def test_a_revoked_key_is_refused_within_5_s(door):
    old, new = key_of(door, "governorate"), key_of(door, "governorate")
    assert door.post(meeting(), Authorization=old).status_code == 201
    assert door.post(meeting(), Authorization=new).status_code == 201
    door.stack.admin("keys", "revoke", old.split("_")[1])
    wait_for(lambda: door.post(meeting(), Authorization=old).status_code == 401, 5)
    assert door.post(meeting(), Authorization=new).status_code == 201


def test_a_key_has_its_rate(door):
    bearer = key_of(door, "governorate", "--rate", "20")
    time.sleep(1)
    answers = [door.post([meeting() for _ in range(10)], Authorization=bearer)
               for _ in range(5)]
    counts = [a.status_code for a in answers]
    assert counts[:2] == [201, 201] and 429 in counts, counts
    late = next(a for a in answers if a.status_code == 429)
    time.sleep(int(late.headers["Retry-After"]))
    assert door.post(meeting(), Authorization=bearer).status_code == 201


def test_what_a_key_can_never_send_at_once_is_413(door):
    bearer = key_of(door, "governorate", "--rate", "5")
    answer = door.post([meeting() for _ in range(11)], Authorization=bearer,
                       Accept_Language="en")
    assert (answer.status_code, answer.headers.get("Retry-After")) == (413, None)
    assert answer.json()["detail"] == "this key may send 10 events at most in one request"
    persian = door.post([meeting() for _ in range(11)], Authorization=bearer,
                        Accept_Language="fa")
    assert persian.status_code == 413 and "10" in persian.json()["detail"]
    assert door.post([meeting() for _ in range(10)], Authorization=bearer).status_code == 201


def test_no_secret_and_no_content_is_logged(door):
    door.post(meeting(source_ref="CANARY-7"))
    door.post({"event_type": "canary_of_content"})
    secret = door.key.split("_")[2]
    text = door.text()
    assert secret not in text and "CANARY" not in text and "canary" not in text
    assert pathlib.Path(f"/proc/{door.process.pid}/cmdline").read_bytes().find(
        secret.encode()) < 0
    line = next(l for l in reversed(text.splitlines()) if "status=422" in l)
    assert f"key={door.key.split('_')[1]}" in line and "invalid=1" in line


# ------------------------------------------------------ receipts, rejections


def receipt(door, event_id, agency="governorate", **headers):
    return door.get(f"/v1/events/{event_id}?agency_code={agency}", **headers)


def test_a_receipt_tells_where_an_event_stands(door):
    event = meeting(event_id="our letter 12/A")
    stored = door.post(event).json()["results"][0]
    wait_for(lambda: receipt(door, stored["id"]).json()["state"] == "applied", 20)
    answer = receipt(door, stored["id"]).json()
    assert receipt(door, "our%20letter%2012%2FA").status_code == 404   # no / in a name
    assert answer["id"] == stored["id"] and answer["agency_code"] == "governorate"
    assert (answer["partition"], answer["offset"]) == (stored["partition"], stored["offset"])
    assert answer["received_at"] and answer["applied_at"] and answer["errors"] == []
    assert receipt(door, uuid.uuid4()).status_code == 404
    assert door.get(f"/v1/events/{stored['id']}").status_code == 400
    own = key_of(door, "governorate")
    other = key_of(door, "environment")
    assert door.get(f"/v1/events/{stored['id']}", Authorization=own).status_code == 200
    assert door.get(f"/v1/events/{stored['id']}", Authorization=other).status_code == 404
    assert receipt(door, stored["id"], Authorization=other).status_code == 403


def test_rejections_are_of_the_keys_agency(door):
    codes = door.stack.rows("SELECT schema_id FROM core.schema"
                            " WHERE event_type = 'council_meeting_held'")
    event = meeting()
    stored = door.post(event).json()["results"][0]
    record = next(r for r in door.stack.read_log() if r[:2] == (
        stored["partition"], stored["offset"]))
    door.stack.produce([(record[2], record[3].replace(b"c1195-001-C1", b"c1195-002-C1"))])
    own = key_of(door, "governorate")

    def rejected():
        return [r for r in door.get("/v1/rejections", Authorization=own).json()["rejections"]
                if r["id"] == event["event_id"]]

    wait_for(rejected, 20)
    letter, = rejected()
    assert letter["event_type"] == "council_meeting_held" and codes
    assert [e["code"] for e in letter["errors"]] == ["COUNCIL"]
    answer = door.get("/v1/rejections", Authorization=own).json()
    after = door.get(f"/v1/rejections?since={answer['next']}", Authorization=own).json()
    assert after == {"rejections": [], "next": answer["next"]}
    since = door.get("/v1/rejections?since=2020-01-01T00:00:00%2B03:30", Authorization=own)
    assert letter in since.json()["rejections"]
    assert door.get("/v1/rejections?since=x", Authorization=own).status_code == 400
    other = key_of(door, "environment")
    assert door.get("/v1/rejections", Authorization=other).json()["rejections"] == []


# ------------------------------------------------------------ what is public


def test_health_and_metrics_tell_the_truth(door):
    assert door.get("/livez").status_code == 200
    assert door.get("/readyz").json()["ready"] is True
    text = door.get("/metrics").text
    assert 'mahalle_gateway_events_total{status="accepted"}' in text
    assert 'mahalle_gateway_requests_total{route="events",status="201"}' in text
    assert "\nmahalle_gateway_up 1\n" in text and "mahalle_build_info{" in text


def test_a_template_is_the_table_of_a_type(door):
    answer = door.get("/v1/templates/cleanup_held.csv")
    assert answer.headers["Content-Type"].startswith("text/csv")
    assert answer.content.startswith(b"\xef\xbb\xbf")
    assert "کد دستگاه" in answer.content.decode("utf-8-sig")
    assert door.get("/v1/templates/nothing.csv").status_code == 404


def test_the_page_has_a_command_that_works(door):
    page = door.get("/", Accept_Language="fa")
    assert page.headers["Content-Type"].startswith("text/html") and 'dir="rtl"' in page.text
    text = door.get("/").text
    event = json.loads(text[text.index("-d '") + 4:text.index("'\n</pre>")])
    answer = door.post({**event, "source_ref": "PAGE/1"})
    assert answer.status_code == 201, answer.text


def test_clients_of_a_registry_find_every_schema(door):
    from confluent_kafka.schema_registry import SchemaRegistryClient
    client = SchemaRegistryClient({"url": door.url})
    subjects = client.get_subjects()
    assert len(subjects) == 43
    for subject in subjects:
        latest = client.get_latest_version(subject)
        assert client.get_schema(latest.schema_id).schema_str == latest.schema.schema_str
        assert client.lookup_schema(subject, latest.schema).version == 1
    for path, code in (("/schemas/ids/99999", 40403), ("/subjects/x/versions", 40401),
                       (f"/subjects/{subjects[0]}/versions/9", 40402),
                       ("/associations/resources/-/x", 404)):
        answer = door.get(path)
        assert (answer.status_code, answer.json()["error_code"]) == (404, code)
    assert door.get("/schemas/types").json() == ["AVRO"]


def test_a_foreign_deserializer_reads_the_topic(door):
    from confluent_kafka.schema_registry import SchemaRegistryClient
    from confluent_kafka.schema_registry.avro import AvroDeserializer
    from confluent_kafka.serialization import MessageField, SerializationContext
    event = meeting(members_present=11)
    stored = door.post(event).json()["results"][0]
    record = next(r for r in door.stack.read_log() if r[:2] == (
        stored["partition"], stored["offset"]))
    read = AvroDeserializer(SchemaRegistryClient({"url": door.url}))
    value = read(record[3], SerializationContext("mahalle.events", MessageField.VALUE))
    assert str(value["event_id"]) == event["event_id"] and value["members_present"] == 11


def test_openapi_describes_every_type_and_path(door):
    document = door.get("/openapi.json").json()
    assert document["openapi"].startswith("3.1")
    schemas = document["components"]["schemas"]
    for path in ROOT.glob("schemas/events/*/*.v1.avsc"):
        avro = json.loads(path.read_text("utf-8"))
        schema = schemas[avro["eventType"]]
        assert set(schema["properties"]) == {"event_type"} | {
            field["name"] for field in avro["fields"]}
    for path, item in document["paths"].items():
        for method, operation in item.items():
            assert operation["responses"], path
            if method == "get" and "{" not in path and not operation.get("security"):
                assert str(door.get(path).status_code) in operation["responses"]
