# SPDX-License-Identifier: Apache-2.0
"""Compare every view in PostgreSQL with the oracle, row by row.

    cd tests && python -m oracle.compare --events FILE.ndjson [--as-of DAY]...

FILE holds what was posted, in that order, into an empty system; MAHALLE_PG
names the database, MAHALLE_SCHEMAS the contract.  Exit 1 with the rows that
are only on one side.
"""

import argparse
import collections
import datetime
import decimal
import os
import sys
import uuid

import psycopg

from . import intake
from .contract import Contract
from .facts import Facts
from .views import Views

SHOWN_MAX = 5


def plain(value):
    """One spelling for equal values."""
    if isinstance(value, decimal.Decimal):
        return int(value) if value == value.to_integral_value() else value
    if isinstance(value, uuid.UUID):
        return str(value)
    if isinstance(value, dict):
        return tuple(sorted((str(k), plain(v)) for k, v in value.items()))
    if isinstance(value, datetime.datetime):
        return value.astimezone(datetime.timezone.utc)
    return value


def fetch(connection, name, columns=()):
    """The rows of a view as a multiset, or why they cannot be read."""
    names = ", ".join(f'"{column}"' for column in columns) or "*"
    try:
        with connection.transaction():
            rows = connection.execute(f"SELECT {names} FROM {name}").fetchall()
    except psycopg.Error as error:
        return f"{name}: {str(error).splitlines()[0]}"
    return collections.Counter(tuple(map(plain, row)) for row in rows)


def expected(rows, columns):
    return collections.Counter(
        tuple(plain(row.get(column)) for column in columns) for row in rows)


def differences(connection, contract, facts, days=(), only=None, extra=None):
    """Lines of text, one for each view that differs; empty when all agree.

    `only`: a test on the name of a view.  `extra`: more views, in the form of
    Views.report, for what depends on the run.
    """
    views = Views(contract, facts).report(days)
    views.update(extra or {})
    found = []
    connection.execute("SET TimeZone = 'UTC'")
    for name, (columns, rows) in views.items():
        if only and not only(name):
            continue
        want, got = expected(rows, columns), fetch(connection, name, columns)
        if isinstance(got, str):
            found.append(got)
        elif want != got:
            found.append(describe(name, columns, want, got))
    rest = fetch(connection, "report.reconcile")
    if rest:
        found.append(f"report.reconcile has rows: {rest}")
    return found


def describe(name, columns, want, got):
    text = [f"{name}: {sum(want.values())} rows expected, {sum(got.values())} found"]
    for label, rows in (("missing", want - got), ("too many", got - want)):
        for row in sorted(rows, key=repr)[:SHOWN_MAX]:
            shown = ", ".join(f"{c}={v}" for c, v in zip(columns, row) if v is not None)
            text.append(f"  {label}: {shown}")
        if len(rows) > SHOWN_MAX:
            text.append(f"  {label}: and {len(rows) - SHOWN_MAX} more")
    return "\n".join(text)


def facts_of_lines(lines, contract):
    """(facts, lines refused) of NDJSON in the order of posting."""
    facts, refused = Facts(), 0
    for line in lines:
        event, faults = intake.read_line(line, contract)
        if faults:
            refused += 1
        else:
            facts.take(event)
    return facts, refused


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--events", required=True, action="append", metavar="FILE")
    parser.add_argument("--places", metavar="FILE", help="places loaded besides the reference data")
    parser.add_argument("--as-of", action="append", default=[], metavar="DAY",
                        type=datetime.date.fromisoformat)
    args = parser.parse_args()
    contract = Contract()
    if args.places:
        contract.add_places(args.places)
    lines = []
    for path in args.events:
        with open(path, "rb") as source:
            lines += [line for line in source.read().split(b"\n") if line.strip()]
    facts, refused = facts_of_lines(lines, contract)
    with psycopg.connect(os.environ["MAHALLE_PG"], autocommit=True) as connection:
        found = differences(connection, contract, facts, args.as_of)
    for text in found:
        print(text)
    print(f"{len(lines)} lines, {refused} refused, {len(facts.in_force())} facts in force, "
          f"{len(found)} views differ")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
