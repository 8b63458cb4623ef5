#include "connector/bucket.h"

static int64_t level_at(const struct bucket *bucket, int64_t now)
{
    int64_t full = bucket->amount * bucket->window_ms, passed = now - bucket->filled_at;
    if (passed > bucket->window_ms * 32) /* enough from any level, and no overflow below */
        return full;
    int64_t level = bucket->level + (passed > 0 ? passed * bucket->amount : 0);
    return level < full ? level : full;
}

static void fill(struct bucket *bucket, int64_t now)
{
    bucket->level = level_at(bucket, now);
    bucket->filled_at = now > bucket->filled_at ? now : bucket->filled_at;
}

void bucket_init(struct bucket *bucket, int64_t amount, int64_t window_ms, int64_t kept, int64_t now)
{
    *bucket = (struct bucket){amount, window_ms, kept, amount * window_ms, now};
}

void bucket_resize(struct bucket *bucket, int64_t amount, int64_t kept, int64_t now)
{
    fill(bucket, now);
    bucket->level += (amount - bucket->amount) * bucket->window_ms;
    bucket->amount = amount;
    bucket->kept = kept;
}

int64_t bucket_wait_ms(const struct bucket *bucket, int64_t units, bool urgent, int64_t now)
{
    int64_t needed = units + (urgent ? 0 : bucket->kept);
    needed = needed < bucket->amount ? needed : bucket->amount;
    int64_t missing = needed * bucket->window_ms - level_at(bucket, now);
    return missing > 0 ? (missing + bucket->amount - 1) / bucket->amount : 0;
}

void bucket_draw(struct bucket *bucket, int64_t units, int64_t now)
{
    fill(bucket, now);
    bucket->level -= units * bucket->window_ms;
}

bool bucket_is_full(const struct bucket *bucket, int64_t now)
{
    return level_at(bucket, now) >= bucket->amount * bucket->window_ms;
}
