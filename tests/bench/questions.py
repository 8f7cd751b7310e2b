# SPDX-License-Identifier: Apache-2.0
"""How long analysts wait, and what their waiting costs the consumer: the demo
and the stream in one database, the thirty questions and the views asked by an
analyst's login; a new type added at that size; readers while the consumer works."""

import json
import os
import pathlib
import random
import shutil
import statistics
import subprocess
import tempfile
import threading
import time

import psycopg

import drain
import stack

DATABASE = "bench_questions"
FOLDER = stack.ROOT / "schemas/queries/questions"
ROUNDS = 5
LIMIT_MS = 200
PATIENCE_S = 10           # one answer slower than this is not asked again
READS_S = 50              # queries a second
READERS = 4
WINDOW_S = 2.0
DAY = "'2025-10-13'"
AMID = "'2024-10-29'"     # half of the stream lies before, half behind
PAGE_DAY = "1404/07/21"
BY_MONTH = "JOIN report.calendar c ON c.date = d.occurred_on"

VIEWS = {
    "council_as_of": f"SELECT * FROM report.council_as_of({DAY})",
    "governor_summary": f"SELECT * FROM report.governor_summary({DAY})",
    **{name: f"SELECT * FROM report.{name}" for name in (
        "council", "school", "mosque_cooperative", "fund", "project",
        "project_credit", "freshness")},
    **{f"{name}_as_of": f"SELECT * FROM report.{name}_as_of({DAY})" for name in (
        "school", "mosque_cooperative", "fund", "project", "project_credit")},
    "event_daily, a type by month": f"""
        SELECT c.j_year, c.j_month, sum(d.events)
          FROM report.event_daily d {BY_MONTH}
         WHERE d.event_type = 'cleanup_held' GROUP BY 1, 2""",
    "event_daily, a month by type": """
        SELECT event_type, sum(events) FROM report.event_daily
         WHERE occurred_on BETWEEN '2024-10-22' AND '2024-11-20' GROUP BY 1""",
    "agency_daily, all by type and month": f"""
        SELECT d.event_type, c.j_year, c.j_month, sum(d.events)
          FROM report.agency_daily d {BY_MONTH} GROUP BY 1, 2, 3""",
    "measure_daily, a measure by month": f"""
        SELECT c.j_year, c.j_month, sum(d.total)
          FROM report.measure_daily d {BY_MONTH}
         WHERE d.event_type = 'cleanup_held' AND d.measure = 'waste_kg'
         GROUP BY 1, 2""",
}
# Told, but without a bound: these read every fact or every total.
WHOLE = {
    "event_daily, all by type and month": f"""
        SELECT d.event_type, c.j_year, c.j_month, sum(d.events)
          FROM report.event_daily d {BY_MONTH} GROUP BY 1, 2, 3""",
    "measure_daily, all measures":
        "SELECT event_type, measure, sum(total) FROM report.measure_daily "
        "GROUP BY 1, 2",
    "reconcile": "SELECT * FROM report.reconcile",
    "reconcile_counts": "SELECT * FROM report.reconcile_counts",
    "project_as_of, a day amid the stream":
        f"SELECT * FROM report.project_as_of({AMID})",
    "orphan": "SELECT count(*) FROM report.orphan",
    "overlap": "SELECT count(*) FROM report.overlap",
}


def questions():
    return {path.stem: path.read_text("utf-8")
            for path in sorted(FOLDER.glob("*.sql"))}


# ------------------------------------------------------------------- database

def environment(**more):
    return dict(os.environ, MAHALLE_PG=stack.conninfo(DATABASE),
                MAHALLE_BROKERS=stack.brokers(),
                MAHALLE_SCHEMAS=str(stack.ROOT / "schemas"), **more)


def run(*argv, **more):
    subprocess.run(argv, env=environment(**more), check=True,
                   stdout=subprocess.DEVNULL)


def demo_topic(folder):
    """The demo in a topic of its own, its places in the reference data."""
    events, places = folder / "demo.ndjson", folder / "places.csv"
    run(stack.ROOT / "tests/demo/generate", "--output", events, "--places", places)
    run(stack.BIN / "mahalle-admin", "reference", "load", places)
    topic = f"bench.demo.{time.time_ns()}"
    stack.make_topic(topic)
    run(stack.BIN / "mahalle-post", "--topic", topic, events)
    return topic


