# SPDX-License-Identifier: Apache-2.0
"""The governor's page of the demo, as an analyst makes it and a browser shows it."""

import html
import json
import re
import subprocess

import pytest

from harness.browser import browser, parse, words
from harness.stack import ROOT

DAY = "1404/07/21"
FIGURES = {"councils": 220, "councils_ardabil_city": 54, "councils_elsewhere": 166,
           "mosques_with_cooperative": 24, "schools_rebuilt_and_open": 40}
TO_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
LANGUAGES = ("fa", "en")
EVIL = """</th><script src="https://example.org/x"></script>'&"""


def conflict(lines):
    """A last meeting once more under the same revision with other contents."""
    meeting = json.loads([line for line in lines if "council_meeting_held" in line][-1])
    meeting["members_present"] = 1 + int(meeting.get("members_present") or 0)
    return json.dumps(meeting, ensure_ascii=False)


@pytest.fixture(scope="module")
def demo(servers, tmp_path_factory):
    """The stack with the demo applied; one late agency has markup for a name."""
    folder = tmp_path_factory.mktemp("demo")
    subprocess.run([ROOT / "tests" / "demo" / "generate", "--output",
                    folder / "demo.ndjson", "--places", folder / "places.csv"], check=True)
    quoted = '"' + EVIL.replace('"', '""') + '"'
    (folder / "agencies.csv").write_text("agency_code,label_fa,label_en,source\n"
                                         f"culture,{quoted},{quoted},test\n", "utf-8")
    servers.up()
    servers.fresh()
    servers.admin("reference", "load", folder / "places.csv", folder / "agencies.csv")
    servers.start_consumer()
    lines = (folder / "demo.ndjson").read_text("utf-8").splitlines()
    servers.post_all(lines + [conflict(lines)])
    servers.wait_applied()
    yield servers
    servers.stop_consumers()


def report(stack, *arguments, **environment):
    """mahalle-admin report by an analyst who may not write."""
    return stack.run("mahalle-admin", "report", *arguments, env={
        **stack.environment, "MAHALLE_PG": stack.environment["MAHALLE_PG_ANALYST"],
        "PGOPTIONS": "-c default_transaction_read_only=on", **environment})


def page(stack, lang, *arguments):
    done = report(stack, "--as-of", DAY, "--lang", lang, "--output", "-", *arguments)
    assert done.returncode == 0, done.stderr
    return done.stdout.decode("utf-8")


@pytest.fixture(scope="module")
def pages(demo):
    return {lang: page(demo, lang, "--note", "<note> & 'more'") for lang in LANGUAGES}


def in_digits(value, lang):
    text = f"{value:,}"
    return text.translate(TO_PERSIAN) if lang == "fa" else text


# contents

@pytest.mark.parametrize("lang", LANGUAGES)
def test_figures_are_there_in_the_right_digits(pages, lang):
    root = parse(pages[lang])
    assert root.attrib == {"lang": lang, "dir": "rtl" if lang == "fa" else "ltr"}
    found = {item.attrib["data-figure"]: words(item.find("strong"))
             for item in root.iter("li") if "data-figure" in item.attrib}
    assert found == {name: in_digits(value, lang) for name, value in FIGURES.items()}


def test_persian_page_has_persian_digits_only(pages):
    body = parse(pages["fa"]).find("body")
    assert not re.search("[0-9]", words(body))
    text = words(body)
    assert "۲۱ مهر ۱۴۰۴" in text and "۲۱ شهریور ۱۴۰۴" in text and "٬" in text
    english = words(parse(pages["en"]).find("body"))
    assert "13 Oct 2025 (21 Mehr 1404)" in english
    assert not re.search("[۰-۹]", english)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_counties_add_up_and_bars_follow_the_numbers(pages, lang):
    section = parse(pages[lang]).findall(".//section")[1]
    numbers, widths = [], []
    for row in section.findall(".//tbody/tr"):
        numbers.append(int(words(row.findall("td")[1])))  # int reads Persian digits
        bar = row.find(".//rect").attrib
        widths.append(float(bar["width"].rstrip("%")))
        begin = float(bar["x"].rstrip("%"))
        assert begin == pytest.approx(100 - widths[-1] if lang == "fa" else 0)
    assert len(numbers) == 12 and sum(numbers) == FIGURES["councils"]
    for number, width in zip(numbers, widths):
        assert width == pytest.approx(100 * number / max(numbers), abs=0.02)


