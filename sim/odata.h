/* odata — the query options of Graph, as far as directory calls use them. Pure. */
#ifndef SIM_ODATA_H
#define SIM_ODATA_H

#include "base/json.h"

/* The query as an object of decoded texts; a later value of the same name wins. The caller owns it. */
json_t *odata_query(const char *query);

/* $filter: and, or, not, brackets; eq ne gt ge lt le; in (…); startswith, endswith, contains; any lambdas of
 * one comparison. Names are checked against known (NULL: any); paths a/b look into objects. */
struct odata_filter;
/* NULL with err->message set as Graph would say it. */
struct odata_filter *odata_filter_new(const char *text, bool (*known)(const char *name), struct err *err);
bool odata_filter_meets(const struct odata_filter *filter, const json_t *object);
/* ne, not, endswith and contains need ConsistencyLevel: eventual. */
bool odata_filter_advanced(const struct odata_filter *filter);
void odata_filter_free(struct odata_filter *filter); /* NULL is fine */

/* $search: clauses "property:word", AND and OR in capitals; meets by the beginning of a word of the property.
 */
bool odata_search_check(const char *text, struct err *err);
bool odata_search_meets(const char *text, const json_t *object);

#endif
