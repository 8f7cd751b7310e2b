# SPDX-License-Identifier: Apache-2.0
"""verify names every difference between log, facts and totals; rebuild puts the
totals right while everyone goes on."""

import re
import threading
import time

import confluent_kafka
import pytest

from harness.stack import wait_for
from oracle import decode, intake
from oracle.random_events import RandomEvents

SEED = 91


def records(contract, seed, count, **options):
    """Facts, repeats, corrections, conflicts; and some that are refused."""
    found = []
    for number, line in enumerate(RandomEvents(contract, seed, refused=False, **options)
                                  .lines(count)):
        event, faults = intake.read_line(line, contract)
        assert not faults
        if number % 40 == 7:
            event["place_code"] = "c9999"
        value = decode.encode(event, contract)
        found.append((event["event_id"], value[:-1] if number % 50 == 9 else value))
    return found


def verify(stack, *arguments):
    """(exit code, differences as dictionaries, other lines)"""
    done = stack.run("mahalle-admin", "verify", *arguments)
    lines = done.stdout.decode().splitlines()
    found = [dict((key, quoted or plain) for key, quoted, plain in
                  re.findall(r'(\S+?)=(?:"([^"]*)"|(\S+))', line))
             for line in lines if line.startswith("difference ")]
    if done.returncode in (0, 1):
        assert lines[-1] == f"{len(found)} differences", lines
        assert done.returncode == (1 if found else 0)
    return done.returncode, found, [x for x in lines if not x.startswith("difference ")]


@pytest.fixture
def filled(stack, contract):
    stack.start_consumers(2)
    made = records(contract, SEED, 3000)
    stack.produce(made[:2000])
    stack.wait_applied()
    stack.produce(made[2000:])
    stack.wait_applied()
    stack.stop_consumers()
    fates = stack.fates()
    assert all(fates[name] for name in ("applied", "duplicate", "stale", "dead")), fates
    return stack


def forget(stack, letter):
    stack.execute(f"DELETE FROM core.listed_letter WHERE letter_id = {letter};"
                  f"DELETE FROM core.dead_letter_record WHERE id = {letter};"
                  f"DELETE FROM ops.dead_letter WHERE id = {letter}")


def about(row, *keys):
    return {key: row[key] for key in keys}


def test_without_a_difference(filled):
    code, found, lines = verify(filled)
    assert (code, found) == (0, [])
    assert f"{sum(filled.end_offsets().values())} records of 12 partitions compared" in lines[1]
    for sample in ("10%", "50", "1000000"):
        assert verify(filled, "--sample", sample)[:2] == (0, [])
    windows = [[line for line in verify(filled, "--sample", "5")[2] if "are compared" in line]
               for _ in range(2)]
    assert [len(each) for each in windows] == [12, 12] and windows[0] != windows[1]


def test_a_session_that_may_not_be_idle(filled):
    with filled.superuser() as connection:
        connection.execute("ALTER DATABASE mahalle"
                           " SET idle_in_transaction_session_timeout = '20ms'")
    assert verify(filled)[:2] == (0, [])


def test_after_a_replay(stack, contract, tmp_path):
    """Versions beside their dead letters are no difference; others would pass."""
    stack.start_consumer()
    made = records(contract, SEED + 2, 300, conflicts=False)
    events = [decode.read_record(value, contract)[0] for _, value in made]
    for event in events[:100]:
        if event:
            event["agency_code"] = "nobody_at_all"
    stack.produce([(event["event_id"], decode.encode(event, contract))
                   for event in events if event])
    stack.wait_applied()
    path = tmp_path / "agencies.csv"
    path.write_text("agency_code,label_fa,label_en\nnobody_at_all,x,x\n", "utf-8")
    stack.admin("reference", "load", path)
    code, found, lines = verify(stack)
    assert (code, found) == (0, [])
    waiting = stack.value("SELECT count(*) FROM ops.dead_letter WHERE reason = 'AGENCY'"
                          " AND jsonb_array_length(detail) = 1")
    assert lines[2].startswith(f"{waiting} open dead letters would be taken now") and waiting > 50
    done = stack.run("mahalle-admin", "dead-letters", "replay", "--reason", "AGENCY")
    assert done.stdout.startswith(b"%d replayed" % waiting)
    code, found, lines = verify(stack)
    assert (code, found, len(lines)) == (0, [], 3)
    # a replay excuses the facts that it touched and no others
    repeated = [(key, value) for _, _, key, value in stack.read_log()
                if decode.read_record(value, contract)[0]]
    untouched = [(key, value) for key, value in repeated if stack.value(
        "SELECT count(*) FROM core.event e JOIN ops.dead_letter l USING (partition, \"offset\")"
        " WHERE e.event_id = %s::uuid", key.decode()) == 0]
    stack.produce(untouched[:50])
    stack.wait_applied()
    assert verify(stack)[:2] == (0, [])
    stack.execute("UPDATE ops.partition_progress SET duplicate = duplicate - 1, stale = stale + 1"
                  " WHERE partition = (SELECT min(partition) FROM ops.partition_progress"
                  " WHERE duplicate > 0)")
    assert [row["column"] for row in verify(stack)[1]] == ["duplicate", "stale"]