def test_months_and_types_are_those_of_the_views(demo, pages):
    tables = parse(pages["en"]).findall(".//details//table")
    months = [int(words(cell).replace(",", ""))
              for cell in tables[0].findall("tfoot/tr/td")]
    expected = [row[0] for row in demo.rows("""
        SELECT sum(d.events)::integer
          FROM report.calendar c
          JOIN report.event_daily d ON d.occurred_on = c.date
          JOIN report.event_type t USING (event_type)
         WHERE c.j_year * 12 + c.j_month BETWEEN 1403 * 12 + 8 AND 1404 * 12 + 7
           AND d.occurred_on <= '2025-10-13' AND t.kind = 'act'
           AND event_type <> 'reporting_closed'
         GROUP BY c.j_year, c.j_month ORDER BY c.j_year, c.j_month""")]
    assert months == expected + [sum(expected)] and len(expected) == 12
    types = {words(row.find("th")): words(row.findall("td")[0])
             for row in tables[1].findall("tbody/tr")}
    for label, count in demo.rows("""
            SELECT t.label_en, sum(d.events)::integer
              FROM report.event_daily d JOIN report.event_type t USING (event_type)
             WHERE d.occurred_on > '2025-09-12' AND d.occurred_on <= '2025-10-13'
               AND t.kind = 'act' AND event_type <> 'reporting_closed' GROUP BY 1"""):
        assert types.pop(label) == str(count)
    assert set(types.values()) <= {"0"}


def test_quality_counts_what_was_rejected(demo, pages):
    section = [s for s in parse(pages["en"]).iter("section")
               if words(s.find("h2")) == "Quality of the data"][0]
    facts = {words(item).rsplit(" ", 1)[0]: words(item.find("b"))
             for item in section.iter("li")}
    assert facts["Rejected"] == "1" and facts["Counts agree with events"] == "✓"
    for label, view in (("Without a founding event", "orphan"),
                        ("Overlapping periods", "overlap")):
        assert facts[label] == str(demo.value(f"SELECT count(*) FROM report.{view}"))
        assert facts[label] != "0"
    assert [words(cell) for cell in section.findall(".//tbody/tr/td")][0] == "1"


def test_late_agencies_stand_first(pages):
    tables = [[[words(cell) for cell in row] for row in table.findall("tbody/tr")]
              for table in parse(pages["en"]).iter("table")
              if words(table).find("Days silent") >= 0]
    late, everyone = tables
    assert 0 < len(late) < len(everyone) and everyone[:len(late)] == late
    names = [row[0] for row in late]
    assert "Sport and Youth" in names and EVIL in names and "Education" not in names


@pytest.mark.parametrize("lang", LANGUAGES)
def test_nothing_is_fetched_run_or_taken_for_markup(pages, lang):
    text = pages[lang]
    root = parse(text)
    assert not list(root.iter("script")) and not list(root.iter("link"))
    for element in root.iter():
        for name, value in element.attrib.items():
            assert name not in ("src", "href", "style") and not name.startswith("on")
            assert "://" not in value
    assert "@import" not in text and re.findall(r"url\((.*?)\)", text) == ["#hatch"]
    assert html.escape(EVIL) in text.replace("&#39;", "&#x27;")
    assert "<note> & 'more'" in words(root.find("body"))


@pytest.mark.parametrize("lang", LANGUAGES)
def test_headings_go_down_step_by_step(pages, lang):
    levels = [int(e.tag[1]) for e in parse(pages[lang]).iter()
              if re.fullmatch("h[1-6]", e.tag)]
    assert levels[0] == 1 and levels.count(1) == 1
    assert all(b <= a + 1 for a, b in zip(levels, levels[1:]))


def luminance(colour):
    parts = [int(colour[i:i + 2], 16) / 255 for i in (1, 3, 5)]
    parts = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
    return 0.2126 * parts[0] + 0.7152 * parts[1] + 0.0722 * parts[2]


def test_texts_have_contrast(pages):
    style = parse(pages["en"]).find("head/style").text
    colours = set(re.findall(r"[{;]color:(#[0-9a-f]{6})", style))
    assert colours
    for colour in colours | {"#0b5d66"}:  # white stands on the accent
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5


# the file

