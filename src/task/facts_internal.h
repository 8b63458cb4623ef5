/* facts_internal — what the readers of the services share (private to facts*.c). */
#ifndef TASK_FACTS_INTERNAL_H
#define TASK_FACTS_INTERNAL_H

#include "base/arena.h"
#include "task/facts.h"

#define FACTS_PEOPLE_MAX 64

struct reading {
    const struct facts_request *request;
    struct arena *arena; /* of this reader's thread */
    json_t *facts;       /* what this reader found: an object of its own, joined afterwards */
    struct err fatal;    /* ERR_CANCELLED or ERR_STALE */
    json_t *references;  /* the same texts as people */
    const char *people[FACTS_PEOPLE_MAX]; /* references, "manager" left out */
    size_t people_count;
    bool manager_named;
};

bool reading_wants(const struct reading *reading, fact_set set);
/* The object id (or other reference) to ask for when a reference is meant. */
const char *reading_person(const struct reading *reading, const char *reference);
void reading_keep(struct reading *reading, enum fact fact, json_t *value); /* takes value over */
void reading_fail(struct reading *reading, enum fact fact, const struct err *err);

/* Each reads its service's share. The second round builds on what the first of all services found (known). */
void facts_graph_read(struct reading *reading);
void facts_graph_read_more(struct reading *reading, const json_t *known);
void facts_exchange_read(struct reading *reading);
void facts_exchange_read_more(struct reading *reading, const json_t *known);
void facts_site_read(struct reading *reading, const json_t *known);

/* Which services have a share in these facts. */
#define FACTS_EXCHANGE                                                                                 \
    (FACT(MAILBOX) | FACT(SIZE) | FACT(AUTO_REPLY) | FACT(PERMISSIONS) | FACT(SEND_AS) | FACT(RULES) | \
     FACT(DEVICES) | FACT(SEND_AS_ELSEWHERE) | FACT(ACCESS_ELSEWHERE) | FACT(CALENDARS_ELSEWHERE) |    \
     FACT(RECIPIENTS))
#define FACTS_EXCHANGE_MORE (FACT(RECIPIENTS) | FACT(ON_BEHALF_ELSEWHERE))
#define FACTS_SITE FACTS_READ_LATE
#define FACTS_GRAPH (~(FACTS_EXCHANGE | FACTS_EXCHANGE_MORE | FACTS_SITE))

#endif
