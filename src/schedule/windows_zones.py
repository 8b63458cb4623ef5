#!/usr/bin/env python3
"""windows_zones.py WINDOWS_ZONES_JSON OUTPUT: the time zone names of Windows and the IANA name each stands for.

Reads windowsZones.json of the Unicode CLDR (npm package cldr-core); territory 001 is the zone's usual meaning."""
import json
import sys

zones = json.load(open(sys.argv[1], encoding="utf-8"))["supplemental"]["windowsZones"]["mapTimezones"]
with open(sys.argv[2], "w", encoding="utf-8") as out:
    for zone in (entry["mapZone"] for entry in zones):
        if zone["_territory"] == "001":
            out.write('WINDOWS_ZONE("%s", "%s")\n' % (zone["_other"], zone["_type"].split()[0]))