def test_equal_data_give_an_equal_file(demo):
    def without_freshness(text):
        text, count = re.subn('<p class="fresh">.*?</p>', "", text)
        assert count == 1
        return text
    for lang in LANGUAGES:
        assert without_freshness(page(demo, lang)) == without_freshness(page(demo, lang))


def test_a_failure_leaves_the_old_page(demo, tmp_path):
    target = tmp_path / "page.html"
    target.write_text("old", "utf-8")
    gone = "postgresql://nobody@127.0.0.1:9/mahalle"
    assert report(demo, "--output", target, MAHALLE_PG=gone).returncode == 4
    for arguments in (("--as-of", "1404/13/01", "--output", target), (),
                      ("--lang", "ar", "--output", target),
                      ("--as-of", "1300/01/01", "--output", target), ("more",)):
        assert report(demo, *arguments).returncode == 2
    assert target.read_text("utf-8") == "old"
    assert report(demo, "--output", tmp_path / "none" / "none" / "p.html").returncode == 2
    assert report(demo, "--output", target).returncode == 0
    assert target.read_text("utf-8").startswith("<!DOCTYPE html>")
    assert list(tmp_path.iterdir()) == [target]


# in a browser

MEASURE = """
<script>
onload = () => {
  const inside = document.querySelector('iframe').contentDocument;
  const far = inside.documentElement;
  let collisions = 0, small = 0;
  for (const chart of inside.querySelectorAll('svg.columns'))
    for (const kind of ['.m', ':not(.m)']) {
      const boxes = [...chart.querySelectorAll('text' + kind)]
        .map(text => text.getBoundingClientRect()).filter(box => box.width > 0)
        .sort((a, b) => a.left - b.left);
      boxes.forEach((box, i) => {
        const next = boxes[i + 1];
        if (next && next.left < box.right - 1 && next.top < box.bottom - 3
            && box.top < next.bottom - 3) collisions++;
      });
    }
  for (const text of inside.querySelectorAll('p, td, th, li, text'))
    if (parseFloat(getComputedStyle(text).fontSize) < 10) small++;
  document.title = [far.scrollWidth, far.clientWidth, collisions, small].join(' ');
};
</script>"""


def measured(folder, text, width):
    """(how far the page reaches, width, colliding labels, tiny texts)"""
    outer = folder / "outer.html"
    outer.write_text(
        f'<!DOCTYPE html><meta charset="utf-8"><iframe style="width:{width}px;height:'
        f'2000px;border:0" srcdoc="{html.escape(text)}"></iframe>' + MEASURE, "utf-8")
    shown = browser(folder, "--dump-dom", outer.as_uri())
    return tuple(map(int, re.search("<title>(.*?)</title>", shown)[1].split()))


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", (390, 760, 1280))
def test_it_fits_a_screen(pages, tmp_path, lang, width):
    text = pages[lang].replace("<details>", "<details open>")
    assert measured(tmp_path, text, width) == (width, width, 0, 0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_fits_a4(pages, tmp_path, lang):
    """As printed: 180 mm between the margins are 680 px."""
    text = pages[lang].replace("<details>", "<details open>")
    text = text.replace("@media print", "@media all").replace("@media screen", "@media not all")
    assert measured(tmp_path, text, 680) == (680, 680, 0, 0)


@pytest.mark.parametrize("lang", LANGUAGES)
def test_it_can_be_seen_and_printed(pages, tmp_path, lang):
    source = tmp_path / "page.html"
    source.write_text(pages[lang], "utf-8")
    browser(tmp_path, f"--screenshot={tmp_path}/page.png", source.as_uri())
    assert (tmp_path / "page.png").stat().st_size > 50_000  # an empty one has 10 kB
    browser(tmp_path, "--no-pdf-header-footer", f"--print-to-pdf={tmp_path}/page.pdf",
            source.as_uri())
    printed = (tmp_path / "page.pdf").read_bytes()
    boxes = re.findall(rb"/MediaBox\s*\[0 0 ([0-9.]+) ([0-9.]+)\]", printed)
    assert 3 <= len(boxes) <= 8
    assert all((round(float(w)), round(float(h))) == (595, 842) for w, h in boxes)


# without the demo, so it comes last

@pytest.mark.parametrize("lang", LANGUAGES)
def test_empty_database_has_a_page(stack, lang):
    root = parse(page(stack, lang))
    found = [words(item.find("strong")) for item in root.iter("li")
             if "data-figure" in item.attrib]
    assert found == [in_digits(0, lang)] * 5
