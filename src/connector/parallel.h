/* parallel — more items than one batch takes: envelopes side by side, as many as the lane of the (tenant,
 * service) has places, however many there are. Thread-safe. */
#ifndef CONNECTOR_PARALLEL_H
#define CONNECTOR_PARALLEL_H

#include "connector/exchange.h"
#include "connector/graph.h"

/* As graph_batch and exchange_batch, for any number of items. Where an envelope failed, each of its items
 * that has no answer carries the error. Items that come after others go one envelope after the other. */
void graph_batches(struct m365 *m365, const struct m365_target *target, struct graph_item *items,
                   size_t count);
void exchange_batches(struct m365 *m365, const struct m365_target *target, struct exchange_item *items,
                      size_t count);

#endif