def test_two_topics_in_one_database(stack, contract):
    """Facts do not say of which topic they are; what is not of this one is no difference."""
    made = records(contract, SEED + 3, 1200)
    stack.start_consumer()
    stack.produce(made[:600])
    stack.wait_applied()
    other = {**stack.environment, "MAHALLE_TOPIC": f"other-{time.time_ns()}",
             "MAHALLE_GROUP": "other"}
    assert stack.run("mahalle-admin", "topics", "create", env=other).returncode == 0
    producer = confluent_kafka.Producer({"bootstrap.servers": other["MAHALLE_BROKERS"],
                                         "partitioner": "murmur2_random"})
    for key, value in made[600:]:
        producer.produce(other["MAHALLE_TOPIC"], key=key, value=value)
    assert not producer.flush(30)
    stack.start_consumer(MAHALLE_TOPIC=other["MAHALLE_TOPIC"], MAHALLE_GROUP="other")
    wait_for(lambda: stack.value("SELECT sum(next_offset) FROM ops.partition_progress") == 1200,
             60)
    stack.stop_consumers()
    for environment in (stack.environment, other):
        done = stack.run("mahalle-admin", "verify", env=environment)
        assert done.returncode == 0, done
        assert b"versions may be of another topic" in done.stdout
    # what a record of this topic asks for is missed as ever
    gone = stack.rows("DELETE FROM core.event WHERE event_id = %s::uuid RETURNING event_id::text",
                      made[0][0])[0][0]
    found = [row for row in verify(stack)[1] if row["in"] == "core.event"]
    assert {row["event_id"] for row in found} == {gone}, found


def test_totals_that_differ_are_named(filled):
    day, place, agency, dims, events, at = filled.rows(
        "SELECT occurred_on, place_code, agency_code, dims, events, d.ctid FROM core.daily d"
        " JOIN core.agency USING (agency_id) JOIN core.event_type t USING (type_id)"
        " WHERE event_type = 'council_meeting_held' AND events > 1 AND by_1 > 0"
        " ORDER BY 1, 2, 3, 4 LIMIT 1")[0]
    total = filled.value("SELECT sum_1::bigint FROM core.daily WHERE ctid = %s", at)
    filled.execute(f"UPDATE core.daily SET events = events + 2, sum_1 = sum_1 - 1, by_1 = 0"
                   f" WHERE ctid = '{at}'")
    found = verify(filled, "--without-kafka")[1]
    totals = [row for row in found if row["in"] == "core.daily"]
    where = {"type": "council_meeting_held", "day": str(day), "place": place,
             "agency": agency, "dims": dims}
    assert [about(row, *where) for row in totals] == [where] * 3
    column = "members_present"
    assert {row["column"]: (row["stored"], row["expected"]) for row in totals} == {
        "events": (str(events + 2), str(events)), column: (str(total - 1), str(total)),
        f"{column} facts": ("0", totals[-1]["expected"])}
    assert {row["in"] for row in found} > {"core.daily"}   # views show it, too
    assert verify(filled, "--without-kafka", "--sample", "100%")[1] == totals
    # a row that is missing, one that nobody knows, one by day of posting
    posted = filled.rows("DELETE FROM core.posted WHERE ctid = (SELECT ctid FROM core.posted"
                         " WHERE events > 0 LIMIT 1) RETURNING occurred_on, posted_on, events")
    filled.execute("DELETE FROM core.daily WHERE ctid = (SELECT ctid FROM core.daily"
                   " WHERE events > 0 ORDER BY type_id, occurred_on DESC LIMIT 1)")
    agency, received_on, applied, rejected = filled.rows(
        "UPDATE core.agency_day SET applied = applied + 2, rejected = rejected - 1"
        " WHERE ctid = (SELECT ctid FROM core.agency_day WHERE rejected > 0 LIMIT 1)"
        " RETURNING agency_code, received_on, applied, rejected")[0]
    filled.execute("UPDATE core.daily SET type_id = 999999 WHERE ctid = (SELECT ctid"
                   " FROM core.daily WHERE events > 0 ORDER BY type_id DESC LIMIT 1)")
    found = verify(filled)[1]
    assert [row["stored"] for row in found if row.get("type_id") == "999999"] == ["1"]
    assert [row for row in found if row["stored"] == "none" and row["column"] == "events"]
    assert [(row["day"], row["posted_on"], row["stored"], row["expected"]) for row in found
            if row["in"] == "core.posted"] == [
                (str(posted[0][0]), str(posted[0][1]), "none", str(posted[0][2]))]
    assert [(row["agency"], row["day"], row["column"], row["stored"], row["expected"])
            for row in found if row["in"] == "core.agency_day"] == [
                (agency, str(received_on), "applied", str(applied), str(applied - 2)),
                (agency, str(received_on), "rejected", str(rejected), str(rejected + 1))]
    # a project: a column that is wrong, a row that is missing
    wrong, lost = filled.rows("SELECT DISTINCT ON (project_code) project_code, type_id, part,"
                              " credit FROM core.project WHERE credit <> 0 LIMIT 2")
    for row, damage in ((wrong, "UPDATE core.project SET credit = credit + 1"),
                        (lost, "DELETE FROM core.project")):
        filled.execute(f"{damage} WHERE (project_code, type_id, part) = {row[:3]}")
    found = [row for row in verify(filled, "--without-kafka")[1] if row["in"] == "core.project"]
    assert [(row["column"], row["stored"], row["expected"]) for row in found
            if row["project"] == wrong[0]] == [("credit", str(wrong[3] + 1), str(wrong[3]))]
    assert {row["stored"] for row in found if row["project"] == lost[0]} == {"none"}
    assert {row["project"] for row in found} == {wrong[0], lost[0]}
    assert filled.value("SELECT count(*) FROM report.reconcile WHERE what = 'core.project'") > 1

    done = filled.admin("rebuild")
    assert int(done.split()[0]) == 7
    filled.execute("DELETE FROM core.daily WHERE type_id = 999999")
    assert filled.admin("rebuild") == "0 rows of totals corrected\n"
    assert filled.value("SELECT count(*) FROM report.reconcile") == 0
    assert verify(filled, "--without-kafka")[:2] == (0, [])


