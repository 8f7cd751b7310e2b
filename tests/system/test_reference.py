# SPDX-License-Identifier: Apache-2.0
"""reference load: what it takes, and how it says what it refuses."""

import datetime

import pytest

PLACES = "place_code,level,name_fa,name_en,province_code,county_code,settlement_code,valid_from\n"


def load(stack, folder, text):
    path = folder / "table.csv"
    path.write_text(text, "utf-8")
    return stack.run("mahalle-admin", "reference", "load", path)


def test_days_may_be_of_either_calendar(stack, tmp_path):
    rows = "".join(f"v88800{i},village,ده,Deh,24,2401,v88800{i},{day}\n"
                   for i, day in enumerate(("1400-01-01", "1400/1/1", "2021-03-21")))
    done = load(stack, tmp_path, PLACES + rows)
    assert done.returncode == 0, done.stderr.decode()
    assert stack.rows("SELECT DISTINCT valid_from FROM report.place"
                      " WHERE place_code ~ '^v8880'") == [(datetime.date(2021, 3, 21),)]


@pytest.mark.parametrize("text, why", (
    ("agency_code,label_fa,label_en\nsport_2,x,x\nBad Agency,x,x\n",
     "line 3: code Bad Agency has not the form of agency_code"),
    ("list,code,label_fa,label_en\nproduct_code,TENT,x,x\nproduct_code,tent,x,x\n",
     "line 3: code tent has not the form of product_code"),
    ("list,code,label_fa,label_en\nprodukt_code,TENT,x,x\n",
     "line 2: no field reads a list produkt_code"),
    (PLACES + "v888001,village,x,x,24,2401,v888001,1404-12-30\n",
     "line 2: valid_from 1404-12-30 is no day"),
), ids=("agency", "code", "list", "day"))
def test_a_bad_row_refuses_the_file_and_is_named(stack, tmp_path, text, why):
    counts = ("SELECT (SELECT count(*) FROM core.agency), (SELECT count(*) FROM core.lookup),"
              " (SELECT count(*) FROM core.place)")
    before = stack.rows(counts)
    done = load(stack, tmp_path, text)
    assert done.returncode == 3
    assert f"table.csv {why}" in done.stderr.decode()
    assert stack.rows(counts) == before
