# SPDX-License-Identifier: Apache-2.0
"""Events from a file until Kafka has confirmed them all: by mahalle-post from
lines and from a table, by librdkafka alone, by a good Python program. Each run
has a topic of its own; the clock runs from the start of the program to its
end."""

import csv
import json
import os
import subprocess
import sys
import time

import drain
import stack

WORK = stack.ROOT / "build/bench-post"
GENERATE = stack.ROOT / "tests/demo/generate"
TYPE = "council_meeting_held"
MEMORY_EVERY_S = 0.05


def make_lines(count):
    """The load stream of the demo, and the rows of its commonest type (six
    tenths of it) as often as needed for the same count."""
    WORK.mkdir(parents=True, exist_ok=True)
    lines, table = WORK / f"{count}.ndjson", WORK / f"{count}.csv"
    if not lines.exists():
        part = WORK / "part"
        subprocess.run([GENERATE, "--scale", str(count), "--output", part],
                       check=True)
        part.rename(lines)
    if not table.exists():
        make_table(count, table)
    return lines, table


def make_table(count, path):
    part = WORK / "part"
    stream = subprocess.Popen([GENERATE, "--scale", str(count * 2)],
                              stdout=subprocess.PIPE)
    with open(part, "w", encoding="utf-8", newline="") as out:
        writer = None
        for line in stream.stdout:
            event = json.loads(line)
            if event.pop("event_type") != TYPE:
                continue
            if writer is None:
                writer = csv.DictWriter(out, list(event))
                writer.writeheader()
            writer.writerow(event)
            count -= 1
            if count == 0:
                break
    stream.kill()
    stream.stdout.close()
    stream.wait()
    part.rename(path)


def run(argv, count):
    """@returns events/s, CPU seconds of program and Kafka, peak MiB"""
    topic = f"post.{time.time_ns()}"
    stack.make_topic(topic)
    env = dict(os.environ, MAHALLE_BROKERS=stack.brokers(),
               MAHALLE_SCHEMAS=str(stack.ROOT / "schemas"))
    meter = drain.Meter()
    began = time.monotonic()
    process = subprocess.Popen(
        [topic if one == "@TOPIC@" else one for one in argv], env=env,
        stdout=subprocess.DEVNULL)
    peak = 0.0
    while not stack.has_ended(process):
        peak = max(peak, stack.peak_mib(process.pid))
        time.sleep(MEMORY_EVERY_S)
    wall = time.monotonic() - began
    cpu = stack.end(process, 0)
    result = meter.read(cpu)
    stored = stack.held(topic)
    stack.remove_topics([topic])
    if process.returncode != 0 or stored != count:
        raise drain.Failed(f"{argv[0]}: exit {process.returncode}, {stored} of "
                           f"{count} events")
    return result | {"rate": count / wall, "events": count, "peak": peak}


def ways(count):
    lines, table = make_lines(count)
    post = [stack.BIN / "mahalle-post", "--topic", "@TOPIC@"]
    return [
        ("load", lambda: run([stack.BENCH / "load", stack.brokers(), "@TOPIC@",
                              str(count)], count)),
        ("lines", lambda: run([*post, lines], count)),
        ("table", lambda: run([*post, "--format", "csv", "--type", TYPE, table],
                              count)),
        ("python", lambda: run([sys.executable, stack.ROOT /
                                "tests/bench/rival_post.py", stack.brokers(),
                                "@TOPIC@", lines], count))]
