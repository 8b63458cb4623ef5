/* Reads "LOCAL ZONE UTC_SECONDS FIT" lines, FIT being exact, gap or overlap, and tells each that zone_resolve
 * sees otherwise. zone_all_test.py writes them: every zone, every clock change, by another implementation. */
#include <stdio.h>
#include <string.h>

#include "schedule/zone.h"

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
        bool good = zone_resolve(local, zone, &utc_ms, &found, &err);
        count++;
        if (good && utc_ms == seconds * 1000 && strcmp(fits[found], fit) == 0)
            continue;
        wrong++;
        if (wrong <= 20)
            printf("%s %s: %lld (%s), expected %lld (%s) %s\n", local, zone, (long long)(utc_ms / 1000),
                   fits[found], seconds, fit, err.message);
    }
    printf("%zu local times compared, %zu wrong\n", count, wrong);
    return wrong > 0 || count < 10000;
}
