# SPDX-License-Identifier: Apache-2.0
"""The data dictionary, schemas/README.md, says what schemas and views say."""

import re

import pytest

import dictionary
from harness.stack import ROOT

FILE = ROOT / "schemas" / "README.md"
FRESH = ROOT / "build" / "schemas-README.md"


@pytest.fixture(scope="module")
def text():
    return FILE.read_text("utf-8")


def test_dictionary_is_up_to_date(stack, text):
    with stack.connect() as connection:
        fresh = dictionary.write(connection)
    if fresh != text:
        FRESH.write_text(fresh, "utf-8")
        pytest.fail("schemas/README.md is older than schemas, views or faults. Read"
                    " the difference and take the new one:\n"
                    "diff schemas/README.md build/schemas-README.md\n"
                    "cp build/schemas-README.md schemas/README.md", pytrace=False)


def slug(heading):
    """As the anchors of GitHub and GitLab are made."""
    heading = heading.replace("&lt;", "<").replace("&gt;", ">").lower()
    return re.sub(r"[^\w\- ]", "", heading).replace(" ", "-")


def test_links_lead_somewhere(text):
    anchors = [slug(h) for h in re.findall(r"^#+ (.*)$", text, re.M)]
    assert len(anchors) == len(set(anchors))
    for target in re.findall(r"\]\(([^)]+)\)", text):
        if target.startswith("#"):
            assert target[1:] in anchors, target
        else:
            assert (FILE.parent / target).exists(), target


def test_rows_of_a_table_have_the_same_number_of_cells(text):
    for block in re.findall(r"(?:^\|.*\n)+", text, re.M):
        widths = {len(re.findall(r"(?<!\\)\|", line)) for line in block.splitlines()}
        assert len(widths) == 1, block.splitlines()[0]
    assert text.count('<div dir="rtl">') == text.count("</div>")


def test_every_column_is_told_in_persian_and_english(stack):
    assert stack.rows("SELECT attrelid::regclass::text, attname FROM pg_attribute"
                      "  JOIN pg_class c ON c.oid = attrelid"
                      " WHERE relnamespace IN ('report'::regnamespace, 'ops'::regnamespace)"
                      "   AND relkind IN ('r', 'v') AND attnum > 0 AND NOT attisdropped"
                      "   AND coalesce(col_description(attrelid, attnum), '') !~ '. — .'") == []


def test_every_type_and_every_view_is_there(stack, text):
    for path in ROOT.glob("schemas/events/*/*.v1.avsc"):
        assert f"\n### {path.name.split('.')[0]}\n" in text
    for (name,) in stack.rows("SELECT table_name FROM information_schema.tables"
                              " WHERE table_schema = 'report'"
                              " UNION SELECT routine_name FROM information_schema.routines"
                              " WHERE routine_schema = 'report'"):
        assert f"report.{name}" in text, name