def apply(topic, conn, total=None, during=None):
    """Until all of the topic is committed; `during` may do something else then."""
    total = stack.held(topic) if total is None else total
    progress = ("SELECT coalesce(sum(next_offset), 0)::bigint "
                f"FROM ops.partition_progress WHERE topic = '{topic}'")
    stack.LOGS.mkdir(parents=True, exist_ok=True)
    with open(stack.LOGS / "bench-questions.log", "w", encoding="utf-8") as log:
        process = subprocess.Popen(
            [stack.BIN / "mahalle-aggregate", "--topic", topic,
             "--group", f"bench-{time.time_ns()}"], env=environment(),
            stdout=log, stderr=log)
        try:
            if during is not None:
                return during(lambda: conn.execute(progress).fetchone()[0], total)
            return drain.watch(process, conn, progress, total)
        finally:
            stack.end(process)


def analyst(conn):
    """@returns the connection string of an analyst's login, set up as an
    administrator does it"""
    conn.execute("GRANT mahalle_analyst TO mahalle_analyst_login")
    conn.execute("SELECT core.settle_analyst('mahalle_analyst_login')")
    password = stack.read_shell(stack.STACK / "secrets")["ANALYST_PASSWORD"]
    return psycopg.conninfo.make_conninfo(
        stack.conninfo(DATABASE), user="mahalle_analyst_login", password=password)


# --------------------------------------------------------------------- asking

def cpu_ms(pid):
    """Of a server process; parallel workers are others."""
    return int(pathlib.Path(f"/proc/{pid}/schedstat").read_text().split()[0]) / 1e6


def ask(conninfo, queries):
    """Medians of the wait and of the server's time, per query."""
    found = {}
    with psycopg.connect(conninfo, autocommit=True) as conn:
        pid = conn.info.backend_pid
        for name, query in queries.items():
            waits, works = [], []
            while len(waits) < ROUNDS and sum(waits) < PATIENCE_S * 1e3:
                work, began = cpu_ms(pid), time.monotonic()
                rows = len(conn.execute(query).fetchall())
                waits.append((time.monotonic() - began) * 1e3)
                works.append(cpu_ms(pid) - work)
            found[name] = {"ms": statistics.median(waits),
                           "cpu_ms": statistics.median(works), "rows": rows}
    return found


def make_page(conninfo):
    """Seconds until the governor's page is written, as an analyst makes it."""
    began = time.monotonic()
    subprocess.run([stack.BIN / "mahalle-admin", "report", "--as-of", PAGE_DAY,
                    "--output", "-"], stdout=subprocess.DEVNULL,
                   env=dict(environment(), MAHALLE_PG=conninfo), check=True)
    return time.monotonic() - began


