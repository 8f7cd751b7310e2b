# SPDX-License-Identifier: Apache-2.0
"""Secrets and contents of events are known words here, and are looked for in
everything that the programs say: logs (with all of librdkafka's), metrics,
status, health, arguments, the details of dead letters."""

import json
import pathlib
import subprocess
import urllib.error
import urllib.request

import psycopg
import pytest

from harness.monitor import url_of
from harness.stack import tail, wait_for
from oracle import decode, intake

PASSWORD, SASL, CONTENT = "PgC4nary-7Q", "SaslC4nary-8R", "C4NARY-EVENT-9S"
PAGES = ("/metrics", "/status", "/", "/livez", "/readyz", "/v1/events", "/openapi.json")
SERVICES = {  # and the role of its login
    "aggregate": "mahalle_writer", "lag": "mahalle_ops", "gateway": "mahalle_gateway"}
MEETING = {"event_type": "council_meeting_held", "occurred_on": "2025-10-13", "revision": 1,
           "posted_at": "2025-10-13T12:00:00Z", "agency_code": "governorate",
           "place_code": "c1195-001", "council_code": "c1195-001-C1", "members_present": 5}


def fetch(url, key, event=None):
    """(status, text) of an answer."""
    body = None if event is None else json.dumps(event).encode()
    request = urllib.request.Request(url, body, {
        "Authorization": f"Bearer {key}", "Content-Type": "application/json"})
    try:
        with urllib.request.urlopen(request, timeout=20) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8")


class Programs:
    """Services with a configuration of their own; all that they ever say."""

    def __init__(self, stack, folder):
        self.stack, self.folder, self.processes = stack, folder, []
        self.said = []
        self.environment = {k: v for k, v in stack.environment.items()
                            if not k.startswith("MAHALLE_PG")}

    def configuration(self, role, **changes):
        """A file for --config, with every secret in it."""
        settings = {
            "pg": psycopg.conninfo.make_conninfo(
                self.stack.environment["MAHALLE_PG"], user=f"{role}_canary", password=PASSWORD),
            "kafka.sasl.username": "canary", "kafka.sasl.password": SASL,
            "kafka.ssl.key.password": SASL, "kafka.debug": "all", "log-level": "3", **changes}
        path = self.folder / f"{len(list(self.folder.iterdir()))}.conf"
        path.write_text("".join(f"{k} = {v}\n" for k, v in settings.items() if v is not None))
        path.chmod(0o600)
        return path

    def start(self, service, **changes):
        log = self.folder / f"{service}-{len(self.processes)}.log"
        conf = self.configuration(SERVICES[service], **changes)
        environment = {**self.environment, "MAHALLE_LISTEN": "127.0.0.1:0"}
        with open(log, "wb") as out:
            process = subprocess.Popen([f"mahalle-{service}", "--config", conf], stdout=out,
                                       stderr=out, env=environment)
        process.log = log
        self.processes.append(process)
        return process

    def run(self, program, *words, code=0, role="mahalle_writer", text=None, without=()):
        conf = self.configuration(role, **{name: None for name in without})
        done = subprocess.run([program, "--config", conf, *words], input=text, text=True,
                              capture_output=True, env=self.environment, timeout=60)
        assert done.returncode == code, done.stdout[-500:] + done.stderr[-500:]
        self.said.append((f"{program} {words}", done.stdout + done.stderr))
        return done.stdout + done.stderr

    def look_at(self, process):
        """Arguments and pages of a running service."""
        command = pathlib.Path(f"/proc/{process.pid}/cmdline").read_bytes()
        self.said.append((f"arguments of {process.args}", command.decode()))
        url = url_of(process)
        for page in PAGES:
            self.said.append((url + page, fetch(url + page, PASSWORD)[1]))

    def stop(self):
        for process in self.processes:
            process.terminate()
        for process in self.processes:
            process.wait(20)

    def find(self, *words):
        """Where one of these words was said."""
        texts = self.said + [(p.log.name, p.log.read_text("utf-8", "replace"))
                             for p in self.processes]
        return [f"{where}: {line[:300]}" for where, text in texts
                for line in text.splitlines() if any(word in line for word in words)]


