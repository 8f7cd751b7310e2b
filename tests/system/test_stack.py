# SPDX-License-Identifier: Apache-2.0
"""deploy/services.sh: which services the local stack takes for its own."""

import pathlib
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]


def names(directory, consumers, question):
    script = ". deploy/common.sh && . deploy/services.sh && STACK=$1 CONSUMERS=$2 && $3"
    done = subprocess.run(["bash", "-c", script, "stack", directory, str(consumers), question],
                          cwd=ROOT, text=True, capture_output=True, timeout=30, check=True)
    return done.stdout.split()


@pytest.mark.parametrize("question", ("services", "services_missing"))
def test_a_consumer_that_died_is_wanted_until_it_is_stopped(tmp_path, question):
    """Also when a later call asks for fewer: nobody stopped it."""
    assert names(tmp_path, 2, question) == ["aggregate-1", "aggregate-2", "lag", "gateway"]
    (tmp_path / "aggregate-1.pid").write_text("99999999\n")
    (tmp_path / "aggregate-3.pid").write_text("99999999\n")
    (tmp_path / "lag.pid").write_text("99999999\n")
    assert names(tmp_path, 1, question) == ["aggregate-1", "aggregate-3", "lag", "gateway"]
