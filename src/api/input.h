/* input — strict reading of request bodies and query parameters.
 *
 * Every mistake is noted with a JSON pointer and a sentence that says what would be right, so that one answer
 * names them all. Unknown fields are mistakes. */
#ifndef API_INPUT_H
#define API_INPUT_H

#include "base/arena.h"
#include "base/json.h"

/* Collects mistakes; zero-initialised but for arena is valid. */
struct input {
    struct arena *arena;
    json_t *errors; /* array of {pointer, code, message}; NULL while there is none */
};
void input_done(struct input *input);

#define INPUT_MAX_ERRORS 100
/* The array, for what notes mistakes of its own there. */
json_t *input_errors(struct input *input);
/* Notes a mistake; returns false. */
bool input_bad(struct input *input, const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
size_t input_count(const struct input *input);
/* True when nothing was noted; else sets err to ERR_INPUT with a sentence about the first mistake. */
MUST_USE bool input_verdict(const struct input *input, struct err *err);

enum input_type { INPUT_TEXT, INPUT_FLAG, INPUT_UUID, INPUT_COUNT, INPUT_OBJECT, INPUT_ARRAY };
enum { INPUT_REQUIRED = 1, INPUT_NULLABLE = 2 };
struct input_field {
    const char *name;
    enum input_type type;
    int flags;
    size_t min; /* texts: bytes of UTF-8; arrays: elements; counts: the number itself; max 0: no limit of its
                   own */
    size_t max;
};

/* Checks the object against the table, at that pointer ("" for the whole body). True when it fits. */
bool input_object(struct input *input, const json_t *value, const char *pointer,
                  const struct input_field *fields, size_t count);
#define INPUT_OBJECT_CHECK(input, value, pointer, fields) \
    input_object((input), (value), (pointer), (fields), sizeof(fields) / sizeof((fields)[0]))

#endif
