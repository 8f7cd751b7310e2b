# SPDX-License-Identifier: Apache-2.0
"""What the rows of all views are made of: days, values, groups, first and last."""

import datetime
import decimal

from . import calendar
from .check import rial_factor

PLACE = ("province_code", "county_code", "settlement_code", "neighbourhood_code")


def date_of(day):
    return None if day is None else calendar.to_date(day)


def shown(field, value):
    """A raw value as PostgreSQL shows it."""
    if value is None:
        return None
    if field.logical == "date":
        return calendar.to_date(value)
    if field.logical == "timestamp-millis":
        return calendar.INSTANT_0 + datetime.timedelta(milliseconds=value)
    return value


def measure_of(event, field):
    """A measure in current rials, or as it is; None if nobody reported it."""
    value = event.get(field.name)
    if value is not None and field.is_money:
        return value * rial_factor(event)
    return value


def total(values):
    """Sum of what was reported; None if nothing was."""
    values = [v for v in values if v is not None]
    return sum(values) if values else None


def group(items, key):
    groups = {}
    for item in items:
        groups.setdefault(key(item), []).append(item)
    return groups


def age(event):
    """The order of first and last."""
    instant = event.get("occurred_at")
    return (event["occurred_on"], instant is not None, instant or 0,
            event["agency_code"].encode(), event["event_id"])


def first_day(events):
    return date_of(min(events, key=age)["occurred_on"]) if events else None


def last_day(events):
    return date_of(max(events, key=age)["occurred_on"]) if events else None


def newest(events):
    return max(events, key=age) if events else {}


def percent(part, whole):
    return tenth(decimal.Decimal(100 * part) / whole) if part is not None and whole else None


def tenth(value):
    return value.quantize(decimal.Decimal("0.1"), decimal.ROUND_HALF_UP)