def add_type(folder):
    """Seconds until a new type stands, as a person adds it."""
    schemas = folder / "schemas"
    shutil.copytree(stack.ROOT / "schemas", schemas)
    (path,) = schemas.glob("events/*/cleanup_held.v1.avsc")
    body = json.loads(path.read_text("utf-8"))
    body.update(name="WellDug", eventType="well_dug", schemaId=901)
    new = folder / "well_dug.v1.avsc"
    new.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    began = time.monotonic()
    subprocess.run([stack.BIN / "mahalle-admin", "schema", "add", new],
                   env=dict(environment(), MAHALLE_SCHEMAS=str(schemas)),
                   check=True, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


# -------------------------------------------------------------------- readers

class Readers:
    """Logins that ask a mix at a fixed rate while `on` is set."""

    def __init__(self, conninfo, queries):
        self.conninfo, self.queries = conninfo, queries
        self.on, self.stop, self.asked = threading.Event(), False, 0
        self.threads = [threading.Thread(target=self.read, args=(n,))
                        for n in range(READERS)]
        for thread in self.threads:
            thread.start()

    def read(self, number):
        chance = random.Random(number)
        with psycopg.connect(self.conninfo, autocommit=True) as conn:
            while not self.stop:
                if not self.on.wait(0.1):
                    continue
                began = time.monotonic()
                conn.execute(chance.choice(self.queries)).fetchall()
                self.asked += 1
                rest = READERS / READS_S - (time.monotonic() - began)
                time.sleep(max(0.0, rest))

    def end(self):
        self.stop = True
        for thread in self.threads:
            thread.join()


def rate_of(done, seconds):
    """Records a second from the first commit that is seen within the time to the
    last one: a window holds a few commits only, and does not end with one.
    @returns that, None when there were less than two, and what is done by then"""
    seen, end = [(time.monotonic(), done())], time.monotonic() + seconds
    while time.monotonic() < end:
        time.sleep(0.01)
        now = done()
        if now != seen[-1][1]:
            seen.append((time.monotonic(), now))
    if len(seen) < 3:
        return None, seen[-1][1]
    (began, first), (ended, last) = seen[1], seen[-1]
    return (last - first) / (ended - began), last


def share_of_rate(conninfo, queries, topic, conn):
    """The consumer's rate with readers and without, in windows of one drain that
    follow each other, so that both see the same tables and the same weather."""
    readers = Readers(conninfo, queries)

    def windows(done, total):
        rates, busy = {True: [], False: []}, 0.0
        start = done()
        while done() == start:
            time.sleep(0.05)
        time.sleep(WINDOW_S)
        reading = False
        while True:
            readers.on.set() if reading else readers.on.clear()
            time.sleep(0.1)
            began = time.monotonic()
            rate, after = rate_of(done, WINDOW_S)
            if after >= total:
                break
            busy += time.monotonic() - began + 0.1 if reading else 0.0
            if rate is not None:
                rates[reading].append(rate)
                reading = not reading
        return rates, busy

    try:
        rates, busy = apply(topic, conn, during=windows)
    finally:
        readers.end()
    if not rates[True]:
        raise drain.Failed("the stream ended before the readers began")
    with_readers, alone = (statistics.median(rates[on]) for on in (True, False))
    return {"alone": alone, "with_readers": with_readers,
            "asked_s": readers.asked / busy, "windows": len(rates[True])}


# ------------------------------------------------------------------- the part

def measure(events):
    """Half as many events again lie in the topic, for the readers' turn."""
    topic = stack.filled_topic(events + events // 2)
    with (stack.database(DATABASE), tempfile.TemporaryDirectory() as name,
          psycopg.connect(stack.conninfo(DATABASE, True), autocommit=True) as conn):
        folder = pathlib.Path(name)
        demo = demo_topic(folder)
        try:
            apply(demo, conn)
        finally:
            stack.remove_topics([demo])
        apply(topic, conn, events)
        conn.execute("VACUUM ANALYZE")  # as autovacuum does in its own time
        conninfo = analyst(conn)
        facts = conn.execute("SELECT count(*) FROM core.event").fetchone()[0]
        asked = ask(conninfo, {**questions(), **VIEWS})
        return {
            "facts": facts, "load": os.getloadavg()[0], "asked": asked,
            "whole": ask(conninfo, WHOLE),
            "page_s": statistics.median(make_page(conninfo) for _ in range(ROUNDS)),
            "add_type_s": add_type(folder),
            "readers": {
                "queries": len(questions()),
                "cpu_ms": statistics.fmean(asked[name]["cpu_ms"]
                                           for name in questions()),
                **share_of_rate(conninfo, list(questions().values()), topic, conn)}}


def judge(found):
    slow = [name for name, one in found["asked"].items() if one["ms"] >= LIMIT_MS]
    yield not slow, (f"questions: {len(found['asked']) - len(slow)} of "
                     f"{len(found['asked'])} answers in < {LIMIT_MS} ms"
                     + "".join(f"; {name}: {found['asked'][name]['ms']:.0f} ms, "
                               f"{found['asked'][name]['cpu_ms']:.0f} of the processor"
                               for name in slow))
    yield found["add_type_s"] < 2, (
        f"questions: a new type in {found['add_type_s']:.1f} < 2 s")
    readers = found["readers"]
    share = readers["with_readers"] / readers["alone"]
    # readers that get less than they ask for cost less, too: no proof
    yield share >= 0.9 and readers["asked_s"] >= 0.95 * READS_S, (
        f"questions: {share:.2f} >= 0.9 of the consumer's rate while "
        f"{readers['asked_s']:.0f} of {READS_S} questions a second are answered")


def table(found):
    lines = [["answer", "ms", "CPU ms", "rows"]]
    for group in ("asked", "whole"):
        lines += [[name, f"{one['ms']:.1f}", f"{one['cpu_ms']:.1f}", one["rows"]]
                  for name, one in found[group].items()]
    lines.append(["the governor's page", f"{found['page_s'] * 1e3:.0f}", "", ""])
    readers = found["readers"]
    lines.append([f"mean of the {readers['queries']} questions", "",
                  f"{readers['cpu_ms']:.1f}", ""])
    lines.append([f"consumer, events/s alone ({readers['windows']} windows)",
                  f"{readers['alone']:,.0f}", "", ""])
    lines.append([f"consumer, {readers['asked_s']:.0f} a second of the "
                  f"{readers['queries']} asked",
                  f"{readers['with_readers']:,.0f}", "", ""])
    return (f"Questions: {found['facts']:,} facts, load {found['load']:.1f}", lines)
