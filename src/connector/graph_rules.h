/* graph_rules — what a Graph request does to data, and who speaks of it
 * (private to connector/). */
#ifndef CONNECTOR_GRAPH_RULES_H
#define CONNECTOR_GRAPH_RULES_H

#include "base/json.h"
#include "connector/graph.h"
#include "connector/service.h"

/* A GET, or a POST that only asks (checkMemberGroups, getByIds, …). */
bool graph_reads(const char *method, const char *path);
/* Doing it twice equals doing it once: all but POST, and POSTs that only read.
 */
bool graph_twice_is_once(const char *method, const char *path);
/* "PATCH /users/…" without the query. */
char *graph_what(struct arena *arena, const char *method, const char *path);

/* All further pages of a collection whose first page is `page`: their elements
 * are appended to `all`. */
bool graph_follow(struct m365 *m365, const struct m365_target *target, const json_t *page, bool eventual,
                  size_t items_max, json_t *all, struct err *err);

#endif
