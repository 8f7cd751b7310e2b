# SPDX-License-Identifier: Apache-2.0
"""mahalle-lag while it serves, and what it says."""

import json
import re
import subprocess
import time
import urllib.error
import urllib.request

from harness.stack import tail, wait_for

LISTENS = re.compile(r"listen=(http://\S+)")


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


class Monitor:
    """Reads PostgreSQL with the rights of mahalle_ops alone."""

    def __init__(self, stack, folder):
        self.environment = {**stack.environment,
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

    def wait(self, status, within):
        """Until the group has this status; seconds that took, and what it says then."""
        start = time.monotonic()
        wait_for(lambda: self.status()["status"] == status, within,
                 lambda: f"{self.status()}\n{tail(self.process.log)}")
        return time.monotonic() - start, self.status()