def test_facts_that_differ_from_the_log_are_named(filled):
    def one(condition, table="core.event"):
        """event_id, agency and place in the log of a fact that no other plant has."""
        row = filled.rows(
            f"SELECT event_id::text, agency_code, event_type, partition, \"offset\", revision"
            f"  FROM {table} JOIN core.agency USING (agency_id)"
            f"  JOIN core.event_type USING (type_id) WHERE {condition}"
            f"  AND NOT event_id = ANY (%s::uuid[]) ORDER BY event_id LIMIT 1", used)[0]
        used.append(row[0])
        return row

    used, want = [], []

    def plant(row, change, column, stored, expected, table="core.event"):
        event_id, agency, kind, partition, offset, revision = row
        filled.execute(change.format(where=f"WHERE event_id = '{event_id}'"
                                     f" AND revision = {revision}", table=table))
        want.append((event_id, agency, kind, str(partition), str(offset), column, stored,
                     expected))

    update = "UPDATE {table} SET "
    history = "event_id NOT IN (SELECT event_id FROM core.event_history)"
    gone = one(f"revision = 0 AND in_force AND {history}")
    plant(gone, "DELETE FROM {table} {where}", "revision", "none", "as posted")
    plant(one(history), update + "content = 1 {where}", "content", f"{1:016x}", None)
    plant(one("in_force"), update + "in_force = false {where}", "in_force", "false", "true")
    plant(one("revision = 0"), update + "revision = 9 {where}", "revision", "9", "0")
    plant(one("event_type = 'council_meeting_held' AND numbers[1] IS NOT NULL"),
          update + "numbers[1] = 777 {where}", "members_present", "777", None)
    plant(one("programme_code IS NOT NULL"), update + "programme_code = NULL {where}",
          "programme_code", "none", None)
    plant(one("true", "core.event_history"), "DELETE FROM {table} {where}", None, "none",
          "as posted", "core.event_history")
    letter = filled.rows("SELECT id, partition, \"offset\", reason FROM ops.dead_letter"
                         " WHERE reason = 'PLACE' ORDER BY id LIMIT 1")[0]
    forget(filled, letter[0])
    conflict = filled.rows("SELECT id, partition, \"offset\" FROM ops.dead_letter"
                           " WHERE reason = 'CONFLICT' ORDER BY id LIMIT 1")[0]
    forget(filled, conflict[0])
    changed = filled.rows("UPDATE core.dead_letter_record r SET value = value || '\\x00'"
                          " FROM ops.dead_letter l WHERE l.id = r.id AND r.id = (SELECT max(id)"
                          " FROM ops.dead_letter) RETURNING partition, \"offset\"")[0]
    stranger = one("in_force")
    filled.execute(
        "INSERT INTO core.event_history SELECT (jsonb_populate_record(e, jsonb_build_object("
        "'event_id', '00000000-0000-4000-8000-000000000001', 'offset', '0'))).*, now()"
        f" FROM core.event e WHERE event_id = '{stranger[0]}'")

    code, found, _ = verify(filled)
    assert code == 1
    facts = [row for row in found if row["in"] == "core.event"]
    got = {(row["event_id"], row["agency"], row["type"], row["partition"], row["offset"],
            row["column"]): (row["stored"], row["expected"]) for row in facts}
    for event_id, agency, kind, partition, offset, column, stored, expected in want:
        keys = [key for key in got if key[:5] == (event_id, agency, kind, partition, offset)
                and column in (None, key[5])]
        assert len(keys) == 1, (event_id, column, [row for row in facts
                                                   if row["event_id"] == event_id])
        assert got[keys[0]][0] == stored and expected in (None, got[keys[0]][1]), keys
    assert [(r["partition"], r["offset"], r["stored"], r["expected"]) for r in found
            if r["in"] == "ops.dead_letter"] == [
                (str(letter[1]), str(letter[2]), "none", letter[3])]
    assert [row["stored"] for row in facts if row["column"] == "dead_letter"
            and row["expected"] == "CONFLICT" and row["offset"] == str(conflict[2])
            and row["partition"] == str(conflict[1])] == ["none"]
    assert [row["column"] for row in facts
            if row["event_id"] == "00000000-0000-4000-8000-000000000001"] == ["record"]
    assert [(r["partition"], r["offset"], r["column"]) for r in found
            if r["in"] == "core.dead_letter_record"] == [(*map(str, changed), "value")]
    counts = {(row["partition"], row["column"]) for row in found
              if row["in"] == "ops.partition_progress"}
    assert (str(letter[1]), "dead") in counts
    # what differs in totals follows from the facts
    assert {row["in"] for row in found} >= {"core.daily", "core.event"}


