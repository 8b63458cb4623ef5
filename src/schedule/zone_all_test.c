/* Reads "LOCAL ZONE UTC_SECONDS FIT" lines, FIT being exact, gap or overlap, and tells each that zone_resolve
 * sees otherwise. zone_all_test.py writes them: every zone, every clock change, by another implementation. */
#include <glib.h>
#include <stdio.h>
#include <string.h>

#include "schedule/zone.h"

/* GLib shares a zone that somebody has open: without that it reads the zone's file for every line. */
static void keep_open(const char *zone)
{
    static GTimeZone *open;
    if (open && strcmp(g_time_zone_get_identifier(open), zone) == 0)
        return;
    g_clear_pointer(&open, g_time_zone_unref);
    open = *zone ? g_time_zone_new_identifier(zone) : NULL;
}

int main(void)
{
    static const char *const fits[] = {"exact", "gap", "overlap"};
    char local[40], zone[80], fit[10];
    long long seconds;
    size_t count = 0, wrong = 0;
    while (scanf("%39s %79s %lld %9s", local, zone, &seconds, fit) == 4) {
        struct err err = {0};
        int64_t utc_ms = 0;
        enum zone_fit found = ZONE_EXACT;
        keep_open(zone);
        bool good = zone_resolve(local, zone, &utc_ms, &found, &err);
        count++;
        if (good && utc_ms == seconds * 1000 && strcmp(fits[found], fit) == 0)
            continue;
        wrong++;
        if (wrong <= 20)
            printf("%s %s: %lld (%s), expected %lld (%s) %s\n", local, zone, (long long)(utc_ms / 1000),
                   fits[found], seconds, fit, err.message);
    }
    keep_open("");
    printf("%zu local times compared, %zu wrong\n", count, wrong);
    return wrong > 0 || count < 10000;
}
