# SPDX-License-Identifier: Apache-2.0
"""The gateway and a rival proxy: events by HTTP until Kafka has them, with
http_load.c as the clients of both. No consumer runs; the database is there for
keys and contract."""

import contextlib
import os
import re
import subprocess
import sys
import tempfile
import time

import drain
import stack

BATCHES = 200_000   # events, a hundred a post
SINGLES = 30_000    # events, one a post
WARM = 50_000       # events that Kafka has seen before it counts
LINES = 2 * BATCHES + SINGLES
HERE = stack.ROOT / "tests/bench"
VENV = stack.ROOT / "build/bench-venv"


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


def install_rival():
    """Python packages of the rival alone, the first time and when they change."""
    wanted, stamp = HERE / "requirements.txt", VENV / "stamp"
    if stamp.exists() and stamp.read_bytes() == wanted.read_bytes():
        return
    subprocess.run([sys.executable, "-m", "venv", "--clear", VENV], check=True)
    subprocess.run([VENV / "bin/pip", "install", "--quiet", "--require-hashes",
                    "--only-binary", ":all:", "-r", wanted], check=True)
    stamp.write_bytes(wanted.read_bytes())


@contextlib.contextmanager
def rival(topic):
    """A running rival: (process, port)."""
    process = subprocess.Popen(
        [VENV / "bin/python", HERE / "rival_door.py", stack.brokers(), topic],
        stdout=subprocess.PIPE, text=True)
    try:
        word, _, port = process.stdout.readline().strip().partition(" ")
        if word != "port":
            raise drain.Failed("the rival does not start")
        yield process, port
    finally:
        process.terminate()
        process.wait()
        process.stdout.close()


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


def measure_ours(topic, lines, runs):
    with stack.database(drain.DATABASE) as conninfo, \
            gateway(conninfo, topic) as (process, port, key):
        runs["batches"].append(run(process, port, key, lines[:BATCHES], 100, 16))
        half = runs["batches"][-1]["rate"] / 2 / 100
        runs["half"].append(run(process, port, key, lines[BATCHES:2 * BATCHES], 100, 16,
                                half))
        runs["singles"].append(run(process, port, key, lines[2 * BATCHES:], 1, 64))


def measure_rival(topic, lines, runs):
    with rival(topic) as (process, port):
        runs["rival batches"].append(run(process, port, "-", lines[:BATCHES], 100, 16))
        runs["rival singles"].append(run(process, port, "-", lines[2 * BATCHES:], 1, 64))


def measure(rounds):
    """{way: runs}: as fast as it goes, at half of that, one by one; and the rival
    with the same lines in the same shapes, first in every second round. Kafka is
    warm before the first of them."""
    runs = {"batches": [], "half": [], "singles": [], "rival batches": [],
            "rival singles": []}
    ways = [measure_ours, measure_rival]
    install_rival()
    for number in range(rounds):
        lines = subprocess.run(
            [stack.ROOT / "tests/demo/generate", "--scale", str(LINES), "--seed",
             str(number + 1)], check=True, capture_output=True,
            text=True).stdout.splitlines(keepends=True)
        topic = f"bench.gateway.{time.time_ns()}"
        stack.make_topic(topic)
        if number == 0:
            with rival(topic) as (process, port):
                run(process, port, "-", lines[:WARM], 100, 16)
        for way in ways:
            way(topic, lines, runs)
        ways.reverse()
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
    for name in ("batches", "singles"):
        if f"rival {name}" not in found:   # of a run before there was one
            continue
        ratio = rate[name] / rate[f"rival {name}"]
        yield ratio > 1, f"gateway: {name} {ratio:.1f} > 1 x a good Python proxy"
    peak = max(run["peak"] for name, runs in found.items() for run in runs
               if not name.startswith("rival"))
    yield peak <= 64, f"gateway: peak {peak:.0f} <= 64 MiB"


NAMES = {"batches": "100 a post, 16 connections",
         "half": "the same at half of that rate",
         "singles": "one a post, 64 connections",
         "rival batches": "Python proxy, 100 a post, 16 connections",
         "rival singles": "Python proxy, one a post, 64 connections"}


def table(found):
    lines = [["", "events/s", "ours is", "p50 ms", "p99 ms", "CPU s/M", "Kafka CPU s/M", "peak MiB"]]
    for name, runs in found.items():
        ours = found.get(name.removeprefix("rival "))
        ratio = drain.median(ours, "rate") / drain.median(runs, "rate")
        lines.append([
            NAMES[name], f"{drain.median(runs, 'rate'):,.0f}",
            "" if ours is runs else f"{ratio:.1f} x",
            f"{drain.median(runs, 'p50_ms'):.1f}", f"{drain.median(runs, 'p99_ms'):.1f}",
            f"{drain.cpu_per_million(runs, 'cpu'):.1f}",
            f"{drain.cpu_per_million(runs, 'kafka'):.1f}",
            f"{max(run['peak'] for run in runs):.0f}"])
    count = len(found["batches"])
    return f"Gateway: events stored in Kafka by HTTP, medians of {count} runs", lines
