# SPDX-License-Identifier: Apache-2.0
"""Tables of spreadsheets through mahalle-post, Kafka and PostgreSQL."""

import concurrent.futures
import csv
import io
import itertools
import json
import subprocess
import time
import uuid

import pytest

from harness.stack import ROOT
from harness.verdicts import assert_like_log

TYPE = "council_meeting_held"
HEAD = ["source_ref", "occurred_on", "agency_code", "place_code", "council_code",
        "members_present"]
ROW = ["N-1", "1404/07/21", "governorate", "c1195-001", "c1195-001-C1", "12"]

# What programs write: how it is told to mahalle-post, encoding, CSV dialect.
DIALECTS = {
    "LibreOffice": ((), "utf-8", {"delimiter": ",", "lineterminator": "\n",
                                  "quoting": csv.QUOTE_ALL}),
    "Excel, CSV UTF-8": ((), "utf-8-sig", {"delimiter": ";"}),
    "Excel, Unicode text": (("--charset", "UTF-16"), "utf-16",
                            {"delimiter": "\t"}),
    "Excel, CSV": (("--charset", "windows-1256"), "cp1256", {"delimiter": ";"}),
}
OLD_LETTERS = str.maketrans("یک۰۱۲۳۴۵۶۷۸۹", "يك0123456789")


def written(rows, encoding="utf-8", **dialect):
    """The bytes of a table."""
    text = io.StringIO(newline="")
    csv.writer(text, **{"lineterminator": "\r\n", **dialect}).writerows(rows)
    text = text.getvalue()
    if encoding == "cp1256":
        text = text.translate(OLD_LETTERS).replace("\u200c", " ")
    return text.encode(encoding)


def read(path, **dialect):
    with open(path, encoding="utf-8-sig", newline="") as source:
        return list(csv.reader(source, **dialect))


def post(stack, table, *arguments, kind=TYPE):
    return stack.run("mahalle-post", "--format", "csv", "--type", kind, *arguments,
                     "-", input=table)


def fates(stack):
    stack.wait_applied()
    with stack.connect() as connection:
        return connection.execute(
            "SELECT sum(applied)::int, sum(duplicate)::int, sum(stale)::int,"
            " sum(dead)::int FROM ops.partition_progress").fetchone()


def schemas():
    return {schema["eventType"]: schema for schema in
            (json.loads(path.read_text("utf-8"))
             for path in ROOT.glob("schemas/events/*/*.avsc"))}


