# SPDX-License-Identifier: Apache-2.0
"""libmahalle for tests: a program that posts with it, and what it was told."""

import collections
import json
import os
import pathlib
import subprocess

from harness.stack import ROOT

BIN = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release"))
TOOL = BIN / "tests" / "mh-library-tool"
Result = collections.namedtuple("Result", "fate line id partition offset reason faults")


def library(stack, how, number, events, code=0, **settings):
    """What the tool prints: results in the order of the lines, and the end."""
    lines = [event if isinstance(event, str) else json.dumps(event) for event in events]
    done = subprocess.run(
        [TOOL, how, str(number), *(f"{name}={value}" for name, value in settings.items())],
        input="".join(line + "\n" for line in lines).encode(), capture_output=True,
        env={**stack.environment, "NO_PROXY": "*"}, timeout=120)
    assert done.stderr == b"", done.stderr
    *results, end = done.stdout.decode().splitlines()
    assert done.returncode == code, end
    read = []
    for line in results:
        fate, number, ident, partition, offset, reason, *faults = line.split("\t")
        read.append(Result(fate, int(number), ident, int(partition), int(offset), reason,
                           faults))
    return sorted(read, key=lambda result: result.line), end


def fates(results):
    return collections.Counter(result.fate for result in results)


def kafka(stack):
    return {"brokers": stack.environment["MAHALLE_BROKERS"], "schemas": stack.schemas}


def gate(door):
    return {"gateway": door.url, "key": door.key}
