#include "api/stream.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/thread.h"

struct stream {
    pthread_mutex_t lock; /* guards all below */
    char *data;
    size_t start;
    size_t length;
    size_t capacity;
    struct stream_parking parking;
    bool parked;
    bool ended;
    bool reader_left;
    bool writer_left;
};

struct stream *stream_new(void)
{
    struct stream *stream = must(calloc(1, sizeof *stream));
    pthread_mutex_init(&stream->lock, NULL);
    return stream;
}

static void unpark_locked(struct stream *stream)
{
    if (stream->parked) {
        stream->parked = false;
        stream->parking.unpark(stream->parking.arg);
    }
}

static void reserve_locked(struct stream *stream, size_t more)
{
    if (stream->start > 0) {
        memmove(stream->data, stream->data + stream->start, stream->length);
        stream->start = 0;
    }
    if (stream->length + more <= stream->capacity)
        return;
    size_t capacity = stream->capacity ? stream->capacity : 1024;
    while (capacity < stream->length + more)
        capacity *= 2;
    stream->data = must(realloc(stream->data, capacity));
    stream->capacity = capacity;
}

bool stream_write(struct stream *stream, const void *bytes, size_t length, size_t max)
{
    WITH_LOCK(&stream->lock);
    if (stream->reader_left || stream->ended || length > max || stream->length > max - length)
        return false;
    reserve_locked(stream, length);
    memcpy(stream->data + stream->length, bytes, length);
    stream->length += length;
    unpark_locked(stream);
    return true;
}

size_t stream_room(struct stream *stream)
{
    WITH_LOCK(&stream->lock);
    return stream->length < STREAM_MAX_BYTES ? STREAM_MAX_BYTES - stream->length : 0;
}

bool stream_is_read(struct stream *stream)
{
    WITH_LOCK(&stream->lock);
    return !stream->reader_left;
}

void stream_end(struct stream *stream)
{
    WITH_LOCK(&stream->lock);
    stream->ended = true;
    unpark_locked(stream);
}

static void leave(struct stream *stream, bool *left, const bool *other_left)
{
    bool last;
    {
        WITH_LOCK(&stream->lock);
        *left = true;
        last = *other_left;
    }
    if (!last)
        return;
    pthread_mutex_destroy(&stream->lock);
    free(stream->data);
    free(stream);
}

void stream_writer_leaves(struct stream *stream)
{
    stream_end(stream);
    leave(stream, &stream->writer_left, &stream->reader_left);
}

void stream_reader_leaves(struct stream *stream)
{
    leave(stream, &stream->reader_left, &stream->writer_left);
}

void stream_attach(struct stream *stream, const struct stream_parking *parking)
{
    WITH_LOCK(&stream->lock);
    stream->parking = *parking;
}

ssize_t stream_read(struct stream *stream, char *bytes, size_t max)
{
    WITH_LOCK(&stream->lock);
    if (stream->length > 0) {
        size_t count = stream->length < max ? stream->length : max;
        memcpy(bytes, stream->data + stream->start, count);
        stream->start += count;
        stream->length -= count;
        if (stream->length == 0) { /* an idle stream holds no memory */
            free(stream->data);
            stream->data = NULL;
            stream->start = stream->capacity = 0;
        }
        return (ssize_t)count;
    }
    if (stream->ended)
        return -1;
    stream->parked = true;
    stream->parking.park(stream->parking.arg);
    return 0;
}
