# SPDX-License-Identifier: Apache-2.0
"""The benchmarks: what is measured, which bounds hold, how it is told."""

import argparse
import json
import os
import subprocess
import sys
import time

import door
import drain
import latency
import posting
import questions
import report
import stack
from drain import cpu_per_million, median

RESULTS = stack.ROOT / "build/bench-results"
EVENTS = 2_000_000
ROWS_EVENTS = 100_000
WAYS_EVENTS = 1_000_000
POST_EVENTS = 1_000_000
WAYS = [("upsert", 5000, 0), ("upsert", 10000, 0), ("upsert", 20000, 0),
        ("upsert", 40000, 0), ("append, merged every 200,000", 20000, 10),
        ("append, merged once at the end", 20000, 1_000_000)]


def say(text):
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


# --------------------------------------------------------------- measurement

def run_codec(_):
    done = subprocess.run([stack.BENCH / "codec_bench"], check=True,
                          capture_output=True, text=True)
    result = {name: float(value) for name, value in
              (line.split() for line in done.stdout.splitlines())}
    return result | {"load": os.getloadavg()[0]}


def in_turn(rounds, ways):
    """Each way once a round, so that all see the same weather."""
    runs = {name: [] for name, _ in ways}
    for number in range(rounds):
        for name, way in ways:
            say(f"{name}, {number + 1} of {rounds}")
            runs[name].append(way())
            say(f"    {runs[name][-1]['rate']:,.0f} events/s, others "
                f"{runs[name][-1]['others']:.0%} of the machine")
    return runs


def run_whole(options):
    say("filling the topic")
    topic = stack.filled_topic(options.events)
    rows_events = min(ROWS_EVENTS, options.events)
    return in_turn(options.rounds, [
        ("raw", lambda: drain.raw(options.events)),
        ("ours", lambda: drain.ours(topic, options.events)),
        ("python", lambda: drain.python(topic, options.events)),
        ("rows", lambda: drain.rows(topic, rows_events))])


def run_ways(options):
    count = min(WAYS_EVENTS, options.events)
    return in_turn(options.rounds, [
        (f"{name}, batch {batch}",
         lambda batch=batch, every=every: drain.raw(count, batch, every))
        for name, batch, every in WAYS])


def run_post(options):
    say("writing lines and a table")
    return in_turn(options.rounds,
                   posting.ways(min(POST_EVENTS, options.events)))


def run_questions(options):
    say("questions")
    return questions.measure(options.events)


def run_gateway(options):
    say("gateway")
    return door.measure(options.rounds)


def run_latency(_):
    say("latency")
    return latency.measure()


# -------------------------------------------------------------------- bounds

def judge_codec(found):
    rate = 1e3 / found["decode_check_ns"]
    ratio = found["avro_c_ns"] / found["decode_check_ns"]
    yield rate >= 5, f"decode and check: {rate:.1f} >= 5 M events/s per core"
    yield ratio >= 4, f"decode and check: {ratio:.1f} >= 4 x avro-c"


def judge_whole(found):
    rate = {name: median(runs, "rate") for name, runs in found.items()}
    cpu = {name: cpu_per_million(runs, "cpu") + cpu_per_million(runs, "pg")
           for name, runs in found.items()}
    ours = rate["ours"]
    peak = max(run["peak"] for run in found["ours"])
    folds = {json.dumps(run["fold"]) for name in ("raw", "ours", "python")
             for run in found[name]}
    yield ours >= 80000, f"whole way: {ours:,.0f} >= 80,000 events/s"
    for name, least, text in (("raw", 0.7, "PostgreSQL alone"),
                              ("python", 1.2, "good Python"),
                              ("rows", 8, "plain C, row by row")):
        ratio = ours / rate[name]
        yield ratio >= least, f"whole way: {ratio:.2f} >= {least} x {text}"
    yield cpu["ours"] < cpu["python"], (
        f"whole way: {cpu['ours']:.1f} CPU s a million < good Python's "
        f"{cpu['python']:.1f}")
    yield peak <= 64, f"whole way: peak {peak:.0f} <= 64 MiB"
    yield len(folds) == 1, "whole way: all runs found the same facts and totals"


