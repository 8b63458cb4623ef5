/* follow — watches offboardings to their end: a live bar on a terminal, a line per ended task always. */
#ifndef CLI_FOLLOW_H
#define CLI_FOLLOW_H

#include "cli/client.h"

/* ids are offboarding ids. True when all have ended; *ret_failed tells whether one of them failed or was
 * cancelled. With json, prints each offboarding as the API returns it, one a line, when all have ended. False
 * with err set when the server cannot be reached any more. */
bool follow_offboardings(struct client *client, const char *const *ids, size_t count, bool json,
                         bool *ret_failed, struct err *err);

/* The offboarding for people, on standard output. */
void follow_print(const json_t *offboarding);

#endif
