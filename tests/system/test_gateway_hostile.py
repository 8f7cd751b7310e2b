# SPDX-License-Identifier: Apache-2.0
"""What clients do to mahalle-gateway that mean it ill, or no good."""

import re
import socket
import time

import pytest

from harness.gateway import meeting

POST = "POST /v1/events HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer KEY\r\n" \
       "Content-Type: application/json\r\n"


@pytest.mark.parametrize("head", [
    "Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nContent-Length: 2\r\n\r\n0\r\n\r\n",
    "Content-Length: 2\r\nContent-Length: 2\r\n\r\n{}",
    "Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}",
    "Content-Length: 2, 2\r\n\r\n{}", "Content-Length: +2\r\n\r\n{}",
    "Content-Length: -1\r\n\r\n{}", "Content-Length: 2x\r\n\r\n{}",
    "Content-Length: 99999999999999999999999\r\n\r\n{}",
    "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
    "Content-Length : 2\r\n\r\n{}", "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
    "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
    "Transfer-Encoding: chunked\r\n\r\nxyz\r\n",
    "Host: y\r\nContent-Length: 2\r\n\r\n{}",
    "X\0Y: a\r\nContent-Length: 2\r\n\r\n{}"])
def test_what_two_servers_could_read_in_two_ways_ends_the_connection(door, head):
    smuggled = "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n"
    answer = door.raw(POST + head + smuggled)
    assert "alive" not in answer and "<open>" not in answer, answer
    # libmicrohttpd itself may say 400 twice; then it closes
    assert set(re.findall(r"HTTP/1\.1 (\d)", answer)) <= {"4"}, answer


def test_a_get_has_no_body(door):
    answer = door.raw("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n"
                      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400 ") and answer.count("HTTP/1.1") == 1


def test_slow_senders_are_cut_and_disturb_nobody(door):
    slow = []
    for number in range(60):
        client = socket.create_connection(("127.0.0.1", door.port))
        client.sendall((POST + "Content-Length: 100\r\n\r\n{" if number % 2 else
                        "GET /livez HTTP/1.1\r\nX-Slow: ").replace("KEY", door.key).encode())
        slow.append(client)
    begun = time.monotonic()
    open_ones = dict.fromkeys(range(60))
    while open_ones and time.monotonic() - begun < 6:
        at = time.monotonic()
        assert door.post(meeting()).status_code == 201
        assert time.monotonic() - at < 1
        for number in list(open_ones):
            try:
                slow[number].sendall(b"x")
                slow[number].setblocking(False)
                if not slow[number].recv(4096):
                    del open_ones[number]
            except BlockingIOError:
                pass
            except OSError:
                del open_ones[number]
        time.sleep(0.2)
    for client in slow:
        client.close()
    assert not open_ones


def test_a_body_without_end_is_cut_in_flat_memory(door):
    before = door.rss_kib()
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", door.port), 10) as client:
        client.settimeout(5)
        client.sendall((POST + "Transfer-Encoding: chunked\r\n\r\n").replace(
            "KEY", door.key).encode())
        answer, sent = b"", 0
        try:
            while sent < 64 * 1024 * 1024:
                client.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        try:
            answer = client.recv(65536)
        except OSError:
            pass
    assert sent < 40 * 1024 * 1024
    assert answer.startswith(b"HTTP/1.1 413") or not answer
    assert door.rss_kib() - before < 8 * 1024


def test_who_has_no_key_stops_nobody_from_posting(door):
    answer = door.request("POST", "/subjects/x", b" " * 65537, Authorization="")
    assert answer.status_code == 413
    slow = []
    for _ in range(24):   # nearly a MiB each, of 16 for all posts
        client = socket.create_connection(("127.0.0.1", door.port), 10)
        slow.append(client)
        try:
            client.sendall(b"POST /subjects/x HTTP/1.1\r\nHost: x\r\n"
                           b"Content-Length: 1048576\r\n\r\n" + b" " * 1000000)
        except OSError:
            pass   # it is not even read
    assert door.post(meeting()).status_code == 201
    for client in slow:
        client.close()
