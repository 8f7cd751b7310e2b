# SPDX-License-Identifier: Apache-2.0
"""Events that lie in Kafka already, until they are facts and totals in
PostgreSQL: by us, by PostgreSQL alone, by the rivals. Each run has a database
of its own; what else the machine did meanwhile is part of the result."""

import os
import pathlib
import statistics
import subprocess
import sys
import time

import psycopg

import stack

HERE = pathlib.Path(__file__).resolve().parent
DATABASE = "bench"
LIMIT_S = 240
BATCH = 20000

OURS = ("SELECT coalesce(sum(next_offset), 0)::bigint "
        "FROM ops.partition_progress")
THEIRS = "SELECT coalesce(sum(next_offset), 0)::bigint FROM rival.position"

# What must be equal whoever did the work.
FOLD = """SELECT (SELECT count(*) FROM {fact}), sum(events)::bigint,
                 sum(sum_1)::text, sum(sum_2)::text, sum(sum_3)::text,
                 sum(by_1)::text, sum(by_2)::text, count(*)
          FROM {daily}"""

# Rows of daily that were written, each time that one was.
CELLS = """SELECT n_tup_ins + n_tup_upd FROM pg_stat_user_tables
           WHERE relname = 'daily'"""


class Failed(Exception):
    """A run did not come to its end."""


class Meter:
    """CPU seconds of everything, from here to `read`."""

    def __init__(self):
        self.load = os.getloadavg()[0]
        self.began = time.monotonic()
        self.at = self.now()

    @staticmethod
    def now():
        return (stack.postgres_cpu_seconds(), stack.kafka_cpu_seconds(),
                stack.machine_cpu_seconds())

    def read(self, program):
        postgres, kafka, machine = (
            after - before for before, after in zip(self.at, self.now()))
        others = machine - program - postgres - kafka
        room = (time.monotonic() - self.began) * os.cpu_count()
        return {"cpu": program, "pg": postgres, "kafka": kafka,
                "load": self.load,
                "others": max(0.0, others / room)}


def watch(process, conn, progress, total):
    """Until all is committed. @returns start in s, events/s, peak MiB; the
    first commit begins the clock, and its events do not count."""
    began = time.monotonic()
    first = last = None
    peak = 0.0
    done = 0
    while done < total:
        ended = stack.has_ended(process)
        if not ended:
            peak = max(peak, stack.peak_mib(process.pid))
        done = conn.execute(progress).fetchone()[0]
        last = (time.monotonic(), done)
        if done and first is None:
            first = last
        if done < total and (ended or last[0] - began > LIMIT_S):
            raise Failed(f"{done} of {total} events after "
                         f"{last[0] - began:.0f} s")
        time.sleep(0.05)
    return {"start": first[0] - began, "peak": peak,
            "rate": (last[1] - first[1]) / max(last[0] - first[0], 1e-9)}


def run(argv, total, tables=None, log=None, prepare=None, serves=False):
    """Start a program on an empty database and watch it; one that serves is
    told to end, the others do so themselves.
    @returns what watch and Meter tell, per run"""
    progress = OURS if tables is None else THEIRS
    schema = "core" if tables is None else "rival"
    fact = "core.event" if tables is None else "rival.fact"
    with stack.database(DATABASE, tables) as conninfo, psycopg.connect(
            stack.conninfo(DATABASE, True), autocommit=True) as conn:
        if prepare is not None:
            prepare(conn)
        env = dict(os.environ, MAHALLE_PG=conninfo,
                   MAHALLE_BROKERS=stack.brokers(),
                   MAHALLE_SCHEMAS=str(stack.ROOT / "schemas"))
        meter = Meter()
        process = subprocess.Popen(
            [conninfo if one == "@PG@" else one for one in argv], env=env,
            stdout=subprocess.PIPE, stderr=log, text=True)
        patience_s = 0.0
        try:
            result = watch(process, conn, progress, total)
            patience_s = 0.0 if serves else 20.0
        finally:
            cpu = stack.end(process, patience_s)
        said = dict(line.split() for line in process.stdout)
        process.stdout.close()
        time.sleep(0.3)  # the server counts the backend that has ended
        result |= meter.read(cpu)
        result["cpu"] = float(said.get("cpu_seconds", cpu))
        result["fold"] = conn.execute(
            FOLD.format(fact=fact, daily=f"{schema}.daily")).fetchone()
        result["cells"] = conn.execute(CELLS).fetchone()[0]
        result["events"] = total
    return result


def ours(topic, total, batch=BATCH):
    stack.LOGS.mkdir(parents=True, exist_ok=True)
    with open(stack.LOGS / "bench-aggregate.log", "w", encoding="utf-8") as log:
        return run([stack.BIN / "mahalle-aggregate", "--topic", topic,
                    "--group", f"bench-{time.time_ns()}",
                    "--batch-records", str(batch)], total, log=log, serves=True)


def raw(total, batch=BATCH, every=0):
    """PostgreSQL alone; totals appended and merged every so many batches,
    where `every` is not 0."""
    return run([stack.BENCH / "raw_limit", str(total), str(batch), str(every)],
               total, prepare=make_delta_table if every else None)


def python(topic, total, batch=BATCH):
    return run([sys.executable, HERE / "rival_python.py", stack.brokers(),
                topic, "@PG@", str(total), str(batch)], total,
               HERE / "rival.sql")


def rows(topic, total):
    return run([stack.BENCH / "rival_rows", stack.brokers(), topic,
                str(total)], total, HERE / "rival.sql")


def make_delta_table(conn):
    """Where raw_limit appends cells, and the procedure that merges them."""
    keys = "type_id, occurred_on, place_code, agency_id, dims"
    measures = [f"{name}_{k}" for name in ("sum", "by") for k in range(1, 13)]
    add_daily = (stack.ROOT / "schemas/queries/add_daily.sql").read_text()
    merge = add_daily[add_daily.index("ON CONFLICT"):]
    conn.execute(f"""
        CREATE TABLE public.bench_delta (
            type_id int, occurred_on date, place_code text COLLATE "C",
            agency_id smallint, dims text COLLATE "C", events bigint,
            received_at timestamptz,
            {", ".join(f"{name} bigint" for name in measures)});
        CREATE PROCEDURE public.bench_merge() LANGUAGE plpgsql SECURITY DEFINER AS $$
        BEGIN
            INSERT INTO core.daily AS d
                ({keys}, events, received_at, {", ".join(measures)})
            SELECT {keys}, sum(events), max(received_at),
                   {", ".join(f"sum({name})" for name in measures)}
            FROM public.bench_delta GROUP BY {keys} ORDER BY {keys}
            {merge};
            TRUNCATE public.bench_delta;
        END $$;
        GRANT INSERT ON public.bench_delta TO PUBLIC""")


def median(runs, name):
    return statistics.median(one[name] for one in runs)


def cpu_per_million(runs, name):
    return statistics.median(one[name] / one["events"] * 1e6 for one in runs)
