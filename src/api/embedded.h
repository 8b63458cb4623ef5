/* embedded — what the build puts inside the program: the web client and the API description (embed.py). */
#ifndef API_EMBEDDED_H
#define API_EMBEDDED_H

#include <stdbool.h>
#include <stddef.h>

struct embedded_bytes {
    const char *data; /* NULL when there is none; a NUL byte follows */
    size_t size;
};

enum { EMBEDDED_BROTLI, EMBEDDED_GZIP, EMBEDDED_PLAIN, EMBEDDED_FORMS };

struct embedded_file {
    const char *path; /* with a leading slash */
    const char *content_type;
    bool immutable;  /* the name holds a hash of the content */
    const char *tag; /* changes with the content */
    struct embedded_bytes forms[EMBEDDED_FORMS];
};

extern const struct embedded_bytes embedded_openapi; /* JSON */
extern const size_t embedded_count;
extern const struct embedded_file embedded_files[];

#endif
