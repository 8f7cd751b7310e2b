# SPDX-License-Identifier: Apache-2.0
"""What clients do to mahalle-gateway that mean it ill, or no good."""

import re
import signal
import socket
import time

import pytest

from harness.gateway import Gateway, meeting
from harness.stack import wait_for

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


@pytest.mark.parametrize("head", [
    b"GET /livez HTTP/1.1\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost: x\nX: y\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\n\nGET /metrics HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\0b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\0\r\n\r\n", b"GET /livez HTTP/1.1\r\nHost:\0x\r\n\r\n",
    b"GET /livez\0x HTTP/1.1\r\nHost: x\r\n\r\n", b"GET\0X /livez HTTP/1.1\r\nHost: x\r\n\r\n",
    b"GET /livez?a=\0 HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1\0\r\nHost: x\r\n\r\n",
    b"GET  /livez HTTP/1.1\r\nHost: x\r\n\r\n", b"GET /livez HTTP/1.1 \r\nHost: x\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\r\n b\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\rb\r\n\r\n",
    b"GET /livez HTTP/1.1\r\nHost: x\r\nX: a\x7fb\r\n\r\n",
    b"GET /livez HTTP/1.1\n\n", b"GET /livez HTTP/1.1\r\nHost: x\n\r\nX: y\r\n\r\n"])
def test_a_head_has_whole_line_ends_and_no_byte_0(door, head):
    answer = door.raw(head)
    assert "alive" not in answer and "<open>" not in answer, answer
    assert set(re.findall(r"HTTP/1\.1 (\d)", answer)) <= {"4"}, answer


def test_a_sound_head_is_taken_however_it_comes(door):
    good = (b"GET /livez HTTP/1.1\r\nHost: x\r\nEmpty:\r\nBlank:  \t \r\nTab:\tb \t\r\n"
            b"Cookie: a=b; c=\"d\"\r\nX-Name: \xd8\xb3\r\nLong: " + b"y" * 3000 + b"\r\n\r\n")
    last = good.replace(b"Empty:", b"Connection: close\r\nEmpty:")
    assert door.raw(b"\r\n" + good + good + last).count("alive") == 3
    with socket.create_connection(("127.0.0.1", door.port), 10) as client:
        client.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        for at in range(0, len(last), 97):
            client.sendall(last[at:at + 97])
            time.sleep(0.005)
        answer = b""
        while piece := client.recv(4096):
            answer += piece
    assert answer.startswith(b"HTTP/1.1 200 ") and answer.endswith(b"alive\n")
    assert door.raw(b"GET /livez HTTP/1.0\r\n\r\n").endswith("alive\n")


def test_behind_a_body_in_pieces_nothing_is_read(door):
    """The library ends a piece at a bare line feed; a server before it may not."""
    body = "2\n[]\r\n0\r\n\r\n"
    answer = door.raw(POST + "Transfer-Encoding: chunked\r\n\r\n" + body +
                      "GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.count("HTTP/1.1 ") == 1 and "<open>" not in answer, answer
    assert "\r\nConnection: close\r\n" in answer or answer.startswith("HTTP/1.1 4")


def test_what_the_library_refuses_is_counted_and_told(door):
    def counted():
        found = re.search(r'requests_total\{route="other",status="400"\} (\d+)',
                          door.get("/metrics").text)
        return int(found.group(1)) if found else 0

    before, lines = counted(), door.text().count('route="-" status=400')
    assert door.raw("GET /livez HTTP/1.1\r\nno colon\r\n\r\n").startswith("HTTP/1.1 400 ")
    wait_for(lambda: counted() == before + 1, 5)
    assert door.text().count('route="-" status=400') == lines + 1


def test_one_address_has_its_share_of_connections(servers, door):
    gateway = Gateway(servers, "--connections-per-address", "4")
    gateway.key = door.key
    held = [socket.create_connection(("127.0.0.1", gateway.port), 5) for _ in range(4)]
    for client in held:
        client.sendall(b"GET /livez HTTP/1.1\r\n")
    wait_for(lambda: gateway.raw("GET /livez HTTP/1.1\r\nHost: x\r\n\r\n") in (
        "", "<reset>"), 5)
    with socket.create_connection(("127.0.0.1", gateway.port), 5,
                                  source_address=("127.0.0.2", 0)) as other:
        other.sendall(b"GET /livez HTTP/1.1\r\nHost: x\r\n\r\n")
        assert other.recv(4096).startswith(b"HTTP/1.1 200 ")
    for client in held:
        client.close()
    gateway.stop()


def test_who_comes_when_it_ends_is_told_at_once(servers, door):
    gateway = Gateway(servers)
    gateway.key = door.key
    gateway.wait_ready()
    with socket.create_connection(("127.0.0.1", gateway.port), 5) as held:
        held.sendall((POST + "Content-Length: 100\r\n\r\n{").replace("KEY", door.key).encode())
        time.sleep(0.3)
        gateway.session.close()
        gateway.process.send_signal(signal.SIGTERM)
        wait_for(lambda: "draining" in gateway.text(), 5)
        time.sleep(0.2)
        with pytest.raises(ConnectionRefusedError):
            socket.create_connection(("127.0.0.1", gateway.port), 1)
        assert gateway.process.poll() is None   # the held one has its time
    assert gateway.process.wait(10) == 0


def test_a_get_has_no_body(door):
    answer = door.raw("GET /livez HTTP/1.1\r\nHost: x\r\nContent-Length: 35\r\n\r\n"
                      "GET /metrics HTTP/1.1\r\nHost: x\r\n\r\n")
    assert answer.startswith("HTTP/1.1 400 ") and answer.count("HTTP/1.1") == 1


def test_five_hundred_slow_senders_are_cut_and_disturb_nobody(door):
    slow, waits = [], []
    for number in range(500):   # of five addresses, each with less than its share
        client = socket.create_connection(("127.0.0.1", door.port), 10,
                                          source_address=(f"127.0.0.{2 + number % 5}", 0))
        client.sendall((POST + "Content-Length: 100\r\n\r\n{" if number % 2 else
                        "GET /livez HTTP/1.1\r\nX-Slow: ").replace("KEY", door.key).encode())
        client.setblocking(False)
        slow.append(client)
    begun = sent = time.monotonic()
    open_ones = set(slow)
    while open_ones and time.monotonic() - begun < 8:
        at = time.monotonic()
        assert door.post(meeting()).status_code == 201
        waits.append(time.monotonic() - at)
        if at - sent < 0.2:
            continue
        sent = at
        for client in list(open_ones):
            try:
                client.send(b"x")
                if not client.recv(4096):
                    open_ones.discard(client)
            except BlockingIOError:
                pass
            except OSError:
                open_ones.discard(client)
    for client in slow:
        client.close()
    assert not open_ones, len(open_ones)
    assert len(waits) > 100 and sorted(waits)[len(waits) * 99 // 100] < 1, sorted(waits)[-9:]


def test_a_body_without_end_is_cut_in_flat_memory(door):
    before = door.rss_kib()
    piece = b"10000\r\n" + b" " * 65536 + b"\r\n"
    with socket.create_connection(("127.0.0.1", door.port), 10) as client:
        client.settimeout(5)
        client.sendall((POST + "Transfer-Encoding: chunked\r\n\r\n").replace(
            "KEY", door.key).encode())
        sent = 0
        try:
            while sent < 64 * 1024 * 1024:
                client.sendall(piece)
                sent += len(piece)
        except OSError:
            pass
        answer = client.recv(65536)
    assert sent < 40 * 1024 * 1024
    assert answer.startswith(b"HTTP/1.1 413 ")
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
