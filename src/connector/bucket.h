/* bucket — a token bucket: so many units per window, refilled all the time (private to connector/).
 *
 * Pure: the time comes as an argument and never runs backwards. Belongs to who holds its lock. */
#ifndef CONNECTOR_BUCKET_H
#define CONNECTOR_BUCKET_H

#include <stdbool.h>
#include <stdint.h>

struct bucket {
    int64_t amount; /* units per window, and at most held at once */
    int64_t window_ms;
    int64_t kept;      /* of these, for urgent draws alone */
    int64_t level;     /* in units × window_ms, so that refilling stays exact */
    int64_t filled_at; /* monotonic: up to when the level counts */
};

/* Full at first. */
void bucket_init(struct bucket *bucket, int64_t amount, int64_t window_ms, int64_t kept, int64_t now);
/* Another size; what was used of it stays used. */
void bucket_resize(struct bucket *bucket, int64_t amount, int64_t kept, int64_t now);
/* How long until so many units can be drawn; 0 now. More than the bucket can ever hold counts as all. */
int64_t bucket_wait_ms(const struct bucket *bucket, int64_t units, bool urgent, int64_t now);
/* May go below zero: what a draw of more than the bucket holds has to be made up for. */
void bucket_draw(struct bucket *bucket, int64_t units, int64_t now);
bool bucket_is_full(const struct bucket *bucket, int64_t now);

#endif
