# SPDX-License-Identifier: Apache-2.0
"""Exactly once, shown: kill -9 in a loop under load, servers dying in between."""

import itertools
import random
import signal
import subprocess
import time

import pytest

from harness.stack import ROOT
from harness.verdicts import assert_like_log

EVENTS = 60_000
ROUNDS = 30


@pytest.mark.timeout(900)
def test_totals_are_exact_after_many_deaths(stack, contract, tmp_path):
    rng = random.Random(9)
    source = tmp_path / "load.ndjson"
    subprocess.run([ROOT / "tests" / "demo" / "generate", "--scale", str(EVENTS),
                    "--output", source], check=True)
    lines = source.read_text().splitlines(keepends=True)
    share = len(lines) // ROUNDS
    applied = [0]
    for number in range(ROUNDS):
        part = tmp_path / f"part-{number}"
        last = number == ROUNDS - 1
        part.write_text("".join(lines[number * share:None if last else (number + 1) * share]))
        stack.new_group()
        consumers = [stack.start_consumer(MAHALLE_BATCH_RECORDS="100")
                     for _ in range(rng.randint(1, 2))]
        poster = subprocess.Popen(["mahalle-post", part], env=stack.environment,
                                  stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        time.sleep(rng.uniform(0.2, 1.5))
        if number % 6 == 2:
            stack.kill_server("postgres")
            stack.up("postgres")
        if number % 6 == 5:
            stack.kill_server("kafka")
            stack.up("kafka")
        for process in consumers:
            assert process.poll() is None, process.log.read_text()[-2000:]
            process.send_signal(signal.SIGKILL)
            process.wait(10)
        stack.consumers.clear()
        applied.append(stack.fates()["applied"])
        # a poster that gave up is run again: repeats change nothing
        if poster.wait(120) != 0:
            assert stack.run("mahalle-post", part).returncode == 0
    died_at_work = sum(b > a for a, b in itertools.pairwise(applied))
    assert died_at_work >= ROUNDS // 2, applied
    stack.new_group()
    stack.start_consumers(2)
    stack.wait_applied(300)
    stack.assert_none_blocked()
    log = assert_like_log(stack, contract, days=())
    assert log.letters == []
    assert log.fates["applied"] == len(set(lines))
