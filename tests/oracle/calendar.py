# SPDX-License-Identifier: Apache-2.0
"""Solar Hijri dates by the 33-year rule, and the local day in Tehran.

Days are integers since 1970-01-01, as in Avro.  Valid for 1178..1501; equal
to the official table of leap years for 1206..1498.
"""

import datetime
import zoneinfo

EPOCH = datetime.date(1970, 1, 1)
TEHRAN = zoneinfo.ZoneInfo("Asia/Tehran")
MONTHS_FA = ("فروردین", "اردیبهشت", "خرداد", "تیر", "مرداد", "شهریور",
             "مهر", "آبان", "آذر", "دی", "بهمن", "اسفند")
INSTANT_0 = datetime.datetime(1970, 1, 1, tzinfo=datetime.timezone.utc)


def is_leap(year):
    return (25 * year + 11) % 33 < 8


def new_year(year):
    """Day of 1 Farvardin."""
    cycles = (8 * year + 21) // 33 - (8 * 1348 + 21) // 33
    return 365 * (year - 1348) + cycles - 286


def month_length(year, month):
    return 31 if month <= 6 else 30 if month <= 11 else 29 + is_leap(year)


def to_day(year, month, day):
    """Day number of a Solar Hijri date; ValueError if it does not exist."""
    if not (1178 <= year <= 1501 and 1 <= month <= 12
            and 1 <= day <= month_length(year, month)):
        raise ValueError(f"no such day: {year}-{month}-{day}")
    before = 31 * (month - 1) if month <= 7 else 186 + 30 * (month - 7)
    return new_year(year) + before + day - 1


def from_day(number):
    """(year, month, day) of a day number."""
    year = number // 366 + 1347
    while new_year(year + 1) <= number:
        year += 1
    rest = number - new_year(year)
    if rest < 186:
        return year, rest // 31 + 1, rest % 31 + 1
    return year, (rest - 186) // 30 + 7, (rest - 186) % 30 + 1


FIRST_DAY = to_day(1300, 1, 1)
LAST_DAY = to_day(1500, 12, 29)


def to_date(number):
    return EPOCH + datetime.timedelta(number)


def from_date(date):
    return (date - EPOCH).days


def tehran_day(millis):
    """Local day of an instant, or None if it is beyond any calendar."""
    try:
        instant = INSTANT_0 + datetime.timedelta(milliseconds=millis)
        return from_date(instant.astimezone(TEHRAN).date())
    except OverflowError:
        return None


def table():
    """Rows of report.calendar."""
    for number in range(FIRST_DAY, LAST_DAY + 1):
        year, month, day = from_day(number)
        date = to_date(number)
        yield {
            "date": date, "j_year": year, "j_month": month, "j_day": day,
            "j_month_name": MONTHS_FA[month - 1],
            "j_dow": (date.isoweekday() + 1) % 7, "fiscal_year": year,
            "school_year": year if month >= 7 else year - 1,
        }
