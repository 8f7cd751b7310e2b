# SPDX-License-Identifier: Apache-2.0
"""Every view agrees with the oracle; every refused line with its faults."""

from harness.verdicts import assert_like_log
from oracle.random_events import RandomEvents


def refusals(refused):
    """{line number: set of (pointer, code)} of a file of rejects."""
    return {r["line"]: {(e["pointer"], e["code"]) for e in r["errors"]} for r in refused}


def test_all_types_mixed(stack, contract):
    source = RandomEvents(contract, seed=1404)
    lines = list(source.lines(20_000))
    intended = {n: source.intended[line] for n, line in enumerate(lines, 1)
                if source.intended[line]}
    stack.start_consumers(2)
    done, refused = stack.post(lines)
    assert done.returncode == 1, done.stderr.decode()
    assert refusals(refused) == intended
    stack.wait_applied()
    log = assert_like_log(stack, contract)
    assert sum(log.fates.values()) == len(lines) - len(intended)
    assert all(log.fates[fate] for fate in ("applied", "duplicate", "stale", "dead"))
    assert {letter.reason for letter in log.letters} == {"CONFLICT"}


def test_sensitive_types_are_seen_by_month_alone(stack, contract):
    names = {t.name for t in contract.types.values() if t.sensitive}
    views = {row[0] for row in stack.rows(
        "SELECT viewname FROM pg_views WHERE schemaname = 'report'")}
    for name in names:
        assert f"{name}_monthly" in views
        assert not {f"{name}_daily", f"{name}_event"} & views
    source = RandomEvents(contract, seed=5, refused=False, types=sorted(names))
    stack.start_consumer()
    stack.post_all(source.lines(300))
    stack.wait_applied()
    with stack.connect("MAHALLE_PG_ANALYST") as connection:
        for view in ("event_daily", "measure_daily", "orphan", "overlap"):
            assert not connection.execute(
                f"SELECT 1 FROM report.{view} WHERE event_type = ANY(%s)",
                [sorted(names)]).fetchall(), view
    assert_like_log(stack, contract)


def test_analysts_read_report_alone(stack):
    import psycopg
    import pytest
    with stack.connect("MAHALLE_PG_ANALYST") as connection:
        connection.execute("SELECT count(*) FROM report.event_daily")
        for table in ("core.event", "core.daily", "ops.dead_letter",
                      "core.dead_letter_record"):
            with pytest.raises(psycopg.errors.InsufficientPrivilege):
                connection.execute(f"SELECT 1 FROM {table}")


def test_a_later_batch_takes_back_what_an_earlier_one_added(stack, contract):
    """Totals fall to nothing, and a measure that nobody reports any more is NULL."""
    import json
    fact = {"event_type": "council_meeting_held", "source_ref": "N-1", "revision": 0,
            "occurred_on": "1404/07/21", "agency_code": "governorate",
            "place_code": "c1195-001", "council_code": "c1195-001-C1",
            "members_present": 7, "resolutions_count": 2}
    without = {k: v for k, v in fact.items() if k != "members_present"}
    later = {"op": "CORRECT", "correction_reason": "DATA_ENTRY"}
    stack.start_consumer()
    for version, row in (
            (fact, [(1, 7, 2)]),
            ({**without, **later, "revision": 1}, [(1, None, 2)]),
            ({**fact, **later, "revision": 2, "occurred_on": "1404/07/20"}, [(1, 7, 2)]),
            ({**fact, **later, "revision": 3, "op": "RETRACT"}, [])):
        stack.post_all([json.dumps(version)])
        stack.wait_applied(20)
        assert stack.rows("SELECT events, members_present, resolutions_count"
                          " FROM report.council_meeting_held_daily") == row
    assert_like_log(stack, contract)
