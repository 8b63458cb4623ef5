/* queue — the jobs that wait for a worker, in an order that is fair between tenants (private to engine/).
 *
 * Lockouts go before everything else. Among tenants that may have a worker, the one with the fewest at work
 * is next; within a tenant it is first come, first served. Not thread-safe: belongs to who holds its lock. */
#ifndef ENGINE_QUEUE_H
#define ENGINE_QUEUE_H

#include <stdbool.h>
#include <stddef.h>

struct queue;
struct job;

/* How many more of `places` a tenant may take that holds `held` of the `taken` ones. The last quarter is for
 * tenants that hold none, so that whoever comes next finds a place; while others want places too, nobody
 * holds more than a quarter (but four). */
size_t fair_room(size_t places, size_t taken, size_t held, bool others);

struct queue *queue_new(size_t workers);
/* It is empty, and nothing taken from it is under way. NULL is fine. */
void queue_free(struct queue *queue);
/* Borrows the job and the tenant's id in its view until queue_take has given it out. */
void queue_add(struct queue *queue, struct job *job);
/* The next job that may have a worker now; NULL: none. It counts as under way until queue_done. */
struct job *queue_take(struct queue *queue);
void queue_done(struct queue *queue, const struct job *job);
/* Would queue_take give one? */
bool queue_has_next(const struct queue *queue);
/* The next one whatever is fair, without counting it; NULL when the queue is empty. */
struct job *queue_drain(struct queue *queue);

#endif
