/* users_file — the users of a CSV file: one a row, in the column that the first row names.
 *
 * Commas, semicolons or tabs part the cells, as the first row shows; other columns are left alone, so that an
 * export of the Microsoft 365 admin center does. Pure. */
#ifndef CLI_USERS_FILE_H
#define CLI_USERS_FILE_H

#include "base/json.h"

#define USERS_FILE_MAX (4 * 1024 * 1024)

/* Adds each user to `users` as a text. False with ERR_INPUT and a sentence that names the row: not UTF-8,
 * broken quotes, no such column, an empty cell in it, no user at all. */
MUST_USE bool users_file_parse(const char *text, size_t length, json_t *users, struct err *err);

#endif
