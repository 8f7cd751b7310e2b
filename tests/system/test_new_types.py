# SPDX-License-Identifier: Apache-2.0
"""A new type, or a new version of one, is one new file: nothing is rebuilt."""

import json
import time

import pytest

from harness.stack import wait_for
from harness.verdicts import assert_like_log
from oracle.contract import Contract
from oracle.random_events import RandomEvents


@pytest.fixture
def schemas(stack):
    """The contract, to which a test may add."""
    return stack.schemas


def body_of(folder, event_type):
    (path,) = folder.glob(f"events/*/{event_type}.v1.avsc")
    return path, json.loads(path.read_text("utf-8"))


def new_type(folder):
    """A 44th type with every kind of field, made from parts of others."""
    _, body = body_of(folder, "cleanup_held")
    _, money = body_of(folder, "prisoners_freed")
    _, flag = body_of(folder, "cooperative_launched")
    own = {f["name"]: f for source in (money, flag) for f in source["fields"][12:]}
    body.update(name="WellDug", eventType="well_dug", schemaId=901,
                labelFa="حفر چاه", labelEn="Well dug")
    body["fields"] += [own[name] for name in ("is_production", "product_code",
                                              "cooperative_code")]
    amount = {**own["debt_settled"], "name": "amount", "requires": ["currency_unit"]}
    amount.pop("nullWhen")
    unit = {**own["currency_unit"], "requiresAny": ["amount"]}
    body["fields"] += [amount, unit]
    return body


def new_version(folder):
    """Version 2 of council_meeting_held: one measure more."""
    _, body = body_of(folder, "council_meeting_held")
    present = next(f for f in body["fields"] if f["name"] == "members_present")
    body["schemaId"] = 902
    body["fields"].append({**present, "name": "guests_count", "labelEn": "Guests",
                           "labelFa": "شمار مهمانان", "doc": "Guests who were there."})
    return body


@pytest.mark.parametrize("make, name, types", [
    (new_type, "well_dug.v1.avsc", ("well_dug",)),
    (new_version, "council_meeting_held.v2.avsc", ("council_meeting_held",))],
    ids=("new type", "new version"))
def test_one_file_is_enough(stack, schemas, tmp_path, make, name, types):
    stack.start_consumers(2)
    before = list(RandomEvents(Contract(schemas), seed=3, refused=False).lines(200))
    stack.post_all(before)
    stack.wait_applied()
    path = tmp_path / name
    path.write_text(json.dumps(make(schemas), ensure_ascii=False), "utf-8")
    stack.admin("schema", "add", path)
    wait_for(lambda: list(schemas.glob(f"events/*/{name}")), 10)
    contract = Contract(schemas)
    after = RandomEvents(contract, seed=4, refused=False, types=types)
    stack.post_all(after.lines(200))
    stack.wait_applied(30)
    log = assert_like_log(stack, contract)
    assert {letter.reason for letter in log.letters} <= {"CONFLICT"}


def test_a_running_consumer_takes_it_at_once(stack, schemas, tmp_path):
    """A record of the new type that comes within the same second is no dead letter, and
    a running mahalle-post takes its line."""
    stack.start_consumer()
    post = stack.start_post()
    time.sleep(2)
    path = tmp_path / "well_dug.v1.avsc"
    path.write_text(json.dumps(new_type(schemas), ensure_ascii=False), "utf-8")
    stack.admin("schema", "add", path)
    contract = Contract(schemas)
    source = RandomEvents(contract, seed=5, refused=False, conflicts=False,
                          types=("well_dug",))
    lines = list(source.lines(20))
    stack.post_all(lines[:10])
    post.communicate("".join(line + "\n" for line in lines).encode(), 30)
    assert post.returncode == 0
    stack.wait_applied(30)
    log = assert_like_log(stack, contract)
    assert (log.letters, log.fates["applied"]) == ([], len({*lines}))


@pytest.mark.parametrize("change", ("double", "no unit", "same id", "measure dropped"))
def test_a_bad_schema_exits_3(stack, schemas, tmp_path, change):
    body = new_type(schemas)
    name = "well_dug.v1.avsc"
    if change == "double":
        body["fields"][-2]["type"] = ["null", "double"]
    elif change == "no unit":
        del body["fields"][-2]["unit"]
    elif change == "same id":
        body["schemaId"] = 101
    else:
        body = new_version(schemas)
        body["fields"] = [f for f in body["fields"] if f["name"] != "members_present"]
        name = "council_meeting_held.v2.avsc"
    path = tmp_path / name
    path.write_text(json.dumps(body, ensure_ascii=False), "utf-8")
    done = stack.run("mahalle-admin", "schema", "add", path)
    assert done.returncode == 3 and done.stderr
    assert not list(schemas.glob(f"events/*/{name}"))
