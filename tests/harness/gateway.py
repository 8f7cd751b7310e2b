# SPDX-License-Identifier: Apache-2.0
"""mahalle-gateway for tests: started beside a stack, posted to with requests."""

import json
import re
import signal
import socket
import subprocess
import time
import uuid

import requests

from harness.stack import tail, wait_for


MEETING = {"event_type": "council_meeting_held", "occurred_on": "1404/07/21",
           "agency_code": "governorate", "place_code": "c1195-001",
           "council_code": "c1195-001-C1"}


def meeting(**changes):
    """A good event with an id of its own."""
    event = {"event_id": str(uuid.uuid4()), **MEETING, **changes}
    return {k: v for k, v in event.items() if v is not None}


class Gateway:
    def __init__(self, stack, *arguments, scheme="http", **environment):
        stack.started += 1
        self.log = stack.directory / "log" / f"gateway-{stack.started}.log"
        with open(self.log, "wb") as log:
            self.process = subprocess.Popen(
                ["mahalle-gateway", "--listen", "127.0.0.1:0", *map(str, arguments)],
                stdout=log, stderr=log, env={**stack.environment, **environment})
        stack.gateways.append(self.process)
        wait_for(lambda: self.process.poll() is not None or "listen=" in self.text(),
                 10, self.tail)
        found = re.search(r"listen=\w+://127\.0\.0\.1:(\d+)", self.text())
        assert found, self.tail()
        self.port = int(found.group(1))
        self.url = f"{scheme}://127.0.0.1:{self.port}"
        self.session = requests.Session()
        self.session.trust_env = False   # neither proxies nor other certificates
        self.key = None

    def text(self):
        return self.log.read_text("utf-8")

    def tail(self):
        return tail(self.log)

    def wait_ready(self, within=15):
        wait_for(lambda: self.get("/readyz").status_code == 200, within, self.tail)
        return self

    def get(self, path, **headers):
        return self.request("GET", path, None, **headers)

    def request(self, method, path, body, **headers):
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        if self.key and "Authorization" not in headers:
            headers["Authorization"] = f"Bearer {self.key}"
        return self.session.request(method, self.url + path, data=body, timeout=30,
                                    headers={n: v for n, v in headers.items() if v})

    def post(self, events, **headers):
        """One event or a list of them, or the text of a body."""
        if not isinstance(events, (str, bytes)):
            events = json.dumps(events)
        headers.setdefault("Content_Type", "application/json")
        return self.request("POST", "/v1/events", events, **headers)

    def raw(self, text, within=10):
        """All that a socket is answered to these bytes, until it is closed."""
        if isinstance(text, str):
            text = text.encode()
        with socket.create_connection(("127.0.0.1", self.port), within) as client:
            client.settimeout(within)
            client.sendall(text.replace(b"KEY", (self.key or "").encode()))
            answer = b""
            try:
                while piece := client.recv(65536):
                    answer += piece
            except ConnectionResetError:
                answer += b"<reset>"
            except socket.timeout:
                answer += b"<open>"
        return answer.decode("utf-8", "replace")

    def rss_kib(self):
        with open(f"/proc/{self.process.pid}/status", encoding="ascii") as source:
            return int(re.search(r"VmRSS:\s+(\d+)", source.read()).group(1))

    def kill(self):
        self.session.close()
        self.process.kill()
        self.process.wait()

    def stop(self, within=11):
        """Ask it to stop; it must end with exit code 0."""
        self.session.close()
        self.process.send_signal(signal.SIGTERM)
        begun = time.monotonic()
        code = self.process.wait(within)
        assert code == 0, f"exit {code}\n{self.tail()}"
        return time.monotonic() - begun


def make_key(stack, agency="*", *arguments):
    return stack.admin("keys", "create", "--agency", agency, *arguments).splitlines()[-1]
