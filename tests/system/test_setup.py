# SPDX-License-Identifier: Apache-2.0
"""deploy/setup, on a copy of the tree with a library of one line: a new
librdkafka takes the place of the old one only when it is whole."""

import hashlib
import io
import os
import pathlib
import shutil
import subprocess
import tarfile

import pytest

ROOT = pathlib.Path(__file__).parents[2]
CONFIGURE = """#!/bin/sh
for word; do case $word in --prefix=*) prefix=${word#--prefix=} ;; esac; done
{ printf 'all:\\n\\t%s\\ninstall:\\n' "$BUILD_STEP"
  printf '\\tmkdir -p $(DESTDIR)%s/lib\\n' "$prefix"
  printf '\\techo new >$(DESTDIR)%s/lib/librdkafka.so.1\\n' "$prefix"
} >src/Makefile
"""


def archive():
    """What npm would fetch, with another configure."""
    raw = io.BytesIO()
    with tarfile.open(fileobj=raw, mode="w:gz") as tar:
        for name, text, mode in (("configure", CONFIGURE, 0o755), ("src/none", "", 0o644)):
            entry = tarfile.TarInfo("package/deps/librdkafka/" + name)
            entry.size, entry.mode = len(text), mode
            tar.addfile(entry, io.BytesIO(text.encode()))
    return raw.getvalue()


@pytest.fixture
def tree(tmp_path):
    """deploy/ with its own build/, where an older librdkafka was made before."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    deps = tmp_path / "build" / "deps"
    (deps / "lib").mkdir(parents=True)
    (deps / "lib" / "librdkafka.so.1").write_text("old\n")
    (deps / "librdkafka.stamp").write_text("of older pins\n")
    content = archive()
    (tmp_path / "source.tgz").write_bytes(content)
    pins = tmp_path / "deploy" / "pins"
    pins.write_text(f"npm {hashlib.sha256(content).hexdigest()} some-package@1\n")
    stamp = hashlib.sha256(f"{pins.read_text()}{tmp_path}/build\n".encode()).hexdigest()
    (deps / "kafka.stamp").write_text(stamp + "\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    for name, text in (("npm", f"cp {tmp_path}/source.tgz package.tgz && echo package.tgz"),
                       ("pkg-config", 'case $* in *rdkafka*) exit 1 ;; esac')):
        (tools / name).write_text(f"#!/bin/sh\n{text}\n")
        (tools / name).chmod(0o755)
    return tmp_path


def setup(tree, build_step="true"):
    return subprocess.run([tree / "deploy" / "setup"], text=True, capture_output=True,
                          timeout=60, env={**os.environ, "BUILD_STEP": build_step,
                                           "PATH": f"{tree}/tools:{os.environ['PATH']}"})


def library(tree):
    return (tree / "build/deps/lib/librdkafka.so.1").read_text().strip()


def test_a_failed_build_leaves_the_old_library_and_is_tried_again(tree):
    done = setup(tree, "false")
    assert done.returncode == 1 and library(tree) == "old", done.stdout + done.stderr
    done = setup(tree)
    assert done.returncode == 0 and library(tree) == "new", done.stdout + done.stderr
    assert "Everything needed to run is there." in setup(tree, "false").stdout


def test_the_old_library_stays_in_use_while_the_new_one_is_made(tree):
    held = open(tree / "build/deps/lib/librdkafka.so.1", encoding="ascii")
    seen = tree / "seen"
    done = setup(tree, f"cat {tree}/build/deps/lib/librdkafka.so.1 >{seen}")
    assert done.returncode == 0, done.stdout + done.stderr
    assert seen.read_text() == "old\n"
    assert (library(tree), held.read()) == ("new", "old\n")
    held.close()
