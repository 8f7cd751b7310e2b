# SPDX-License-Identifier: Apache-2.0
"""The manual page, --help and --print-config of each program know the same
options. No server is needed."""

import os
import pathlib
import re
import subprocess

import pytest

ROOT = pathlib.Path(__file__).parents[2]
BIN = pathlib.Path(os.environ.get("MAHALLE_BIN", ROOT / "build" / "release"))
PROGRAMS = sorted(page.stem for page in (ROOT / "deploy" / "man").glob("*.1"))

# Of every program; the manual may leave them to --help.
COMMON = {"config", "kafka", "print-config", "help", "version"}


def output(program, *flags):
    return subprocess.run([BIN / program, *flags], check=True, text=True,
                          capture_output=True, timeout=10).stdout


def pages_of(program):
    """The page of --help, and those of groups of commands where there are any."""
    page = output(program, "--help")
    yield page
    if "COMMAND --help" in page:
        for group in dict.fromkeys(re.findall(rf"^  {program} ([a-z-]+)", page, re.M)):
            yield output(program, group, "--help")


def options_of(program):
    """Flags and secrets, as --help names them; a secret stands there with its
    variable first and its name in brackets."""
    text = "".join(page.split("\nOptions", 1)[1] for page in pages_of(program))
    flags = re.findall(r"^  --([a-z-]+)", text, re.M)
    secrets = re.findall(r"^  MAHALLE_[A-Z_]+ \(([a-z-]+)\)", text, re.M)
    return set(flags), set(secrets)


def test_help_of_a_group_has_its_own_commands_and_options_alone():
    page = output("mahalle-admin", "dead-letters", "--help")
    assert "dead-letters replay" in page and "--reason" in page
    assert "accept-gap --" not in page and "--replication" not in page
    assert page == output("mahalle-admin", "--help", "dead-letters", "list")


def test_every_program_has_a_manual():
    built = {file.name for file in BIN.glob("mahalle-*") if file.is_file()}
    assert built == set(PROGRAMS)


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_example_configuration_has_every_option(program):
    flags, secrets = options_of(program)
    example = output(program, "--print-config")
    names = set(re.findall(r"^#([a-z-]+) =", example, re.M))
    assert names == (flags | secrets) - COMMON


@pytest.mark.parametrize("program", PROGRAMS)
def test_the_manual_names_every_option_and_no_other(program):
    flags, secrets = options_of(program)
    page = (ROOT / "deploy" / "man" / f"{program}.1").read_text()
    page = page.replace(r"\-", "-")
    named = set(re.findall(r"--([a-z][a-z-]*)", page))
    assert named - COMMON == flags - COMMON
    for secret in secrets:
        assert "MAHALLE_" + secret.upper().replace("-", "_") in page
