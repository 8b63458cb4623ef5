/* crash — remembers which offboarding a thread was working on when the process died of it (private to
 * engine/).
 *
 * A signal handler writes the id to a file in the data directory, and the calls that led to it to standard
 * error; the next start counts it. What kills the
 * process from outside (kill -9, a power cut) counts for nothing, so that nobody is blamed who only stood
 * near. Thread-safe. */
#ifndef ENGINE_CRASH_H
#define ENGINE_CRASH_H

#include "store/store.h"

/* Counts what an earlier process of this data directory died of, and watches from now on. One per process. */
MUST_USE bool crash_watch(struct store *store, const char *data_dir, struct err *err);
void crash_unwatch(void);
/* What this thread works on now; NULL: nothing. Borrowed until the next call. */
void crash_working_on(const char *offboarding_id);
/* In test builds alone: dies when LASTDAY_TEST_CRASH is this offboarding. */
void crash_on_purpose(const char *offboarding_id);

#endif
