# SPDX-License-Identifier: Apache-2.0
"""The longest name of an event type: the checker and the tables agree on it."""

import json

import psycopg
import pytest

from harness.stack import ROOT

NAME_MAX = 50  # MH_TYPE_NAME_MAX in lib/schema.h


def schema_named(name):
    (path,) = ROOT.glob("schemas/events/*/cleanup_held.v1.avsc")
    body = json.loads(path.read_text("utf-8"))
    camel = "".join(word.capitalize() for word in name.split("_"))
    body.update(name=camel, eventType=name, schemaId=903)
    return json.dumps(body, ensure_ascii=False)


@pytest.mark.parametrize("name, good", [
    ("a", False), ("ab", True), ("a" * NAME_MAX, True), ("a" * (NAME_MAX + 1), False),
    ("Walk", False), ("4_walls", False)])
def test_checker_and_tables_agree(stack, tmp_path, name, good):
    body = schema_named(name)
    path = tmp_path / f"{name}.v1.avsc"
    path.write_text(body, "utf-8")
    checked = stack.run("mahalle-admin", "schema", "check", path)
    assert (checked.returncode == 0) is good, checked.stdout + checked.stderr
    register = "SELECT core.register_schema(%s, 1, %s)"
    if good:
        assert stack.value(register, body, path.name) == "new"
        assert stack.value("SELECT count(*) FROM information_schema.views"
                           " WHERE table_schema = 'report' AND table_name IN (%s, %s, %s)",
                           f"{name}_daily", f"{name}_monthly", f"{name}_event") == 3
    else:
        with pytest.raises(psycopg.errors.CheckViolation):
            stack.value(register, body, path.name)
