# SPDX-License-Identifier: Apache-2.0
"""mahalle-lag while it serves, and what it says."""

import json
import os
import re
import subprocess
import time
import urllib.error
import urllib.request

from harness.stack import tail, wait_for
from oracle import decode, intake

RIGHT_S = 2          # the lag is right within this, on a machine that is not busy
BUSY_S = 6           # and on one that is
PROMISED_S = 60      # a status is found within this


LISTENS = re.compile(r"listen=(http://\S+)")


def right_s():
    """Within how many seconds the lag is right now; MAHALLE_STRICT=1 knows no excuse."""
    quiet = os.getloadavg()[0] < os.cpu_count()
    return RIGHT_S if quiet or os.environ.get("MAHALLE_STRICT") == "1" else BUSY_S


def url_of(process):
    """Where a program listens, by its log."""
    wait_for(lambda: LISTENS.search(process.log.read_text()), 20,
             lambda: tail(process.log))
    return LISTENS.search(process.log.read_text())[1]


def get(url, timeout=5):
    """(status code, text)"""
    try:
        with urllib.request.urlopen(url, timeout=timeout) as answer:
            return answer.status, answer.read().decode("utf-8")
    except urllib.error.HTTPError as error:
        with error:
            return error.code, error.read().decode("utf-8")


def samples(text):
    """{'name{labels}': value} of a page of metrics."""
    return {line.rsplit(" ", 1)[0]: float(line.rsplit(" ", 1)[1])
            for line in text.splitlines() if line and line[0] != "#"}


def meetings(contract, count):
    """Good records: (key, value)."""
    first = time.time_ns()
    events = [intake.read_flat({
        "event_type": "council_meeting_held", "event_id": f"m{first + number}",
        "occurred_on": "2025-10-13", "agency_code": "governorate",
        "place_code": "c1195-001", "council_code": "c1195-001-C1"}, contract)[0]
        for number in range(count)]
    return [(event["event_id"], decode.encode(event, contract)) for event in events]


def put(stack, contract, count, partition):
    """Good records in one partition."""
    return stack.produce([(*record, partition) for record in meetings(contract, count)])


def owners(stack):
    """{owner: [partition]} as PostgreSQL has it."""
    found = {}
    for owner, partition in stack.rows(
            "SELECT owner, partition FROM ops.partition_progress ORDER BY partition"):
        found.setdefault(owner, []).append(partition)
    return found


def resources(pid):
    """(peak of resident memory in MiB, CPU seconds)"""
    with open(f"/proc/{pid}/status", encoding="ascii") as source:
        peak = int(re.search(r"VmHWM:\s*(\d+)", source.read())[1]) / 1024
    with open(f"/proc/{pid}/stat", encoding="ascii") as source:
        fields = source.read().rsplit(")", 1)[1].split()
    return peak, (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")


class Monitor:
    """Reads PostgreSQL with the rights of mahalle_ops alone."""

    def __init__(self, stack, folder, **environment):
        self.environment = {**stack.environment, **environment,
                            "MAHALLE_PG": stack.environment["MAHALLE_PG_OPS"]}
        log = folder / "lag.log"
        with open(log, "wb") as out:
            self.process = subprocess.Popen(
                ["mahalle-lag", "serve", "--listen", "127.0.0.1:0"], stdout=out, stderr=out,
                env=self.environment)
        self.process.log = log
        self.stack = stack
        self.url = url_of(self.process)
        wait_for(lambda: get(self.url + "/readyz")[0] == 200, 60,
                 lambda: self.text("/readyz") + tail(self.process.log))

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        try:
            assert self.process.wait(10) == 0, tail(self.process.log)
        finally:
            self.process.kill()

    def text(self, path):
        return get(self.url + path)[1]

    def status(self):
        return json.loads(self.text("/status"))

    def metrics(self):
        return samples(self.text("/metrics"))

    def once(self):
        """mahalle-lag status --json: (exit code, what it says)."""
        done = self.stack.run("mahalle-lag", "status", "--json", env=self.environment)
        return done.returncode, json.loads(done.stdout) if done.stdout else {}

    def part(self, partition):
        return next(p for p in self.status()["partitions"] if p["partition"] == partition)

    def by_status(self):
        """{status: [partition]}"""
        found = {}
        for part in self.status()["partitions"]:
            found.setdefault(part["status"], []).append(part["partition"])
        return found

    def wait_lag(self, expected, within=0):
        """Until each of these partitions has this lag in records."""
        def lag():
            return {p["partition"]: p["lag_records"] for p in self.status()["partitions"]
                    if p["partition"] in expected}
        wait_for(lambda: lag() == expected, within or right_s(), lag)

    def wait(self, status, within):
        """Until the group has this status; seconds that took, and what it says then."""
        start = time.monotonic()
        wait_for(lambda: self.status()["status"] == status, within,
                 lambda: f"{self.status()}\n{tail(self.process.log)}")
        return time.monotonic() - start, self.status()
