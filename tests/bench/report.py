# SPDX-License-Identifier: Apache-2.0
"""Tables of what was found, for the eye or as Markdown."""

from drain import cpu_per_million, median

NAMES = {"raw": "PostgreSQL alone (no Kafka, no reading)",
         "ours": "mahalle-aggregate", "python": "good Python",
         "rows": "plain C, row by row"}


def show(title, lines, markdown):
    """The first line is the header."""
    lines = [[str(cell) for cell in line] for line in lines]
    widths = [max(len(line[i]) for line in lines) for i in range(len(lines[0]))]
    if markdown:
        print(f"\n**{title}**\n")
        lines.insert(1, ["-" * (width - 1) + (":" if i else "-")
                         for i, width in enumerate(widths)])
    else:
        print(f"\n{title}\n")
    for line in lines:
        cells = [cell.rjust(width) if i else cell.ljust(width)
                 for i, (cell, width) in enumerate(zip(line, widths))]
        if markdown:
            print("| " + " | ".join(cells) + " |")
        else:
            print("  " + "  ".join(cells).rstrip())
    print(flush=True)


def codec(found):
    lines = [["per record, one core", "ns", "M/s"]]
    for name, text in (("decode", "decode"),
                       ("decode_check", "decode, check"),
                       ("decode_check_hash", "decode, check, content hash"),
                       ("avro_c", "avro-c, generic reader")):
        ns = found[f"{name}_ns"]
        lines.append([text, f"{ns:.0f}", f"{1e3 / ns:.1f}"])
    return (f"Codec: records of {found['record_bytes']:.0f} bytes, load "
            f"{found['load']:.1f}", lines)


def rate_row(name, runs):
    low, high = (pick(run["rate"] for run in runs) for pick in (min, max))
    return [name, f"{median(runs, 'rate'):,.0f}", f"{low:,.0f} - {high:,.0f}",
            f"{cpu_per_million(runs, 'cpu'):.1f}",
            f"{cpu_per_million(runs, 'pg'):.1f}",
            f"{median(runs, 'events') / median(runs, 'cells'):.2f}",
            f"{max(run['others'] for run in runs):.0%}"]


RATE_HEADER = ["", "events/s", "range", "CPU s/M", "PG CPU s/M", "fold",
               "others"]


def whole(found):
    lines = [RATE_HEADER[:-2] + ["peak MiB", "start s"] + RATE_HEADER[-2:]]
    for name, runs in found.items():
        row = rate_row(NAMES[name], runs)
        peak = max(run["peak"] for run in runs)
        start = median(runs, "start")
        extra = ["-", "-"] if name == "raw" else [f"{peak:.0f}", f"{start:.1f}"]
        lines.append(row[:-2] + extra + row[-2:])
    events = found["ours"][0]["events"]
    return (f"Whole way: {events:,} events in Kafka (plain C: "
            f"{found['rows'][0]['events']:,}), medians of "
            f"{len(found['ours'])} runs in turn", lines)


POSTS = {"load": "events made in memory, librdkafka alone",
         "lines": "mahalle-post, lines of JSON",
         "table": "mahalle-post, CSV of one type",
         "python": "good Python, lines of JSON, no check"}


def post(found):
    lines = [["", "events/s", "range", "CPU s/M", "Kafka CPU s/M", "peak MiB",
              "others"]]
    for name, runs in found.items():
        row = rate_row(POSTS[name], [run | {"pg": 0, "cells": 1}
                                     for run in runs])
        lines.append([*row[:4], f"{cpu_per_million(runs, 'kafka'):.1f}",
                      f"{max(run['peak'] for run in runs):.0f}", row[-1]])
    first = next(iter(found.values()))
    return (f"Post: {first[0]['events']:,} events from a file into Kafka, "
            f"medians of {len(first)} runs in turn", lines)


def ways(found):
    lines = [RATE_HEADER] + [rate_row(name, runs)
                             for name, runs in found.items()]
    first = next(iter(found.values()))
    return (f"Ways to write: PostgreSQL alone, {first[0]['events']:,} events, "
            f"medians of {len(first)} runs in turn", lines)


def latency(found):
    lines = [["posted to visible, ms", "median", "p90", "p99", "max"],
             [f"{found['events']} single events"] +
             [f"{found[name]:.1f}" for name in
              ("median_ms", "p90_ms", "p99_ms", "max_ms")]]
    return (f"Latency: one look takes {found['look_ms']:.1f} ms, others "
            f"{found['others']:.0%} of the machine", lines)
