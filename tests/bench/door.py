# SPDX-License-Identifier: Apache-2.0
"""The gateway: events by HTTP until Kafka has them, with http_load.c as the
clients. No consumer runs; the database is there for keys and contract."""

import contextlib
import os
import re
import subprocess
import tempfile
import time

import drain
import stack

BATCHES = 200_000   # events, a hundred a post
SINGLES = 30_000    # events, one a post
LINES = 2 * BATCHES + SINGLES


@contextlib.contextmanager
def gateway(conninfo, topic):
    """A running gateway: (process, port, key)."""
    env = dict(os.environ, MAHALLE_PG=conninfo, MAHALLE_BROKERS=stack.brokers(),
               MAHALLE_SCHEMAS=str(stack.ROOT / "schemas"))
    made = subprocess.run([stack.BIN / "mahalle-admin", "keys", "create", "--agency", "*"],
                          env=env, check=True, capture_output=True, text=True)
    log = tempfile.TemporaryFile("w+")
    process = subprocess.Popen([stack.BIN / "mahalle-gateway", "--topic", topic,
                                "--listen", "127.0.0.1:0"], env=env, stderr=log)
    try:
        until = time.monotonic() + 15
        while True:
            log.seek(0)
            found = re.search(r"listen=http://127\.0\.0\.1:(\d+)", log.read())
            if found:
                break
            if time.monotonic() > until:
                raise drain.Failed("the gateway does not start")
            time.sleep(0.05)
        yield process, found.group(1), made.stdout.split()[-1]
    finally:
        stack.end(process)


def run(process, port, key, lines, batch, connections, posts_per_s=0):
    with tempfile.NamedTemporaryFile("w", suffix=".ndjson") as source:
        source.writelines(lines)
        source.flush()
        meter = drain.Meter()
        before = stack.cpu_seconds(process.pid), stack.kafka_cpu_seconds()
        done = subprocess.run(
            [stack.BENCH / "http_load", port, source.name, str(batch),
             str(connections), str(posts_per_s)], check=True, capture_output=True,
            text=True, env=dict(os.environ, MAHALLE_API_KEY=key))
    result = {name: float(value) for name, value in map(str.split, done.stdout.splitlines())}
    cpu = stack.cpu_seconds(process.pid) - before[0]
    if result["stored"] != len(lines) or result["refused_posts"]:
        raise drain.Failed(f"not all was stored: {done.stdout}")
    return meter.read(cpu) | result | {
        "events": len(lines), "cpu": cpu, "kafka": stack.kafka_cpu_seconds() - before[1],
        "peak": stack.peak_mib(process.pid)}


def measure(rounds):
    """{way: runs}: as fast as it goes, at half of that, one by one."""
    runs = {"batches": [], "half": [], "singles": []}
    for number in range(rounds):
        lines = subprocess.run(
            [stack.ROOT / "tests/demo/generate", "--scale", str(LINES), "--seed",
             str(number + 1)], check=True, capture_output=True,
            text=True).stdout.splitlines(keepends=True)
        topic = f"bench.gateway.{time.time_ns()}"
        stack.make_topic(topic)
        with stack.database(drain.DATABASE) as conninfo, \
                gateway(conninfo, topic) as (process, port, key):
            runs["batches"].append(run(process, port, key, lines[:BATCHES], 100, 16))
            half = runs["batches"][-1]["rate"] / 2 / 100
            runs["half"].append(run(process, port, key, lines[BATCHES:2 * BATCHES], 100,
                                    16, half))
            runs["singles"].append(run(process, port, key, lines[2 * BATCHES:], 1, 64))
        stack.remove_topics([topic])
    return runs


def judge(found):
    rate = {name: drain.median(runs, "rate") for name, runs in found.items()}
    yield rate["batches"] >= 50000, (
        f"gateway: batches of 100, {rate['batches']:,.0f} >= 50,000 events/s stored")
    late = drain.median(found["half"], "p99_ms")
    yield late < 100, f"gateway: p99 {late:.0f} < 100 ms at half of that"
    yield rate["singles"] >= 5000, (
        f"gateway: single events, {rate['singles']:,.0f} >= 5,000 a second")
    peak = max(run["peak"] for runs in found.values() for run in runs)
    yield peak <= 64, f"gateway: peak {peak:.0f} <= 64 MiB"


NAMES = {"batches": "100 a post, 16 connections",
         "half": "the same at half of that rate",
         "singles": "one a post, 64 connections"}


def table(found):
    lines = [["", "events/s", "p50 ms", "p99 ms", "CPU s/M", "Kafka CPU s/M", "peak MiB"]]
    for name, runs in found.items():
        lines.append([
            NAMES[name], f"{drain.median(runs, 'rate'):,.0f}",
            f"{drain.median(runs, 'p50_ms'):.1f}", f"{drain.median(runs, 'p99_ms'):.1f}",
            f"{drain.cpu_per_million(runs, 'cpu'):.1f}",
            f"{drain.cpu_per_million(runs, 'kafka'):.1f}",
            f"{max(run['peak'] for run in runs):.0f}"])
    count = len(found["batches"])
    return f"Gateway: events stored in Kafka by HTTP, medians of {count} runs", lines
