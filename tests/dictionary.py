#!/usr/bin/env python3
# SPDX-License-Identifier: Apache-2.0
"""Writes the data dictionary, schemas/README.md, to standard output.

It says what the schemas, the lists of codes, the comments of the views and
include/mahalle/err.h say, in Persian and English; system/test_dictionary.py
fails when the file is older than they are. The views are read from the
database of MAHALLE_PG, as its owner:

    . build/stack/env
    build/venv/bin/python tests/dictionary.py >schemas/README.md
"""

import csv
import json
import os
import pathlib
import re
import sys

import psycopg

import dictionary_words as words

ROOT = pathlib.Path(__file__).parents[1]
ENVELOPE = 12
TO_PERSIAN = str.maketrans("0123456789,", "۰۱۲۳۴۵۶۷۸۹٬")
NO_RULE = {"name", "type", "default", "doc", "unit", "role", "labelFa", "labelEn"}

# ------------------------------------------------------------------- Markdown


def cell(text):
    return re.sub(r"\s+", " ", str(text)).replace("|", "\\|")


def table(head, rows):
    yield "| " + " | ".join(head) + " |"
    yield "|" + "---|" * len(head)
    for row in rows:
        yield "| " + " | ".join(map(cell, row)) + " |"
    yield ""


def both(pair):
    en, fa = pair
    return f"{en} · {fa}"


def code(name):
    return f"`{name}`"


def codes(names):
    return ", ".join(map(code, names))


def prose(pair):
    """A paragraph in each language."""
    en, fa = pair
    yield from (en, "", '<div dir="rtl">', "", fa, "", "</div>", "")


def number(value):
    return f"{value:,}"


def persian(value):
    return number(value).translate(TO_PERSIAN)

# -------------------------------------------------------------------- schemas


def read_schemas():
    """The latest schema of each type, in the order of the catalogue."""
    versions = {}
    for path in ROOT.glob("schemas/events/*/*.avsc"):
        number = int(re.search(r"\.v(\d+)\.avsc$", path.name)[1])
        schema = json.loads(path.read_text("utf-8"))
        schema["path"] = path.relative_to(ROOT / "schemas").as_posix()
        versions.setdefault(schema["eventType"], {})[number] = schema
    types = sorted(versions.values(), key=lambda known: known[1]["schemaId"])
    return [known[max(known)] for known in types]


def domain_of(schema):
    return schema["namespace"].rpartition(".")[2]


def type_of(field):
    """What it is, and the enum if it is one."""
    kind = field["type"]
    if isinstance(kind, list):
        kind = next(branch for branch in kind if branch != "null")
    if isinstance(kind, dict):
        return kind.get("logicalType", kind["type"]), kind
    return kind, {}


def bounds(field):
    least, most = field.get("min"), field.get("max")
    money = words.CURRENT_RIALS if field["unit"] == "rial" else ("", "")
    if least is not None and most is not None:
        return (f"{number(least)} to {number(most)}{money[0]}",
                f"از {persian(least)} تا {persian(most)}{money[1]}")
    if least is not None:
        return f"at least {number(least)}{money[0]}", f"دست‌کم {persian(least)}{money[1]}"
    return f"at most {number(most)}{money[0]}", f"حداکثر {persian(most)}{money[1]}"


def rule(field, name):
    """One rule of a field in words, English and Persian."""
    value = field[name]
    if name == "pattern":
        form = words.FORMS.get(value)
        if form:
            return form
        return f"form `{value}`", f"به شکل `{value}`"
    if name == "lookup":
        target = field["name"] if value is True else value
        where = "(#agencies)" if target == "agency_code" else f"(#{target})"
        return f"a code of [{target}]{where}", f"کدی از فهرست [{target}]{where}"
    if name == "atMost":
        return f"at most {code(value)}", f"حداکثر به اندازه {code(value)}"
    if name == "requires":
        return f"only together with {codes(value)}", f"فقط همراه با {codes(value)}"
    if name == "requiresAny":
        return f"only beside {codes(value)}", f"فقط در کنار {codes(value)}"
    if name == "requiredWhen":
        other, symbols = code(value["field"]), codes(value["is"])
        return (f"required when {other} is {symbols}",
                f"الزامی اگر {other} برابر {symbols} باشد")
    if name == "nullWhen":
        other, most = code(value["field"]), value["atMost"]
        return (f"left out when {other} is at most {number(most)}",
                f"خالی اگر {other} حداکثر {persian(most)} باشد")
    raise ValueError(f"{field['name']}: no words for the rule {name}")


