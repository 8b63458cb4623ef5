/* sqlite_backup — a SQLite store in one file that shows whether it is whole: the database, and behind it its
 * size and BLAKE2b hash. What was cut off or changed since does not pass.
 *
 * Whoever uses the source connection meanwhile and whoever calls the functions that touch it (new, step,
 * detach) take turns. */
#ifndef STORE_SQLITE_BACKUP_H
#define STORE_SQLITE_BACKUP_H

#include <sqlite3.h>

#include "base/err.h"

struct sqlite_backup;

/* NULL with err set: ERR_INPUT when path exists, ERR_STORAGE when it cannot be written. */
MUST_USE struct sqlite_backup *sqlite_backup_new(sqlite3 *source, const char *path, struct err *err);
/* Copies some pages; *ret_done when it was the last. */
MUST_USE bool sqlite_backup_step(struct sqlite_backup *backup, bool *ret_done, struct err *err);
void sqlite_backup_detach(struct sqlite_backup *backup); /* lets go of the source */
/* Makes the file appear under its name, whole and on disk, or not at all when good is false or it fails.
 * Frees the backup; err must be set already unless good. */
MUST_USE bool sqlite_backup_finish(struct sqlite_backup *backup, bool good, struct err *err);

/* Writes the database in the backup to path, anew and on disk. ERR_INPUT when it is no whole backup. */
MUST_USE bool sqlite_backup_unpack(const char *backup, const char *path, struct err *err);

#endif
