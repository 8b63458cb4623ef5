/* json_file — a JSON object that somebody wrote into a file. */
#ifndef CLI_JSON_FILE_H
#define CLI_JSON_FILE_H

#include "base/json.h"

/* "-" is standard input. name is the argument that held the path, example an object of the wanted kind: both
 * for the sentence, ERR_INPUT, that says what is wrong. The caller owns the object; NULL with err set. */
MUST_USE json_t *json_file_read(const char *path, const char *name, const char *example, struct err *err);

#endif
