/* cost — which lanes, buckets and mailboxes a request takes (private to connector/; cost.def).
 *
 * Pure. Each function adds to the need, so that a batch is the sum of its parts. */
#ifndef CONNECTOR_COST_H
#define CONNECTOR_COST_H

#include "base/json.h"
#include "connector/lane.h"

/* Where a Graph request belongs. path below the version root, as in graph_call. */
enum lane_id cost_lane(const char *method, const char *path);
/* Its place is in that lane, but of a part of a $batch in the directory's, where batches go. */
void cost_graph(struct lane_need *need, const char *method, const char *path, bool part);

/* One cmdlet. A call takes one of the places of the mailbox it is about, however many cmdlets about that
 * mailbox it carries: the admin API takes a batch as one call. */
void cost_exchange(struct lane_need *need, const json_t *params, bool reads);

/* A request to SharePoint itself. Microsoft publishes no figures for these; they are counted as Graph's:
 * everything the product does there is about permissions or changes a site. */
void cost_sharepoint(struct lane_need *need, bool reads);

void cost_login(struct lane_need *need);

#endif
