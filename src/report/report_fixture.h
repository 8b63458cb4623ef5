/* report_fixture — a journal that is always the same, for the tests of reports: names in several scripts,
 * texts that would like to be HTML, a failure, a crash between a call and its answer, an undo. */
#ifndef REPORT_REPORT_FIXTURE_H
#define REPORT_REPORT_FIXTURE_H

#include "journal/offboardings.h"
#include "report/report.h"

#define FIXTURE_ID "01900000-0000-7000-8000-000000000001"
#define FIXTURE_START INT64_C(1795658388000) /* 2026-11-26T01:59:48Z */
#define FIXTURE_NAME "Zoë عبد الله 李小龍 <script>alert('&')</script>"

struct fixture {
    char directory[64];
    struct store *store;
    struct journal *journal;
    struct vault *vault;
    struct clock clock;
    struct rng rng; /* gives the same bytes every time: so the signing key is always the same, too */
    struct report_parts parts;
};

/* An empty store with keys that are always the same. */
void fixture_open(struct fixture *fixture);
void fixture_close(struct fixture *fixture);
/* The offboarding described above. */
void fixture_fill(struct fixture *fixture);
/* One that has only been asked for. */
void fixture_fill_queued(struct fixture *fixture);
/* One with evidence that no page can hold in one row. */
void fixture_fill_long(struct fixture *fixture);
/* An offboarding with so many groups to leave. */
void fixture_fill_groups(struct fixture *fixture, int count);
/* The report in a new buffer, which the caller frees. */
struct strbuf fixture_report(struct fixture *fixture, enum report_format format);
/* A statement on the store. */
void fixture_sql(struct fixture *fixture, const char *sql);

#endif
