#include "connector/wire_queue.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"

#define UNKNOWN_SLOTS 8 /* before the first answer; each may open a connection */

/* A host, or whose transfers they are. Lives while a stream names it: a host that was quiet is met anew. */
struct party {
    struct party *next;
    char *name;
    size_t streams;
    size_t running;
    size_t slots; /* of a host */
};

/* The transfers of one flow to one host, of one urgency. Lives while it has any. */
struct wire_stream {
    struct wire_stream *next;
    struct party *host, *flow;
    bool urgent;
    size_t running;
    size_t served; /* when it was served last */
    struct wire_ticket *first, **last;
};

struct wire_queue {
    size_t in_flight_max, connections;
    size_t running;
    size_t served; /* counts */
    struct party *hosts, *flows;
    struct wire_stream *streams;
};

struct wire_queue *wire_queue_new(size_t in_flight_max, size_t connections)
{
    struct wire_queue *queue = must(calloc(1, sizeof *queue));
    queue->in_flight_max = in_flight_max;
    queue->connections = connections;
    return queue;
}

void wire_queue_free(struct wire_queue *queue)
{
    free(queue);
}

static struct party *find_party(struct party **first, const char *name, size_t slots)
{
    struct party *party = *first;
    while (party && strcmp(party->name, name) != 0)
        party = party->next;
    if (party)
        return party;
    party = must(calloc(1, sizeof *party));
    party->name = must(strdup(name));
    party->slots = slots;
    party->next = *first;
    return *first = party;
}

static void let_go(struct party **first, struct party *party)
{
    if (--party->streams > 0)
        return;
    while (*first != party)
        first = &(*first)->next;
    *first = party->next;
    free(party->name);
    free(party);
}

static struct wire_stream *find_stream(struct wire_queue *queue, const char *host_name, const char *flow_name,
                                       bool urgent)
{
    size_t few = queue->connections < UNKNOWN_SLOTS ? queue->connections : UNKNOWN_SLOTS;
    struct party *host = find_party(&queue->hosts, host_name, few);
    struct party *flow = find_party(&queue->flows, flow_name, 0);
    struct wire_stream **at = &queue->streams;
    for (; *at; at = &(*at)->next)
        if ((*at)->host == host && (*at)->flow == flow && (*at)->urgent == urgent)
            return *at;
    struct wire_stream *stream = must(calloc(1, sizeof *stream));
    host->streams++;
    flow->streams++;
    stream->host = host;
    stream->flow = flow;
    stream->urgent = urgent;
    stream->last = &stream->first;
    return *at = stream; /* at the end: among equals the earlier one goes first */
}

static void drop_if_idle(struct wire_queue *queue, struct wire_stream *stream)
{
    struct wire_stream **at = &queue->streams;
    if (stream->first || stream->running)
        return;
    while (*at != stream)
        at = &(*at)->next;
    *at = stream->next;
    let_go(&queue->hosts, stream->host);
    let_go(&queue->flows, stream->flow);
    free(stream);
}

void wire_queue_add(struct wire_queue *queue, struct wire_ticket *ticket, const char *host, const char *flow,
                    bool urgent)
{
    struct wire_stream *stream = find_stream(queue, host, flow, urgent);
    *ticket = (struct wire_ticket){.stream = stream, .link = stream->last};
    *stream->last = ticket;
    stream->last = &ticket->next;
}

static void take_out(struct wire_ticket *ticket)
{
    struct wire_stream *stream = ticket->stream;
    *ticket->link = ticket->next;
    if (ticket->next)
        ticket->next->link = ticket->link;
    else
        stream->last = ticket->link;
}

void wire_queue_remove(struct wire_queue *queue, struct wire_ticket *ticket)
{
    take_out(ticket);
    drop_if_idle(queue, ticket->stream);
}

/* Room for one more, when a quarter is kept for urgent ones. */
static bool has_room(size_t running, size_t most, bool urgent)
{
    size_t kept = urgent || most < 2 ? 0 : most < 4 ? 1 : most / 4;
    return running + kept < most;
}

static bool goes_before(const struct wire_stream *a, const struct wire_stream *b)
{
    if (a->urgent != b->urgent)
        return a->urgent;
    return a->flow->running != b->flow->running ? a->flow->running < b->flow->running : a->served < b->served;
}

struct wire_ticket *wire_queue_next(struct wire_queue *queue)
{
    struct wire_stream *best = NULL;
    for (struct wire_stream *stream = queue->streams; stream; stream = stream->next) {
        if (stream->first && has_room(queue->running, queue->in_flight_max, stream->urgent) &&
            has_room(stream->host->running, stream->host->slots, stream->urgent) &&
            (!best || goes_before(stream, best)))
            best = stream;
    }
    if (!best)
        return NULL;
    struct wire_ticket *ticket = best->first;
    take_out(ticket);
    best->running++;
    best->host->running++;
    best->flow->running++;
    best->served = ++queue->served;
    queue->running++;
    return ticket;
}

void wire_queue_done(struct wire_queue *queue, struct wire_ticket *ticket)
{
    struct wire_stream *stream = ticket->stream;
    stream->running--;
    stream->host->running--;
    stream->flow->running--;
    queue->running--;
    drop_if_idle(queue, stream);
}

void wire_queue_learn(struct wire_queue *queue, const struct wire_ticket *ticket, bool multiplexes)
{
    ticket->stream->host->slots = multiplexes ? queue->in_flight_max : queue->connections;
}