def judge_post(found):
    rate = {name: median(runs, "rate") for name, runs in found.items()}
    peak = max(run["peak"] for name in ("lines", "table")
               for run in found[name])
    for name in ("lines", "table"):
        yield rate[name] >= 150000, (
            f"post: {name} {rate[name]:,.0f} >= 150,000 events/s")
    ratio = rate["lines"] / rate["python"]
    yield ratio >= 3, f"post: {ratio:.1f} >= 3 x good Python"
    yield peak <= 64, f"post: peak {peak:.0f} <= 64 MiB"


def judge_latency(found):
    yield found["median_ms"] <= 50, (
        f"posted to visible: median {found['median_ms']:.1f} <= 50 ms")


def no_bound(_):
    return ()


PARTS = {"codec": (run_codec, judge_codec, report.codec),
         "whole": (run_whole, judge_whole, report.whole),
         "post": (run_post, judge_post, report.post),
         "gateway": (run_gateway, door.judge, door.table),
         "questions": (run_questions, questions.judge, questions.table),
         "latency": (run_latency, judge_latency, report.latency),
         "ways": (run_ways, no_bound, report.ways)}


# ----------------------------------------------------------------------- run

def parse(argv):
    parser = argparse.ArgumentParser(
        prog="tests/bench/run", description="Measure, print tables and one "
        "line a bound. About 20 minutes for everything.",
        epilog="tests/bench/run lag: the bounds of the monitor, for a quiet machine. "
        "tests/bench/run exporters: the monitor beside public lag "
        "exporters, which are built for it; alone.")
    parser.add_argument("parts", nargs="*", metavar="PART",
                        help=f"{', '.join(PARTS)}; all when none is named")
    parser.add_argument("--markdown", action="store_true",
                        help="tables as Markdown, for README")
    parser.add_argument("--saved", action="store_true", help="measure nothing, "
                        "print what the last run of each part found")
    parser.add_argument("--events", type=int, default=EVENTS,
                        help="of the whole way (%(default)s)")
    parser.add_argument("--rounds", type=int, default=3,
                        help="of which the median counts (%(default)s)")
    options = parser.parse_args(argv)
    for part in options.parts:
        if part not in PARTS:
            parser.error(f"no such part: {part}")
    options.parts = options.parts or list(PARTS)
    return options


def find(part, options):
    """What the part found, now or when it last ran; None: it never ran."""
    path = RESULTS / f"{part}.json"
    if not options.saved:
        RESULTS.mkdir(parents=True, exist_ok=True)
        found = {"when": time.strftime("%Y-%m-%d %H:%M"),
                 "found": PARTS[part][0](options)}
        path.write_text(json.dumps(found, indent=1))
    # what was read back has one form, measured now or then
    return json.loads(path.read_text()) if path.exists() else None


def main():
    options = parse(sys.argv[1:])
    passed = failed = skipped = 0
    if not options.saved:
        if not (stack.BENCH / "load").exists():
            sys.exit(f"bench: {stack.BENCH} is empty; build with "
                     "-DMAHALLE_BENCH=ON, or let tests/run bench do it")
        say("servers")
        stack.up()
    for part in options.parts:
        try:
            saved = find(part, options)
        except (drain.Failed, subprocess.CalledProcessError) as error:
            print(f"fail bench: {part}: {error}", flush=True)
            failed += 1
            continue
        if saved is None:
            print(f"skip bench: {part} was never measured")
            skipped += 1
            continue
        _, judge, tell = PARTS[part]
        title, lines = tell(saved["found"])
        report.show(f"{title} ({saved['when']})", lines, options.markdown)
        for fine, text in judge(saved["found"]):
            passed += fine
            failed += not fine
            print(f"{'pass' if fine else 'fail'} bench: {text}", flush=True)
    print(f"\n{passed} passed, {failed} failed, {skipped} skipped")
    return failed > 0


if __name__ == "__main__":
    sys.exit(main())
