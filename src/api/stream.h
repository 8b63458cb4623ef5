/* stream — the bytes of one open event stream, between the live thread that writes and the HTTP server that
 * reads. Bounded; no thread waits in it.
 *
 * Two owners, each lets go of its end with its own function; the last one frees. Thread-safe. While the lock
 * of a stream is held, only park and unpark are called. */
#ifndef API_STREAM_H
#define API_STREAM_H

#include <stddef.h>
#include <sys/types.h>

#include "base/err.h"

#define STREAM_MAX_BYTES (64 * 1024)

struct stream;
struct stream *stream_new(void);

/* The writing end. */
/* All or nothing. False when there is no room, or nobody reads any more. max: how full it may get; a snapshot
 * at the beginning may be larger than what is allowed afterwards. */
MUST_USE bool stream_write(struct stream *stream, const void *bytes, size_t length, size_t max);
size_t stream_room(struct stream *stream);  /* up to STREAM_MAX_BYTES */
bool stream_is_read(struct stream *stream); /* false once the reader is gone */
void stream_end(struct stream *stream);     /* the reader comes to the end after what was written */
void stream_writer_leaves(struct stream *stream);

/* The reading end. park is called when there is nothing to read, unpark when there is something again; both
 * with the same arg, never at the same time, and always park first. */
struct stream_parking {
    void (*park)(void *arg);
    void (*unpark)(void *arg);
    void *arg;
};
void stream_attach(struct stream *stream, const struct stream_parking *parking);
/* Bytes copied; 0 when parked; -1 at the end. */
ssize_t stream_read(struct stream *stream, char *bytes, size_t max);
void stream_reader_leaves(struct stream *stream);

#endif