def rules(field, demanded):
    found = []
    if demanded:
        found.append(("**required**", "**الزامی**"))
    elif field.get("default") is not None:
        found.append((f"default `{field['default']}`", f"پیش‌فرض `{field['default']}`"))
    symbols = type_of(field)[1].get("symbols", ())
    if symbols:
        kind = type_of(field)[1]
        found.append(tuple(comma.join(f"`{s}` {kind[labels][s]}" for s in symbols)
                           for comma, labels in ((", ", "labelsEn"), ("، ", "labelsFa"))))
    if "min" in field or "max" in field:
        found.append(bounds(field))
    skipped = NO_RULE | {"min", "max"} | ({"pattern"} if "lookup" in field else set())
    found += [rule(field, name) for name in field if name not in skipped]
    return "; ".join(en for en, _ in found), "؛ ".join(fa for _, fa in found)


def kind_and_unit(field):
    kind, unit = type_of(field)[0], field["unit"]
    if unit in words.NO_UNIT:
        return words.TYPES[kind][0]
    if kind in ("date", "timestamp-millis"):
        return unit
    return f"{words.TYPES[kind][0]}, {unit}"


def fields_table(fields, demanded):
    head = ("Field", "فیلد", "Meaning", "Type, unit", "Role", "Rules", "قاعده‌ها")
    rows = []
    for field in fields:
        rows.append((code(field["name"]), field["labelFa"],
                     f"**{field['labelEn']}**. {field['doc']}",
                     kind_and_unit(field), field["role"],
                     *rules(field, field["name"] in demanded)))
    yield from table(head, rows)


def places_of(schema):
    finest, coarsest = schema["finestPlace"], schema["coarsestPlace"]
    if finest == coarsest:
        return words.LEVELS[finest]
    (fine, fine_fa), (coarse, coarse_fa) = words.LEVELS[finest], words.LEVELS[coarsest]
    return f"{fine}, or coarser up to {coarse}", f"{fine_fa}، یا کلی‌تر تا {coarse_fa}"


def published_of(schema):
    if not schema.get("sensitive"):
        return words.OPEN
    withhold = schema.get("withhold")
    if not withhold:
        return words.SENSITIVE
    name, below = code(withhold["measure"]), withhold["below"]
    return (f"{words.SENSITIVE[0]}; withheld where the sum of {name} is under"
            f" {number(below)} or unknown",
            f"{words.SENSITIVE[1]}؛ پنهان اگر جمع {name} کمتر از"
            f" {persian(below)} یا نامعلوم باشد")


def event_type(schema, views):
    name = schema["eventType"]
    own = schema["fields"][ENVELOPE:]
    demanded = {field["name"] for field in own if "default" not in field}
    yield from (f"### {name}", "",
                f"**{schema['labelEn']}** · **{schema['labelFa']}**", "",
                schema["doc"], "")
    facts = [("Kind", "نوع", both(words.KINDS[schema["kind"]])),
             ("Reporting", "شیوه گزارش", both(words.REPORTING[schema["reporting"]])),
             ("Place", "محل", both(places_of(schema)))]
    if schema.get("requiredEnvelope"):
        facts.append(("Required, too", "نیز الزامی", codes(schema["requiredEnvelope"])))
    if schema.get("entity"):
        facts.append(("Entity", "موجودیت",
                      f"{code(schema['entity'])}, `{schema['entityKey']}`"))
    facts.append(("Published", "انتشار", both(published_of(schema))))
    for suffix in words.SUFFIXES:
        if name + suffix in views.columns:
            own_columns = codes(views.own(name, suffix))
            facts.append((f"`report.{name}{suffix}`", "ستون‌ها",
                          own_columns or "no columns of its own · ستون ویژه‌ای ندارد"))
    facts.append(("Schema", "طرح‌واره", f"[{schema['path']}]({schema['path']}),"
                  f" id {schema['schemaId']}"))
    yield from table(("", "", ""), facts)
    if own:
        yield from fields_table(own, demanded)

