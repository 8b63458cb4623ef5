/* restore — puts a backup in the place of a SQLite store.
 *
 * The backup is checked and unpacked beside the store; there it can be opened as a store of its own, is
 * brought to this version and put right; then it takes the place of the old one, which is kept. A crash at
 * any point leaves the old store or the new one. */
#ifndef STORE_RESTORE_H
#define STORE_RESTORE_H

#include "base/err.h"

struct restore;

/* Holds the store's lock until restore_free. NULL with err set: ERR_CONFIG while a server runs, ERR_INPUT
 * when it is no whole backup or the store is PostgreSQL. */
MUST_USE struct restore *restore_begin(const char *url, const char *data_dir, const char *backup,
                                       struct err *err);
/* What to give to store_open. Close that store before restore_finish. */
const char *restore_url(const struct restore *restore);
/* *ret_aside is where the old store is now, "" when there was none; lives as long as restore. */
MUST_USE bool restore_finish(struct restore *restore, const char **ret_aside, struct err *err);
void restore_free(struct restore *restore); /* NULL is fine; removes what was not put in place */

#endif
