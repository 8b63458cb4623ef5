/* options — what somebody chose, checked against the catalogue and brought into one form.
 *
 * Pure: no I/O, no clock. Problems are collected, not thrown one at a time: `problems` is a JSON array of
 * {"pointer", "code", "message"} as RFC 9457's errors[] has them in our API. */
#ifndef PLAN_OPTIONS_H
#define PLAN_OPTIONS_H

#include "base/json.h"
#include "model/catalogue.h"

/* The checked options: an object with one member per chosen task, in table order, holding all its parameters
 * with defaults filled in and HTML cleaned. prefix stands before each pointer ("/options"). The caller owns
 * it; it is whole only when no problem was added. */
json_t *options_check(const json_t *options, const char *prefix, json_t *problems);
/* Adds a problem; printf-like. */
void problem_add(json_t *problems, const char *pointer, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));

/* The chosen tasks of checked options. */
task_set options_tasks(const json_t *options);
/* A chosen task's parameters; an empty object when it has none or is not chosen. Borrowed. */
const json_t *options_of(const json_t *options, enum task_id task);

/* Every person that the options name: calls each(ctx, reference, task, pointer). A reference is an object id,
 * a user principal name or "manager". */
void options_each_person(const json_t *options,
                         void (*each)(void *ctx, const char *reference, enum task_id task,
                                      const char *pointer),
                         void *ctx);

#endif
