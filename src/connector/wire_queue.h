/* wire_queue — which transfer goes next (private to wire.c).
 *
 * A host that speaks HTTP/1.1 has as many slots as connections, one that multiplexes has plenty, one that has
 * not answered yet has a few. Among those whose host has a slot: urgent ones first, then the flow with the
 * fewest transfers under way, so that one tenant's thousands do not stand before another's one; within a flow
 * the order of arrival. A quarter of all slots is kept for urgent ones. Belongs to who holds its lock. */
#ifndef CONNECTOR_WIRE_QUEUE_H
#define CONNECTOR_WIRE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct wire_queue;

/* Part of what waits; filled by wire_queue_add. */
struct wire_ticket {
    struct wire_stream *stream; /* its host, flow and urgency */
    struct wire_ticket *next;
    struct wire_ticket **link;
};

/* in_flight_max: transfers under way at once, in all; connections: of them, to a host without multiplexing.
 */
struct wire_queue *wire_queue_new(size_t in_flight_max, size_t connections);
void wire_queue_free(struct wire_queue *queue); /* must be empty */

/* host: scheme, name and port; flow: on whose behalf. Both are copied. */
void wire_queue_add(struct wire_queue *queue, struct wire_ticket *ticket, const char *host, const char *flow,
                    bool urgent);
/* The next one, from now on under way; NULL when there is none or no slot. */
struct wire_ticket *wire_queue_next(struct wire_queue *queue);
void wire_queue_remove(struct wire_queue *queue, struct wire_ticket *ticket); /* one that still waits */
void wire_queue_done(struct wire_queue *queue, struct wire_ticket *ticket);   /* one that was under way */
/* What an answer told about the host of a transfer under way. */
void wire_queue_learn(struct wire_queue *queue, const struct wire_ticket *ticket, bool multiplexes);

#endif