# ---------------------------------------------------------------------- views


class Views:
    """What the database says of schema report."""

    def __init__(self, connection, types):
        self.types = types
        self.comments = dict(connection.execute("""
            SELECT relname, obj_description(oid, 'pg_class') FROM pg_class
             WHERE relnamespace = 'report'::regnamespace AND relkind IN ('r', 'v')"""))
        self.columns = {name: [] for name in self.comments}
        for name, *column in connection.execute("""
            SELECT relname, attname, format_type(atttypid, atttypmod),
                   col_description(c.oid, attnum)
              FROM pg_class c JOIN pg_attribute ON attrelid = c.oid
             WHERE relnamespace = 'report'::regnamespace AND relkind IN ('r', 'v')
               AND attnum > 0 AND NOT attisdropped
             ORDER BY relname COLLATE "C", attnum"""):
            self.columns[name].append(column)
        self.functions = {}
        for name, arguments, comment, *columns in connection.execute("""
            SELECT proname, pg_get_function_identity_arguments(oid),
                   obj_description(oid, 'pg_proc'),
                   array_agg(column_name ORDER BY position),
                   array_agg(format_type(type, NULL) ORDER BY position),
                   array_agg(core.column_words(regexp_replace(proname, '_as_of$', ''),
                                               column_name) ORDER BY position)
              FROM pg_proc,
                   unnest(proargnames, proargmodes::text[], proallargtypes)
                   WITH ORDINALITY AS a (column_name, mode, type, position)
             WHERE pronamespace = 'report'::regnamespace AND mode = 't'
             GROUP BY oid, proname ORDER BY proname COLLATE "C" """):
            self.functions[name] = (arguments, comment, list(zip(*columns)))

    def of_types(self, suffix):
        return [t + suffix for t in self.types if t + suffix in self.columns]

    def common(self, suffix):
        """Columns that every such view has, and `withheld`, which some have."""
        every = self.of_types(suffix)
        names = set.intersection(*({c[0] for c in self.columns[v]} for v in every))
        found = {c[0]: c for v in every for c in self.columns[v]
                 if c[0] in names | {"withheld"}}
        return list(found.values())

    def own(self, event_type, suffix):
        shared = {c[0] for c in self.common(suffix)}
        return [c[0] for c in self.columns[event_type + suffix] if c[0] not in shared]

    def hand_written(self):
        typed = {v for s in words.SUFFIXES for v in self.of_types(s)}
        return sorted(self.columns.keys() - typed)


def columns_table(columns):
    rows = []
    for name, kind, comment in columns:
        fa, _, en = (comment or "").partition(" — ")
        rows.append((code(name), kind, fa, en))
    yield from table(("Column", "Type", "ستون", "Meaning"), rows)


def heading(name, comment):
    fa, _, en = comment.partition(" — ")
    yield from (f"#### {name}", "", f"{en[:1].upper()}{en[1:]}. · {fa}.", "")


def view(views, name):
    yield from heading(f"report.{name}", views.comments[name])
    as_of = f"{name}_as_of"
    if as_of in views.functions:
        arguments, comment, columns = views.functions[as_of]
        fa, _, en = comment.partition(" — ")
        line = f"`report.{as_of}({arguments})`: {en} · {fa}"
        missing = [c[0] for c in views.columns[name] if c[0] not in {k[0] for k in columns}]
        yield from (line + (f" (without {codes(missing)})." if missing else "."), "")
    yield from columns_table(views.columns[name])


def function(views, name):
    arguments, comment, columns = views.functions[name]
    yield from heading(f"report.{name}({arguments})", comment)
    yield from columns_table(columns)


