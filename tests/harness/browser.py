# SPDX-License-Identifier: Apache-2.0
"""A page in a real browser, and as a tree."""

import html.parser
import os
import shutil
import subprocess
import xml.etree.ElementTree as ElementTree

VOID = {"meta", "br", "rect", "line"}


def browser(folder, *arguments):
    """Run Chromium without a screen; its output. Its profile lies in `folder`."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    assert program, "chromium is missing; deploy/setup --for test installs it"
    return subprocess.run(
        [program, "--headless", "--no-sandbox", "--disable-gpu", "--hide-scrollbars",
         "--no-first-run", f"--user-data-dir={folder}/browser",
         "--window-size=1400,3000", *map(str, arguments)],
        check=True, capture_output=True, timeout=120,
        env={**os.environ, "HOME": str(folder)}).stdout.decode("utf-8")


def parse(text):
    """The page as XML; every element that is opened is closed."""
    assert text.startswith("<!DOCTYPE html>\n")
    opened = []

    class Balance(html.parser.HTMLParser):
        def handle_starttag(self, tag, attrs):
            if tag not in VOID:
                opened.append(tag)

        def handle_endtag(self, tag):
            assert tag in VOID or opened.pop() == tag

    parser = Balance()
    parser.feed(text)
    parser.close()
    assert opened == []
    return ElementTree.fromstring(text.split("\n", 1)[1])


def words(element):
    return " ".join("".join(element.itertext()).split())
