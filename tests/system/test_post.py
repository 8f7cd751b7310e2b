# SPDX-License-Identifier: Apache-2.0
"""mahalle-post as its users see it: exit codes, rejects, repeats."""

import concurrent.futures
import json
import shutil
import signal
import socket
import subprocess
import time

from harness.stack import ROOT, wait_for
from harness.verdicts import assert_like_log

MEETING = {"event_type": "council_meeting_held", "source_ref": "N-1",
           "occurred_on": "1404/07/21", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1"}


def line(**changes):
    return json.dumps({k: v for k, v in {**MEETING, **changes}.items() if v is not None})


def in_kafka(stack):
    return sum(stack.end_offsets().values())


def test_good_lines_exit_0(stack):
    done, refused = stack.post([line(), line(source_ref="N-2")])
    assert (done.returncode, refused, in_kafka(stack)) == (0, [], 2)


def test_refused_lines_exit_1_and_the_others_go(stack):
    lines = [line(), line(place_code="2401"), "{", line(source_ref="N-2"),
             line(source_ref=None)]
    done, refused = stack.post(lines)
    assert (done.returncode, in_kafka(stack)) == (1, 2)
    assert [r["line"] for r in refused] == [2, 3, 5]
    assert [sorted((e["pointer"], e["code"]) for e in r["errors"]) for r in refused] == [
        [("/council_code", "COUNCIL"), ("/place_code", "COARSEST_PLACE")],
        [("", "JSON")], [("/event_id", "REQUIRED")]]
    for reject, text in zip(refused, (lines[1], lines[2], lines[4])):
        assert set(reject) >= {"file", "line", "errors", "input"}
        assert reject["input"] in (text, json.loads(text) if text != "{" else text)
        for error in reject["errors"]:
            assert set(error) >= {"pointer", "code", "detail", "expected", "got"}


def test_without_rejects_they_are_told_on_stderr(stack):
    done = stack.run("mahalle-post", "-", input=line(place_code="2401").encode() + b"\n")
    assert done.returncode == 1
    assert b"COARSEST_PLACE" in done.stderr


def test_type_fills_in_what_lines_lack(stack):
    done, refused = stack.post([line(event_type=None)], "--type", "council_meeting_held")
    assert (done.returncode, refused, in_kafka(stack)) == (0, [], 1)
    done, refused = stack.post([line(event_type=None)])
    assert [e["pointer"] for r in refused for e in r["errors"]] == ["/event_type"]


def test_dry_run_stores_nothing_and_needs_no_server(stack):
    nowhere = {**stack.environment, "MAHALLE_BROKERS": "127.0.0.1:1"}
    done, refused = stack.post([line(), "{"], "--dry-run", env=nowhere)
    assert (done.returncode, len(refused), in_kafka(stack)) == (1, 1, 0)


def test_wrong_flags_exit_2(stack):
    for arguments in (["--no-such-flag"], ["--type", "no_such_type", "-"],
                      ["/no/such/file"], []):
        done = stack.run("mahalle-post", *arguments, input=b"")
        assert done.returncode == 2, arguments
        assert done.stderr


def test_help_and_version_exit_0(stack):
    for program in ("mahalle-post", "mahalle-aggregate", "mahalle-admin"):
        for flag in ("--help", "--version"):
            done = stack.run(program, flag)
            assert done.returncode == 0 and done.stdout, (program, flag)


def test_silent_broker_exit_5_within_60_s(stack):
    """A port that takes connections and says nothing, and a closed one."""
    def post(port):
        start = time.monotonic()
        done, _ = stack.post([line()], env={
            **stack.environment, "MAHALLE_BROKERS": f"127.0.0.1:{port}"})
        assert done.returncode == 5, done.stderr.decode()
        return time.monotonic() - start

    with socket.create_server(("127.0.0.1", 0)) as silent, \
            concurrent.futures.ThreadPoolExecutor() as both:
        assert max(both.map(post, (silent.getsockname()[1], 1))) < 65


def test_bad_schemas_exit_3(stack, tmp_path):
    copy = tmp_path / "schemas"
    shutil.copytree(ROOT / "schemas", copy)
    next(copy.glob("events/*/*.avsc")).write_text("{", "utf-8")
    done, _ = stack.post([line()], "--schemas", copy)
    assert (done.returncode, in_kafka(stack)) == (3, 0)
    for arguments in (["mahalle-post", "--dry-run", "-"], ["mahalle-admin", "db", "install"]):
        done = stack.run(*arguments, "--schemas", tmp_path / "none", input=b"")
        assert (done.returncode, b"none" in done.stderr) == (3, True), arguments


PLACES = "place_code,level,name_fa,name_en,province_code,county_code,settlement_code\n"


def load_village(stack, folder, code):
    """A file places.csv, as each of them is called."""
    folder.mkdir()
    (folder / "places.csv").write_text(f"{PLACES}{code},village,ده,Deh,24,2401,{code}\n", "utf-8")
    stack.admin("reference", "load", folder / "places.csv")


def at(place):
    return line(place_code=f"{place}-001", council_code=f"{place}-001-C1")


def test_reference_data_of_files_of_one_name_add_up(stack, tmp_path):
    """As the database knows them; and no longer when that is a new one."""
    lines = [at("v888001"), at("v888002")]
    load_village(stack, tmp_path / "a", "v888001")
    load_village(stack, tmp_path / "b", "v888002")
    done, refused = stack.post(lines, "--dry-run")
    assert (done.returncode, refused) == (0, []), done.stderr.decode()
    with stack.superuser() as connection:
        connection.execute("DROP DATABASE mahalle WITH (FORCE)")
        connection.execute("CREATE DATABASE mahalle TEMPLATE installed OWNER mahalle_owner")
    stack.admin("db", "install")
    _, refused = stack.post(lines, "--dry-run")
    assert [r["errors"][0]["code"] for r in refused] == ["PLACE", "PLACE"]


def test_a_running_post_takes_up_what_was_loaded(stack, tmp_path):
    """It looks once a second, before it refuses a line."""
    post = stack.start_post("--dry-run", "--rejects", tmp_path / "rejects")
    post.stdin.write(at("v888001").encode() + b"\n")
    post.stdin.flush()
    wait_for(lambda: (tmp_path / "rejects").exists(), 10)
    load_village(stack, tmp_path / "a", "v888001")
    time.sleep(1)
    out, _ = post.communicate(at("v888001").encode() + b"\n", 30)
    assert (post.returncode, len((tmp_path / "rejects").read_text().splitlines())) == (1, 1), out


def test_several_files_count_their_own_lines(stack, tmp_path):
    for name in ("a", "b"):
        (tmp_path / name).write_text(line() + "\n{\n", "utf-8")
    done = stack.run("mahalle-post", "--rejects", tmp_path / "r", tmp_path / "a", tmp_path / "b")
    assert done.returncode == 1
    rows = [json.loads(text) for text in (tmp_path / "r").read_text().splitlines()]
    assert [(r["file"].rsplit("/", 1)[-1], r["line"]) for r in rows] == [("a", 2), ("b", 2)]


def test_interrupted_post_is_simply_repeated(stack, contract, tmp_path):
    source = tmp_path / "load.ndjson"
    subprocess.run([ROOT / "tests" / "demo" / "generate", "--scale", "40000",
                    "--output", source], check=True)
    stack.start_consumer()
    for how in (signal.SIGKILL, signal.SIGTERM):
        process = subprocess.Popen(["mahalle-post", source], env=stack.environment,
                                   stderr=subprocess.PIPE)
        before = in_kafka(stack)
        wait_for(lambda: in_kafka(stack) > before or process.poll() is not None, 30)
        process.send_signal(how)
        process.communicate(timeout=30)
    done = stack.run("mahalle-post", source)
    assert done.returncode == 0, done.stderr.decode()
    stack.wait_applied()
    log = assert_like_log(stack, contract, days=())
    assert log.letters == []
    distinct = len(set(source.read_text().splitlines()))
    assert log.fates["applied"] == distinct