@pytest.fixture
def programs(stack, tmp_path):
    with stack.superuser() as connection:
        for role in SERVICES.values():
            connection.execute(
                f"CREATE ROLE {role}_canary LOGIN PASSWORD '{PASSWORD}' IN ROLE {role}")
    made = Programs(stack, tmp_path)
    yield made
    made.stop()
    with stack.superuser() as connection:
        for role in SERVICES.values():
            connection.execute(f"DROP ROLE {role}_canary")


def records(contract):
    """A good one, a repeat, a conflict, one of nobody known, and two that are broken."""
    def record(**changes):
        event, faults = intake.read_flat({**MEETING, "source_ref": CONTENT, **changes}, contract)
        assert not faults
        return event

    def encode(event):
        return decode.encode({k: v for k, v in event.items() if v is not None}, contract)

    good, other = record(), record(members_present=6)
    stranger = {**record(), "agency_code": "nobody_at_all"}
    value = encode(good)
    return [(event["event_id"], encode(event)) for event in (good, good, other, stranger)] + [
        (CONTENT, value[:-1]), (CONTENT, b"\0" + CONTENT.encode())]


def test_no_program_tells_a_secret_or_what_an_event_says(stack, contract, programs):
    services = [programs.start(name) for name in SERVICES]
    stack.produce(records(contract))
    wait_for(lambda: sum(stack.fates()[fate] for fate in ("applied", "duplicate", "dead")) >= 6,
             30, lambda: tail(services[0].log))
    key = stack.admin("keys", "create", "--agency", "governorate").split()[-1]
    events = url_of(services[-1]) + "/v1/events"
    event = {**MEETING, "source_ref": CONTENT}
    wait_for(lambda: fetch(events, key, event)[0] in (200, 201), 10)
    for status, used, changes in ((422, key, {"members_present": CONTENT}),
                                  (422, key, {"source_ref": f"{CONTENT} 0012345679"}),
                                  (422, key, {CONTENT: 1}), (401, SASL, {})):
        assert fetch(events, used, {**event, **changes})[0] == status
    programs.said.append(("keys", stack.admin("keys", "list")))
    programs.run("mahalle-post", "-", text=json.dumps(event),
                 without=["pg", "log-level"])
    programs.said.append(("dead letters", stack.admin("dead-letters", "list")))
    programs.said.append(("details", str(stack.rows("SELECT d::text FROM ops.dead_letter d"))))
    for process in services:
        programs.look_at(process)
        assert process.poll() is None
    # what else is said when the servers go away
    stack.down("postgres")
    wait_for(lambda: "PG_DOWN" in services[0].log.read_text(), 30)
    stack.up()
    programs.stop()
    assert programs.find(PASSWORD, SASL, CONTENT, key) == []
    said = services[0].log.read_text()
    assert "sasl.password" in said and len(said) > 10_000  # it did tell all else


def test_no_mistake_of_an_operator_shows_a_secret(stack, programs):
    process = programs.start("aggregate", pg=stack.environment["MAHALLE_PG"].replace(
        "//mahalle_admin_login:", f"//mahalle_writer_canary:{SASL}"))
    wait_for(lambda: "authentication failed" in process.log.read_text(), 20,
             lambda: tail(process.log))
    unreadable = programs.start("aggregate", pg=f"postgresql://u:{PASSWORD}@[::1/x")
    assert unreadable.wait(20) == 2
    for words in (["--pg", PASSWORD], [f"--pg={PASSWORD}"],
                  ["--kafka", f"sasl.password={PASSWORD}"], [f"--kafka=sasl.password={PASSWORD}"]):
        programs.run("mahalle-aggregate", *words, code=2)
    programs.run("mahalle-admin", "db", "install", code=4, without=["log-level"])
    assert programs.find(PASSWORD, SASL) == []
