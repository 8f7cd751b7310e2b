# SPDX-License-Identifier: Apache-2.0
"""Behind a proxy that keeps its connections to the gateway: both see the same
requests, so that nobody hides one in the body of another."""

import re
import socket
import subprocess

import pytest

from harness.gateway import Gateway, meeting
from harness.stack import wait_for

# It refuses what is to be hidden; its connections to the gateway are shared.
CONFIGURATION = """
global
    log stdout format raw local0
defaults
    mode http
    log global
    option httplog
    option http-keep-alive
    http-reuse always
    timeout client 2s
    timeout connect 2s
    timeout server 5s
frontend front
    bind 127.0.0.1:{front}
    http-request deny deny_status 410 if {{ query -m str hidden }}
    default_backend gate
backend gate
    server gate 127.0.0.1:{gate} maxconn 1
"""

HEAD = "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\n" \
       "Content-Type: application/json\r\n"


@pytest.fixture(scope="module")
def proxy(door, tmp_path_factory):
    """haproxy before the gateway, with a port and a log."""
    folder = tmp_path_factory.mktemp("proxy")
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    (folder / "configuration").write_text(CONFIGURATION.format(front=port, gate=door.port))
    with open(folder / "log", "wb") as log:
        process = subprocess.Popen(["/usr/sbin/haproxy", "-db", "-f", folder / "configuration"],
                                   stdout=log, stderr=log)
    front = Front(port, door.key, folder / "log")
    wait_for(front.listens, 10, front.text)
    yield front
    process.terminate()
    process.wait()


class Front:
    """The address of the proxy, asked as a gateway is."""

    def __init__(self, port, key, log):
        self.port, self.key, self.log = port, key, log

    raw = Gateway.raw

    def listens(self):
        with socket.socket() as client:
            return client.connect_ex(("127.0.0.1", self.port)) == 0

    def text(self):
        return self.log.read_text("utf-8")

    def passed(self):
        """Posts that it has sent to the gateway."""
        return len(re.findall(r'gate/gate .*"POST /v1/events HTTP', self.text()))


def heard(door):
    """Posts that the gateway has answered."""
    return len(re.findall(r'audit .*route="events"', door.text()))


def is_unknown(door, event):
    """Whether the gateway has stored nothing under that id."""
    return door.get(f"/v1/events/{event['event_id']}?agency_code=governorate").status_code == 404


def body_of(event):
    return "{%s}" % ",".join(f'"{k}":"{v}"' for k, v in event.items())


def post(event, head="", more=""):
    body = body_of(event)
    return f"{HEAD.replace('events ', 'events' + more + ' ')}{head}Content-Length: {len(body)}\r\n\r\n{body}"


CHUNKED = "Transfer-Encoding: chunked\r\n"
END = "0\r\n\r\n"          # of a body in pieces
LENGTH = "Content-Length: {all}\r\n"


# {all}: bytes of the end of a body in pieces and of what is hidden behind it;
# {hidden}: of that alone. What is hidden follows in the body, or as a piece of it.
@pytest.mark.parametrize("head, body", [
    (LENGTH + CHUNKED, "end"), (CHUNKED + LENGTH, "end"),
    (CHUNKED + "Content-Length: 4\r\n", "piece"), ("Content-Length: 4\r\n" + CHUNKED, "piece"),
    (LENGTH + CHUNKED + "Transfer-Encoding: x\r\n", "end"),
    (LENGTH + "Transfer-Encoding: x\r\n" + CHUNKED, "end"),
    (LENGTH + "Transfer-Encoding: xchunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding : chunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding:\tchunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding:\x0bchunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding: chunked, identity\r\n", "end"),
    (LENGTH + "Transfer-Encoding: identity\r\n", "end"),
    (LENGTH + "Transfer-Encoding: CHUNKED\r\n", "end"),
    (LENGTH + "X: x\nTransfer-Encoding: chunked\r\n", "end"),
    (LENGTH + "X: x\rTransfer-Encoding: chunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding\r\n : chunked\r\n", "end"),
    (LENGTH + "Transfer-Encoding:\r\n chunked\r\n", "end"),
    (LENGTH + " Transfer-Encoding: chunked\r\n", "end"),
    ("Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n", "piece"),
    ("Content-Length: 0\r\nContent-Length: {hidden}\r\n", ""),
    ("Content-Length: {hidden}\r\nContent-Length: 0\r\n", ""),
    ("Content-Length: 0, {hidden}\r\n", ""), ("Content-Length: {hidden}, 0\r\n", ""),
    ("Content-Length:\r\n {hidden}\r\n", ""), ("Content-Length: 0\r\n {hidden}\r\n", ""),
    ("Content-Length: +0\r\n", ""), ("Content-Length : {hidden}\r\n", ""),
    ("Content-Length: {hidden}\r\nConnection: content-length\r\n", ""),
    (CHUNKED + "Connection: transfer-encoding\r\n", "piece"),
    ("Content-Length: {hidden}\r\nExpect: 100-continue\r\n", ""),
    (CHUNKED, "line feed"), (CHUNKED, "hexadecimal"), (CHUNKED, "extension")])
def test_no_request_hides_in_the_body_of_another(door, proxy, head, body):
    hidden_event, canaries = meeting(), [meeting() for _ in range(3)]
    hidden = post(hidden_event, more="?hidden").replace("KEY", door.key)
    bodies = {"": hidden, "end": END + hidden,
              "piece": f"{len(hidden):x}\r\n{hidden}\r\n{END}",
              "line feed": f"2\n[]\n0\n\n{hidden}",
              "hexadecimal": f"0x2\r\n[]\r\n{END}{hidden}",
              "extension": f"2;a=\"\n\"\r\n[]\r\n{END}{hidden}"}
    head = head.format(all=len(END + hidden), hidden=len(hidden))
    before = proxy.passed() - heard(door)
    answer = proxy.raw(f"{HEAD}{head}\r\n{bodies[body]}{post(canaries[0], LAST)}")
    for canary in canaries[1:]:   # over the connection that was used just now, if it lives
        told = proxy.raw(post(canary, LAST))
        assert told.startswith("HTTP/1.1 201 ") and told.count("HTTP/1.1 ") == 1, told
        assert canary["event_id"] in told and hidden_event["event_id"] not in told
    assert hidden_event["event_id"] not in answer and "<open>" not in answer, answer
    wait_for(lambda: proxy.passed() - heard(door) == before, 5,
             lambda: f"{before}\n{proxy.text()[-2000:]}\n{door.text()[-2000:]}")
    assert is_unknown(door, hidden_event)


LAST = "Connection: close\r\n"


def test_what_is_hidden_would_be_stored_if_it_were_found(door, proxy):
    event = meeting()
    assert proxy.raw(post(event, LAST, "?hidden")).startswith("HTTP/1.1 410 ")
    assert is_unknown(door, event)
    assert event["event_id"] in door.raw(post(event, LAST, "?hidden"))
    assert not is_unknown(door, event)
