#!/usr/bin/env python3
"""zone_all_test.py CHECKER: every zone of the system's tzdata, local times around every clock change from 2020 to 2040, as
Python's zoneinfo resolves them, are handed to CHECKER (zone_all_test.c), which compares them with ours.

f23: a gap gives the first instant after it, an overlap the first of the two."""
import subprocess
import sys
from datetime import datetime, timedelta, timezone
from zoneinfo import ZoneInfo, available_timezones

START = datetime(2020, 1, 1, tzinfo=timezone.utc)
END = datetime(2041, 1, 1, tzinfo=timezone.utc)
STEP = timedelta(days=5)  # no zone changes back within that time


def offset(zone, instant):
    return instant.astimezone(zone).utcoffset()


def changes(zone):
    """The first second of each new offset."""
    at = START
    while at < END:
        after = at + STEP
        if offset(zone, at) != offset(zone, after):
            low, high = at, after
            while high - low > timedelta(seconds=1):
                middle = low + (high - low) // 2
                middle = middle.replace(microsecond=0)
                if offset(zone, middle) == offset(zone, at):
                    low = middle
                else:
                    high = middle
            yield high
        at = after


def resolve(zone, local, change):
    early = local.replace(tzinfo=zone, fold=0)
    late = local.replace(tzinfo=zone, fold=1)
    exists = early.astimezone(timezone.utc).astimezone(zone).replace(tzinfo=None) == local
    if not exists:
        return change, "gap"
    twice = early.utcoffset() != late.utcoffset()
    return early.astimezone(timezone.utc), "overlap" if twice else "exact"


lines = []
for name in sorted(available_timezones()):
    if name in ("localtime", "posixrules", "Factory") or not name[0].isalpha():
        continue
    zone = ZoneInfo(name)
    for change in changes(zone):
        before = (change - timedelta(seconds=1)).astimezone(zone).replace(tzinfo=None) + timedelta(seconds=1)
        after = change.astimezone(zone).replace(tzinfo=None)
        for base in {before, after}:
            for minutes in (-61, -30, 0, 30, 61):
                local = base + timedelta(minutes=minutes)
                instant, fit = resolve(zone, local, change)
                lines.append("%s %s %d %s" % (local.isoformat(), name, instant.timestamp(), fit))

result = subprocess.run([sys.argv[1]], input="\n".join(lines), text=True, capture_output=True, check=False)
print(result.stdout, end="")
sys.exit(result.returncode)
