/* sqlite_file — the files of a SQLite store: one process at a time, whole, and where they were.
 *
 * Beside the database FILE stands FILE.lock, which is locked while a process has the store open and holds the
 * word "open" from then until the store was closed properly: after a crash there must be a write-ahead log.
 */
#ifndef STORE_SQLITE_FILE_H
#define STORE_SQLITE_FILE_H

#include <sqlite3.h>

#include "base/err.h"

struct sqlite_file;

/* rest is what follows "sqlite:", relative to data_dir. NULL with err set: ERR_CONFIG when another process
 * has it open, ERR_STORAGE (STORE_DAMAGED) when the write-ahead log is missing that a crash must have left.
 */
MUST_USE struct sqlite_file *sqlite_file_open(const char *rest, const char *data_dir, struct err *err);
/* The same without looking for the log. */
MUST_USE struct sqlite_file *sqlite_file_lock(const char *rest, const char *data_dir, struct err *err);
void sqlite_file_free(struct sqlite_file *file); /* gives the lock back; NULL is fine */
const char *sqlite_file_path(const struct sqlite_file *file);

/* After the database was opened: is every page in order? ERR_STORAGE (STORE_DAMAGED) with what to do. */
MUST_USE bool sqlite_file_check(struct sqlite_file *file, sqlite3 *db, struct err *err);
/* Are database and write-ahead log still the files that were opened? ERR_STORAGE (STORE_FAILED) when they
 * were moved, deleted or replaced. */
MUST_USE bool sqlite_file_in_place(const struct sqlite_file *file, struct err *err);
/* ERR_STORAGE (STORE_FULL) when the disk has so little space left that the next larger commit will fail. */
MUST_USE bool sqlite_file_has_room(const struct sqlite_file *file, struct err *err);
/* Just before the database is closed properly. */
void sqlite_file_closing(struct sqlite_file *file); /* NULL is fine */
/* Another database stands there now, which needs no write-ahead log. */
void sqlite_file_replaced(struct sqlite_file *file);

#endif