def view_sections(views):
    hand_written = views.hand_written()
    left = set(hand_written) | views.functions.keys()
    left -= {f"{name}_as_of" for name in hand_written}
    for title, (label, names, text, suffixes) in words.USES.items():
        names = [n for n in names if n in left] or sorted(left)
        left -= set(names)
        yield from (f"### Views: {title}", "", f"**{label}**", "")
        yield from prose(text)
        for name in names:
            yield from (function if name in views.functions else view)(views, name)
        for suffix in suffixes:
            yield from (f"#### report.&lt;type&gt;{suffix}", "")
            yield from prose(words.SUFFIXES[suffix])
            yield from columns_table(views.common(suffix))

# ----------------------------------------------------------- lists and faults


def lists():
    with open(ROOT / "schemas/reference/lookups.csv", encoding="utf-8", newline="") as source:
        rows = list(csv.DictReader(source))
    for name in dict.fromkeys(row["list"] for row in rows):
        yield from (f"### {name}", "")
        yield from table(("Code", "کد", "Meaning"),
                         [(code(row["code"]), row["label_fa"], row["label_en"])
                          for row in rows if row["list"] == name])


def faults():
    text = (ROOT / "include/mahalle/err.h").read_text("utf-8")
    found = re.findall(r'X\((\w+), REFUSE, 1,[\s\\]*"([^"]*)"\)', text)
    text = (ROOT / "lib/err.c").read_text("utf-8")
    persian = dict(re.findall(r'\[MH_(\w+)\] =\s*"([^"]*)",', text))
    yield from table(("Code", "Meaning", "معنا"),
                     [(code(name), en, persian[name]) for name, en in found])

# ------------------------------------------------------------- the whole text


def contents(schemas, domains):
    yield from ("## Contents", "", "- [How to read this](#how-to-read-this)",
                "- [The envelope](#the-envelope)", "- Event types")
    for domain in domains:
        links = ", ".join(f"[{s['eventType']}](#{s['eventType']})" for s in schemas
                          if domain_of(s) == domain)
        yield f"  - [{domain}](#event-types-{domain}): {links}"
    yield "- [Views](#views)"
    for title, use in words.USES.items():
        yield f"  - [{title}](#views-{title.replace(' ', '-')}) · {use[0]}"
    yield from ("- [Lists of codes](#lists-of-codes)", "- [Fault codes](#fault-codes)", "")


def pages(connection):
    schemas = read_schemas()
    domains = list(dict.fromkeys(map(domain_of, schemas)))
    views = Views(connection, [schema["eventType"] for schema in schemas])
    yield from words.TITLE
    yield from contents(schemas, domains)
    yield from ("## How to read this", "")
    yield from prose(words.HOW_TO_READ)
    yield from table(("Role", "Meaning", "معنا"),
                     [(code(name), *pair) for name, pair in words.ROLES.items()])
    yield from table(("Type", "نوع"), dict.fromkeys(words.TYPES.values()))
    yield from ("## The envelope", "")
    yield from prose(words.ENVELOPE)
    yield from fields_table(schemas[0]["fields"][:ENVELOPE], words.ENVELOPE_DEMANDED)
    for domain in domains:
        yield from (f"## Event types: {domain}", "")
        if domain in words.DOMAINS:
            yield from (f"**{words.DOMAINS[domain]}**", "")
        for schema in schemas:
            if domain_of(schema) == domain:
                yield from event_type(schema, views)
    yield from ("## Views", "")
    yield from prose(words.VIEWS)
    yield from view_sections(views)
    yield from ("## Lists of codes", "")
    yield from prose(words.LISTS)
    yield from lists()
    yield from ("### Agencies", "")
    yield from prose(words.AGENCIES)
    yield from ("## Fault codes", "")
    yield from prose(words.FAULT_CODES)
    yield from faults()


def write(connection):
    """The whole text."""
    return "\n".join(pages(connection)).rstrip("\n") + "\n"


if __name__ == "__main__":
    with psycopg.connect(os.environ["MAHALLE_PG"]) as database:
        sys.stdout.reconfigure(encoding="utf-8")
        sys.stdout.write(write(database))