def test_sheets_are_the_same_events_as_lines(stack, contract):
    """Every accepted case as a line, and as a row of a sheet by some program: the
    rows change nothing."""
    kinds, tables = schemas(), {}
    for path in sorted(ROOT.glob("tests/cases/accept/*/input.json")):
        event = json.loads(path.read_text("utf-8"))
        if any(isinstance(value, (dict, list)) for value in event.values()):
            continue  # tagged unions, which no cell has
        event["event_id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, path.parent.name))
        tables.setdefault(event["event_type"], []).append(event)
    assert set(tables) == set(kinds)
    stack.start_consumer()
    stack.post_all([json.dumps(event) for table in tables.values() for event in table])
    applied, *_, dead = before = fates(stack)
    assert applied == sum(map(len, tables.values())) and dead == 0

    def post_type(number, kind):
        arguments, encoding, dialect = list(DIALECTS.values())[number % len(DIALECTS)]
        fields = kinds[kind]["fields"]
        head = [[f["labelFa"], f["name"], f["labelEn"]][(number + i) % 3]
                for i, f in enumerate(fields)]
        rows = [[cell(event.get(f["name"])) for f in fields] for event in tables[kind]]
        done = post(stack, written([head, *rows], encoding, **dialect), *arguments,
                    kind=kind)
        assert done.returncode == 0, (kind, done.stderr.decode())

    with concurrent.futures.ThreadPoolExecutor(4) as pool:
        list(pool.map(post_type, itertools.count(), sorted(tables)))
    assert fates(stack) == (applied, before[1] + applied, before[2], 0)
    assert_like_log(stack, contract, days=(), changes=False)


def cell(value):
    """A value as a spreadsheet shows it."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return str(value)


def test_sheets_written_by_hand(stack):
    """One table as four programs leave it, with what people leave in it."""
    sheets = (
        # LibreOffice: comma, everything in quotes, LF
        ((), '"شماره نامه","روز وقوع","کد دستگاه","کد محل","کد شورا","شمار اعضای حاضر"\n'
             '"N-1","۱۴۰۴/۰۷/۲۱","governorate","c1195-001","c1195-001-C1","1,200"\n'
             '"N-2","2025-10-13","governorate","c1195-001","c1195-001-C1",""\n'
             .encode()),
        # Excel, semicolon, UTF-8 with mark, empty columns and rows at the end
        ((), ("\ufeffشماره نامه;روز وقوع;کد دستگاه;place_code;Council;شمار اعضای حاضر;;\r\n"
              "N-1;\u200f1404/07/21\u200f;governorate; c1195-001;c1195-001-C1;۱٬۲۰۰;;\r\n"
              ";;;;;;;\r\n"
              "N-2;1404/07/21\u00a0;governorate;c1195-001;c1195-001-C1;;;\r\n"
              ";;;;;;;\r\n\r\n").encode()),
        # Excel, Unicode text: UTF-16, tab, quotes where there is a comma
        (("--charset", "UTF-16"),
         ("\ufeffشماره\u200cنامه\tDay\tAgency\tکد محل\tكد شورا\tشمار اعضاي حاضر\r\n"
          "N-1\t1404-07-21\tgovernorate\tc1195-001\tc1195-001-C1\t\"1,200\"\r\n"
          "N-2\t1404-07-21\tgovernorate\tc1195-001\tc1195-001-C1\t\r\n"
          ).encode("utf-16-be")),
        # Excel, CSV of old days: windows-1256, which has neither ی nor ۱
        (("--charset", "windows-1256"),
         ("شماره نامه;روز وقوع;کد دستگاه;کد محل;کد شورا;شمار اعضاي حاضر\r\n"
          "N-1;1404/07/21;governorate;c1195-001;c1195-001-C1;1200\r\n"
          "N-2;1404/07/21;governorate;c1195-001;c1195-001-C1;\r\n"
          ).encode("cp1256")))
    stack.start_consumer()
    for arguments, table in sheets:
        done = post(stack, table, *arguments)
        assert done.returncode == 0, done.stderr.decode()
    assert fates(stack) == (2, 6, 0, 0)
    with stack.connect() as connection:
        assert connection.execute(
            "SELECT events, members_present FROM"
            " report.council_meeting_held_daily").fetchall() == [(2, 1200)]


def test_a_refused_row_is_mended_and_counts_once(stack, tmp_path):
    """A mended sheet corrects and never doubles, and says where it cannot."""
    mend = tmp_path / "mend.csv"
    rows = [HEAD, ROW, ["N-2", "1404/12/30", *ROW[2:5], "zwölf"], ["N-3", *ROW[1:]],
            ["", *ROW[1:]]]
    stack.start_consumer()
    done = post(stack, written(rows, delimiter=";"), "--rejects-csv", mend)
    assert done.returncode == 1
    assert fates(stack) == (2, 0, 0, 0)

    back = read(mend, delimiter=";")
    assert back[0] == [*HEAD, "سطر ردشده", "علت رد"]
    assert [row[:6] for row in back[1:]] == [rows[2], rows[4]]
    assert [row[6] for row in back[1:]] == ["2", "4"]
    assert "روز وقوع" in back[1][7] and "[DATE]" in back[1][7] and "[TYPE]" in back[1][7]
    assert back[2][7].startswith("شناسه رویداد: ")

    # the table of refused rows, one mended and one not; then the whole table
    back[1][1:6] = ["1404/07/22", *ROW[2:5], "7"]
    again = tmp_path / "again.csv"
    done = post(stack, written(back, delimiter=";"), "--rejects-csv", again, "--lang", "en")
    assert done.returncode == 1
    assert read(again, delimiter=";")[0] == [*HEAD, "refused line", "refused because"]
    assert read(again, delimiter=";")[1][6:] == [
        "2", "Event ID: a value is required here [REQUIRED]"]
    assert fates(stack) == (3, 0, 0, 0)
    rows[2] = back[1][:6]
    assert post(stack, written(rows[:4])).returncode == 0
    assert fates(stack) == (3, 3, 0, 0)

    # what was stored and has changed needs the next revision
    rows[1][5] = "13"
    assert post(stack, written(rows[:2])).returncode == 0
    assert fates(stack) == (3, 3, 0, 1)
    head = [*HEAD, "شماره ویرایش", "عملیات", "علت اصلاح"]
    assert post(stack, written([head, [*rows[1], "۱", "CORRECT", "DATA_ENTRY"]])).returncode == 0
    assert fates(stack) == (4, 3, 0, 1)
    with stack.connect() as connection:
        assert connection.execute("SELECT reason FROM ops.dead_letter").fetchall() == [
            ("CONFLICT",)]
        assert connection.execute(
            "SELECT sum(events), sum(members_present) FROM"
            " report.council_meeting_held_daily").fetchone() == (3, 13 + 7 + 12)


def test_a_header_that_is_not_understood_refuses_the_file(stack, tmp_path):
    good, bad = tmp_path / "good.csv", tmp_path / "bad.csv"
    good.write_bytes(written([HEAD, ROW]))
    bad.write_bytes(written([[*HEAD, "member_present", "Day"], [*ROW, "", ""]]))
    rejects = tmp_path / "rejects"
    done = stack.run("mahalle-post", "--format", "csv", "--type", TYPE, "--rejects",
                     rejects, bad, good)
    assert done.returncode == 1
    assert sum(stack.end_offsets().values()) == 1
    refused = [json.loads(text) for text in rejects.read_text("utf-8").splitlines()]
    assert [(r["file"], r["line"]) for r in refused] == [(str(bad), 0)]
    assert [(e["pointer"], e["code"]) for e in refused[0]["errors"]] == [
        ("/member_present", "UNKNOWN_FIELD"), ("/occurred_on", "CSV")]
    assert "members_present" in refused[0]["errors"][0]["expected"]


def test_a_type_that_goes_meanwhile_is_a_fault(servers):
    """A header that is not understood makes it look at the schemas again."""
    path, = servers.schemas.glob(f"events/*/{TYPE}.v1.avsc")
    text = path.read_bytes()
    process = subprocess.Popen(
        ["mahalle-post", "--format", "csv", "--type", TYPE, "--dry-run", "-"],
        env=servers.environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
        stderr=subprocess.PIPE)
    try:
        time.sleep(1.5)
        path.unlink()
        _, said = process.communicate(written([[*HEAD, "nonsense"], ROW]), timeout=20)
    finally:
        path.write_bytes(text)
    assert process.returncode == 1, said
    assert b"UNKNOWN_TYPE" in said


def test_what_a_spreadsheet_would_run_is_mended_and_posted(stack, tmp_path):
    """A row of somebody else's, looked at in a spreadsheet and posted again."""
    mend = tmp_path / "mend.csv"
    row = ["=HYPERLINK(1)", *ROW[1:]]
    assert post(stack, b"sep=,\r\n" + written([HEAD, row]), "--rejects-csv",
                mend).returncode == 1
    assert read(mend)[1][0] == "'=HYPERLINK(1)"
    again = tmp_path / "again.csv"
    assert post(stack, mend.read_bytes(), "--rejects-csv", again).returncode == 1
    assert again.read_bytes() == mend.read_bytes()


def test_faults_have_their_line(servers):
    table = (b'source_ref,occurred_on,agency_code,place_code,council_code\r\n'
             b'N-1,1404/07/21,governorate,"c1195-001\n",c1195-001-C1\r\n'
             b'N-2,1404/07/2\xff,governorate,c1195-001,c1195-001-C1\r\n'
             b'\r\n'
             b'"N-3,1404/07/21,governorate,c1195-001,c1195-001-C1\r\n'
             b'N-4,1404/07/21,governorate\r\n'
             b'N-5,1404/07/21,governorate,c1195-001,c1195-001-C1')
    done = post(servers, table, "--dry-run")
    assert done.returncode == 1
    said = [line.split(" ", 3)[:3] for line in done.stderr.decode().splitlines()]
    assert said == [["-:3:", '"/occurred_on"', "CHARSET:"], ["-:5:", '""', "CSV:"],
                    ["-:6:", '""', "CSV:"]]
    assert b"good 2" in done.stdout


def test_the_example_is_good(servers):
    table = (ROOT / "deploy" / "examples" / "cleanup_held.csv").read_bytes()
    done = post(servers, table, "--dry-run", kind="cleanup_held")
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"good 2" in done.stdout


@pytest.mark.parametrize("lang, label", (("fa", "labelFa"), ("en", "labelEn")))
def test_templates_have_every_label(servers, lang, label):
    for kind, schema in list(schemas().items())[::8]:
        done = servers.run("mahalle-post", "--template", kind, "--lang", lang)
        assert done.returncode == 0
        assert done.stdout.startswith(b"\xef\xbb\xbf") and done.stdout.endswith(b"\r\n")
        rows = list(csv.reader(io.StringIO(done.stdout.decode("utf-8-sig"))))
        assert rows == [[field[label] for field in schema["fields"]]]


def test_wrong_use_is_said(servers, tmp_path):
    table = tmp_path / "t.csv"
    table.write_bytes(written([HEAD, ROW]))
    csv_of = ("--format", "csv", "--type", TYPE)
    twin, other = tmp_path / "twin", tmp_path / "other"
    twin.touch()
    other.symlink_to(twin)
    for arguments, said in (
            (("--format", "csv", table), "--type"),
            (("--format", "xlsx", "--type", TYPE, table), "--format"),
            ((*csv_of, "--charset", "no-such", table), "no-such"),
            ((*csv_of, "--charset", "ASCII//TRANSLIT", table), "TRANSLIT"),
            (("--charset", "UTF-16", table), "--charset"),
            (("--rejects-csv", "r.csv", table), "--rejects-csv"),
            ((*csv_of, "--rejects-csv", tmp_path / "r", table, table), "one FILE"),
            ((*csv_of, "--rejects-csv", table, table), "--rejects-csv too"),
            ((*csv_of, "--rejects", tmp_path / "r", "--rejects-csv", tmp_path / "r", table),
             "name two"),
            ((*csv_of, "--rejects", twin, "--rejects-csv", other, table), "name two"),
            ((*csv_of, "--lang", "de", table), "--lang"),
            (("--template", "council_formd"), "council_formed")):
        done = servers.run("mahalle-post", *arguments)
        assert done.returncode == 2, arguments
        assert said in done.stderr.decode(), arguments
    for option in ("--rejects", "--rejects-csv"):
        with open(table, "rb") as source:
            done = servers.run("mahalle-post", *csv_of, option, table, "-", stdin=source)
        assert done.returncode == 2, option
        assert f"standard input: is the file of {option} too" in done.stderr.decode()
    assert table.read_bytes() == written([HEAD, ROW])


def test_hostile_tables_cost_bounded_memory(servers, tmp_path):
    """A row without an end, a quote without an end, a million columns; in 48 MiB
    of data."""
    table = tmp_path / "hostile.csv"
    head = written([HEAD])
    table.write_bytes(head + b"x" * 30_000_000 + b'\n"' + b"y\n" * 200 +
                      b"," * 1_000_000 + b"\n" + b"z" * 30_000_000)
    done = servers.run(
        "prlimit", f"--data={48 << 20}", "mahalle-post", "--format", "csv", "--type",
        TYPE, "--dry-run", "--rejects", tmp_path / "r", "--rejects-csv", tmp_path / "m",
        table)
    assert done.returncode == 1, done.stderr
    assert b"refused 203" in done.stdout  # 199 of the y are rows of one cell
    assert (tmp_path / "r").stat().st_size < 1_000_000