def test_rebuild_under_a_running_consumer(stack, contract):
    """Readers see the old totals or the new ones; what comes meanwhile is in them."""
    made = records(contract, SEED + 1, 6000, conflicts=False)
    stack.start_consumer()
    stack.produce(made[:2000])
    stack.wait_applied()
    stack.execute("DELETE FROM core.daily WHERE occurred_on < (SELECT percentile_disc(0.5)"
                  " WITHIN GROUP (ORDER BY occurred_on) FROM core.daily)")
    stack.execute("UPDATE core.daily SET events = events + 3, sum_1 = 7, by_2 = NULL"
                  " WHERE agency_id % 2 = 0")
    stack.execute("DELETE FROM core.project WHERE part = 0")
    stack.execute("UPDATE core.project SET credit = 7, place_code = '24', last_on = '2100-01-01'")
    wrong = stack.value("SELECT count(*) FROM report.reconcile")
    assert wrong > 100
    total = "SELECT sum(events)::bigint FROM report.event_daily"
    with stack.connect() as reader:
        reader.execute("BEGIN ISOLATION LEVEL REPEATABLE READ")
        seen = reader.execute(total).fetchone()
        thread = threading.Thread(target=lambda: stack.produce(made[2000:]))
        thread.start()
        counts = [int(stack.admin("rebuild").split()[0]) for _ in range(3)]
        assert reader.execute(total).fetchone() == seen
        reader.execute("COMMIT")
        thread.join()
    assert counts[0] > 0 and counts[1:] == [0, 0]
    assert stack.value("SELECT deadlocks FROM pg_stat_database"
                       " WHERE datname = current_database()") == 0
    stack.wait_applied()
    assert stack.value("SELECT count(*) FROM report.reconcile") == 0
    stack.assert_none_blocked()


def test_two_rebuilds_at_once_do_not_add_twice(filled):
    filled.execute("UPDATE core.daily SET events = events + 1")
    with filled.connect() as other:
        other.execute("SELECT pg_advisory_lock(7024011405)")
        done = filled.run("mahalle-admin", "rebuild")
        assert done.returncode == 4 and b"another rebuild" in done.stderr
        done = filled.run("mahalle-admin", "db", "upgrade")
        assert done.returncode == 4 and b"a rebuild is under way" in done.stderr
    assert int(filled.admin("rebuild").split()[0]) > 0
    assert verify(filled, "--without-kafka", "--sample", "100%")[0] == 0


def test_exit_codes(stack):
    assert verify(stack)[0] == 0   # nothing has been read yet
    for wrong in ("x", "0", "101%", "5%%", "-1", "1.5", ""):
        code = verify(stack, f"--sample={wrong}")[0]
        assert code == (2 if wrong else 0), wrong
    nowhere = {**stack.environment, "MAHALLE_BROKERS": "localhost:1"}
    stack.start_consumer()
    wait_for(lambda: stack.progress(), 30)
    assert stack.run("mahalle-admin", "verify", env=nowhere).returncode == 5
    nowhere = {**stack.environment, "MAHALLE_PG": "host=localhost port=1 dbname=x"}
    assert stack.run("mahalle-admin", "verify", env=nowhere).returncode == 4
