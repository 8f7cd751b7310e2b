# SPDX-License-Identifier: Apache-2.0
"""Receipts and rejections: pages miss no letter, in whatever order they are committed;
odd questions are refused; many at once are answered."""

import socket
import uuid

import psycopg
import pytest

from harness.gateway import make_key
from harness.stack import wait_for

LETTER = """
    INSERT INTO ops.dead_letter (topic, partition, "offset", event_type, agency_code,
                                 reason, detail, received_at)
    VALUES ('rejections', 0, %s, 'cleanup_held', %s, 'JSON', '[]', now())"""


@pytest.fixture(name="agency")
def make_agency(door):
    """A key of its own agency, which has no letter yet."""
    key = make_key(door.stack, "culture")
    wait_for(lambda: door.post("[]", Authorization=f"Bearer {key}").status_code == 400, 5)
    return f"Bearer {key}"


def writer(door):
    return psycopg.connect(door.stack.environment["MAHALLE_PG"])


def pages(door, agency, since=""):
    """Offsets of the letters, and where the next ones begin."""
    answer = door.get(f"/v1/rejections?since={since}", Authorization=agency).json()
    return [r["offset"] for r in answer["rejections"]], answer["next"]


def test_a_letter_that_is_committed_late_is_told(door, agency):
    assert pages(door, agency) == ([], "0")
    with writer(door) as slow, writer(door) as quick:
        slow.execute(LETTER, [1, "culture"])
        quick.execute(LETTER, [2, "culture"])
        quick.commit()
        told, after = pages(door, agency)
        assert told == [2]
        slow.commit()
        assert pages(door, agency, after)[0] == [1]
        assert pages(door, agency)[0] == [2, 1]   # the order stays
        quick.execute(LETTER, [3, "culture"])
        quick.rollback()
    assert pages(door, agency)[0] == [2, 1]


def test_pages_join_without_gap_or_repeat(door, agency):
    before, since = pages(door, agency)
    with writer(door) as connection:
        for number in range(100, 350):
            connection.execute(LETTER, [number, "culture" if number % 5 else "governorate"])
    seen = []
    while True:
        told, after = pages(door, agency, since)
        if not told:
            break
        seen, since = seen + told, after
    assert seen == [n for n in range(100, 350) if n % 5]
    future = door.get("/v1/rejections?since=2099-01-01", Authorization=agency).json()
    assert future == {"rejections": [], "next": since}
    assert after == since and pages(door, agency)[0][:len(before)] == before


@pytest.mark.parametrize("path", ("events/" + str(uuid.uuid4()), "rejections"))
@pytest.mark.parametrize("code", ("\xff", "%FF", "%00", "%D8", "a%2", "x" * 64))
def test_a_code_that_is_no_text_is_refused(door, path, code):
    answer = door.raw((f"GET /v1/{path}?agency_code={code} HTTP/1.1\r\nHost: x\r\n"
                       "Authorization: Bearer KEY\r\nConnection: close\r\n\r\n").encode("latin-1"))
    assert answer.startswith("HTTP/1.1 400 "), answer


def test_a_code_may_be_escaped(door, agency):
    assert door.get("/v1/rejections?agency_code=%63ulture", Authorization=agency).ok


def test_four_hundred_receipts_at_once_are_answered(door):
    ask = (f"GET /v1/events/{uuid.uuid4()}?agency_code=culture HTTP/1.1\r\nHost: x\r\n"
           f"Authorization: Bearer {door.key}\r\nConnection: close\r\n\r\n").encode()
    clients = [socket.create_connection(("127.0.0.1", door.port), 10) for _ in range(400)]
    for client in clients:
        client.sendall(ask)
    answers = [client.recv(65536).split(b" ")[1] for client in clients]
    for client in clients:
        client.close()
    assert set(answers) == {b"404"}, {a: answers.count(a) for a in answers}
