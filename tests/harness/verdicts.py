# SPDX-License-Identifier: Apache-2.0
"""Assertions that compare a whole database with the oracle."""

import datetime
import hashlib

from oracle.compare import differences
from oracle.log import Log
from oracle.views import Views

FATES = ("applied", "duplicate", "stale", "dead")
CHANGE = ("event_type", "event_id", "agency_code", "op", "correction_reason",
          "old_revision", "new_revision", "old_day", "new_day", "old_place",
          "new_place", "measure", "old_value", "new_value")
ALWAYS = "report.change('2000-01-01', '2200-01-01')"
DAYS = tuple(map(datetime.date.fromisoformat, (
    "2018-03-01", "2024-09-01", "2025-10-12", "2025-10-13", "2026-12-01")))


def assert_like_log(stack, contract, days=DAYS, changes=True):
    """Fates, dead letters and every view are what the log in Kafka asks for."""
    records = stack.read_log()
    log = Log(contract, records)
    with stack.connect() as connection:
        assert_fates(connection, log)
        assert_letters(connection, log, records)
        extra = {}
        if changes:
            extra[ALWAYS] = (CHANGE, Views(contract, log.facts).change())
        found = differences(connection, contract, log.facts, days, extra=extra)
    assert not found, "\n".join(found)
    return log


def assert_fates(connection, log):
    names = ", ".join(FATES)
    rows = connection.execute(
        f"SELECT partition, {names}, gaps FROM ops.partition_progress"
        " WHERE next_offset > 0").fetchall()
    got = {row[0]: row[1:] for row in rows}
    want = {p: (*(counts[f] for f in FATES), 0) for p, counts in log.by_partition.items()}
    assert got == want


def assert_letters(connection, log, records):
    """One letter for each bad record, with its reason and the original bytes."""
    rows = connection.execute(
        'SELECT l.partition, l."offset", l.reason, coalesce(l.pointer, \'\'), l.detail,'
        ' r.key, r.value FROM ops.dead_letter l'
        ' LEFT JOIN core.dead_letter_record r USING (id)').fetchall()
    values = {(p, o): (key, value) for p, o, key, value in records}
    want = {(x.partition, x.offset): x for x in log.letters}
    assert {(row[0], row[1]) for row in rows} == set(want)
    assert len(rows) == len(want)
    for partition, offset, reason, pointer, detail, key, value in rows:
        letter = want[partition, offset]
        where = f"partition {partition} offset {offset}"
        assert (reason, pointer) == (letter.reason, letter.pointer), where
        faults = {(f["pointer"] or "", f["code"]) for f in detail}
        assert faults == letter.faults, where
        assert (key, value) == values[partition, offset], where


def fingerprint(stack, contract):
    """{view: hash of its sorted rows}: equal only if equal byte for byte."""
    from oracle.facts import Facts
    found = {}
    with stack.connect() as connection:
        for name, (columns, _) in Views(contract, Facts()).report(DAYS).items():
            names = ", ".join(f'"{c}"' for c in columns)
            digest = hashlib.sha256()
            query = f"COPY (SELECT t::text FROM (SELECT {names} FROM {name}) t ORDER BY 1) TO STDOUT"
            with connection.cursor().copy(query) as copy:
                for block in copy:
                    digest.update(block)
            found[name] = digest.hexdigest()
    return found
