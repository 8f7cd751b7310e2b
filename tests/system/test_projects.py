# SPDX-License-Identifier: Apache-2.0
"""core.project is added to by each transaction: what that must not depend on."""

import signal
import threading

from harness.stack import wait_for
from harness.verdicts import assert_like_log
from oracle import decode, intake
from oracle.random_events import RandomEvents

CREDIT = {"event_type": "project_credit_allocated", "event_id": "credit", "amount": 5,
          "occurred_on": "2025-10-13", "posted_at": "2025-10-13T12:00:00Z",
          "agency_code": "governorate", "place_code": "c1195", "project_code": "P1",
          "project_kind": "OTHER", "fiscal_year": 1404, "credit_source": "NATIONAL",
          "currency_unit": "IRR_CURRENT"}
STARTED = """
    INSERT INTO core.event (event_id, content, "offset", received_at, posted_at,
                            applied_at, revision, occurred_on, type_id, agency_id,
                            partition, in_force, place_code, codes)
    SELECT gen_random_uuid(), 1, 1, now(), now(), now(), 0, '2025-10-13', 138,
           min(agency_id), 0, true, 'c1195', '{P1,OTHER}'
      FROM core.agency"""


def record(contract, **changes):
    event, faults = intake.read_flat({**CREDIT, **changes}, contract)
    assert not faults
    return event["event_id"], decode.encode(event, contract)


def test_few_projects_many_corrections_and_deaths(stack, contract):
    """Corrections change types and projects; three consumers, batches of five."""
    source = RandomEvents(contract, seed=4, conflicts=False, refused=False, types=(
        "project_credit_allocated", "project_started", "project_progress_reported",
        "project_completed", "cleanup_held"))
    source.days, source.agencies = source.days[:4], source.agencies[:3]
    records = []
    for line in source.lines(1200):
        event, faults = intake.read_line(line, contract)
        assert not faults
        records.append((event["event_id"], decode.encode(event, contract)))
    for first in range(0, 1200, 400):
        stack.new_group()
        stack.start_consumers(3, MAHALLE_BATCH_RECORDS="5")
        before = stack.fates()["applied"]
        stack.produce(records[first:first + 400])
        wait_for(lambda: stack.fates()["applied"] > before, 20)    # noqa: B023
        stack.stop_consumers(signal.SIGKILL)
    stack.new_group()
    stack.start_consumers(3, MAHALLE_BATCH_RECORDS="5")
    stack.wait_applied()
    assert_like_log(stack, contract)
    assert stack.value("SELECT count(DISTINCT project_code) FROM core.project") <= 8


def test_a_correction_waits_for_no_vacuum(stack, contract):
    stack.start_consumer()
    stack.produce([record(contract)])
    stack.wait_applied()
    with stack.connect() as vacuum, vacuum.transaction():
        vacuum.execute("LOCK TABLE core.project IN SHARE UPDATE EXCLUSIVE MODE")
        stack.produce([record(contract, op="CORRECT", revision=1, amount=7,
                              correction_reason="DATA_ENTRY")])
        stack.wait_applied(10)
    assert stack.rows("SELECT credit FROM report.project_credit") == [(7,)]


def test_who_counts_anew_waits_for_who_adds(stack):
    with stack.connect() as adder, stack.connect() as counter:
        with adder.transaction():
            adder.execute(STARTED)
            adder.execute("SELECT core.fold_projects(false)")

            def count():
                with counter.transaction():
                    counter.execute(STARTED)
                    counter.execute("SELECT core.recount_projects('{P1}')")

            thread = threading.Thread(target=count)
            thread.start()
            wait_for(lambda: stack.value(
                "SELECT count(*) FROM pg_locks WHERE NOT granted"), 20)
        thread.join(20)
    assert stack.rows("SELECT facts FROM core.project WHERE facts > 0") == [(2,)]
    assert stack.rows("SELECT * FROM core.differing_projects()") == []
