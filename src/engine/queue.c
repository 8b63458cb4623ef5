#include "engine/queue.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/text.h"
#include "engine/job.h"

#define RESERVED(places) ((places) / 4)
#define SHARE_LEAST 4

struct line {
    struct job *first, *last;
};

enum urgency { URGENT, PATIENT, URGENCIES };

/* A tenant with jobs that wait or are under way. */
struct lot {
    struct lot *next;
    char tenant_id[UUID_SIZE];
    struct line lines[URGENCIES];
    size_t held;
};

struct queue {
    size_t workers;
    size_t taken;
    size_t wanting;   /* tenants with jobs that wait */
    struct lot *lots; /* whoever was served last is last */
};

size_t fair_room(size_t places, size_t taken, size_t held, bool others)
{
    size_t share = places / 4 > SHARE_LEAST ? places / 4 : SHARE_LEAST;
    size_t common = places - RESERVED(places), room = taken < common ? common - taken : 0;
    if (others && held + room > share)
        room = held < share ? share - held : 0;
    return !room && !held && taken < places ? 1 : room;
}

struct queue *queue_new(size_t workers)
{
    struct queue *queue = must(calloc(1, sizeof *queue));
    queue->workers = workers;
    return queue;
}

void queue_free(struct queue *queue)
{
    free(queue);
}

static bool wants(const struct lot *lot)
{
    return lot->lines[URGENT].first || lot->lines[PATIENT].first;
}

static struct lot **find(struct queue *queue, const char *tenant_id)
{
    struct lot **at = &queue->lots;
    while (*at && strcmp((*at)->tenant_id, tenant_id) != 0)
        at = &(*at)->next;
    return at;
}

void queue_add(struct queue *queue, struct job *job)
{
    struct lot **at = find(queue, job->view->tenant_id);
    if (!*at) {
        *at = must(calloc(1, sizeof **at));
        snprintf((*at)->tenant_id, sizeof(*at)->tenant_id, "%s", job->view->tenant_id);
    }
    struct line *line = &(*at)->lines[job->urgent ? URGENT : PATIENT];
    queue->wanting += !wants(*at);
    job->next = NULL;
    if (line->first)
        line->last->next = job;
    else
        line->first = job;
    line->last = job;
}

static bool may(const struct queue *queue, const struct lot *lot)
{
    return fair_room(queue->workers, queue->taken, lot->held, queue->wanting > wants(lot)) > 0;
}

/* Where the tenant stands whose turn it is; NULL: none may have a worker. */
static struct lot *const *turn(const struct queue *queue, enum urgency *ret_urgency)
{
    struct lot *const *best = NULL;
    for (int urgency = URGENT; urgency < URGENCIES && !best; urgency++) {
        *ret_urgency = (enum urgency)urgency;
        for (struct lot *const *at = &queue->lots; *at; at = &(*at)->next) {
            bool waits = (*at)->lines[urgency].first != NULL;
            if (waits && may(queue, *at) && (!best || (*at)->held < (*best)->held))
                best = at;
        }
    }
    return best;
}

static struct job *pop(struct queue *queue, struct lot *lot, enum urgency urgency)
{
    struct line *line = &lot->lines[urgency];
    struct job *job = line->first;
    line->first = job->next;
    job->next = NULL;
    queue->wanting -= !wants(lot);
    return job;
}

static void to_the_end(struct lot **at)
{
    struct lot *lot = *at, **end = at;
    *at = lot->next;
    lot->next = NULL;
    while (*end)
        end = &(*end)->next;
    *end = lot;
}

struct job *queue_take(struct queue *queue)
{
    enum urgency urgency;
    struct lot **at = (struct lot **)turn(queue, &urgency);
    if (!at)
        return NULL;
    struct lot *lot = *at;
    lot->held++;
    queue->taken++;
    to_the_end(at);
    return pop(queue, lot, urgency);
}

static void forget_idle(struct lot **at)
{
    struct lot *lot = *at;
    if (lot->held || wants(lot))
        return;
    *at = lot->next;
    free(lot);
}

void queue_done(struct queue *queue, const struct job *job)
{
    struct lot **at = find(queue, job->view->tenant_id);
    if (!*at)
        return; /* never: what was taken from a lot keeps it */
    (*at)->held--;
    queue->taken--;
    forget_idle(at);
}

bool queue_has_next(const struct queue *queue)
{
    enum urgency urgency;
    return turn(queue, &urgency) != NULL;
}

struct job *queue_drain(struct queue *queue)
{
    for (struct lot **at = &queue->lots; *at; at = &(*at)->next) {
        if (!wants(*at))
            continue;
        struct job *job = pop(queue, *at, (*at)->lines[URGENT].first ? URGENT : PATIENT);
        forget_idle(at);
        return job;
    }
    return NULL;
}
