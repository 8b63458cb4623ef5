/* choice — which options a request means. One source alone counts, and nothing is merged:
 *
 *   "options"   these, or
 *   "template"  those of the template of that name or id, which the tenant may use, or
 *   neither     the tenant's defaults: its default template, or its own default options.
 *
 * Both at once, or neither where the tenant has no defaults, is a mistake. */
#ifndef API_CHOICE_H
#define API_CHOICE_H

#include "api/call.h"
#include "store/templates.h"
#include "store/tenants.h"

/* What "options" and "template" may be, for the tables of request bodies. */
#define CHOICE_FIELDS                                  \
    {"options", INPUT_OBJECT, INPUT_NULLABLE, 0, 0},   \
    {                                                  \
        "template", INPUT_TEXT, INPUT_NULLABLE, 1, 200 \
    }

struct choice {
    json_t *options; /* checked; whole only when call->input has no mistake; borrowed from the call */
    json_t *from;    /* {"kind": "request"|"template"|"tenant_defaults", "template": {id, name} or null} */
};

/* Reads call->body; mistakes are noted. tenant NULL: it is unknown, so only "options" can be looked at. False
 * with err set when the store failed. */
MUST_USE bool choice_read(struct call *call, const struct tenant *tenant, struct choice *ret,
                          struct err *err);

/* What this version has against stored options: an array of {pointer, code, message}, empty when all is well.
 * The caller owns it. */
json_t *choice_problems(const json_t *options);

#endif
