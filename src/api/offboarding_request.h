/* offboarding_request — the body of POST /offboardings, read strictly. */
#ifndef API_OFFBOARDING_REQUEST_H
#define API_OFFBOARDING_REQUEST_H

#include "api/call.h"

#define REQUEST_USERS_MAX 500

/* Texts and values are borrowed from the call. Whole only when call->input has no mistake. */
struct request {
    const char **users;
    size_t user_count;
    const json_t *schedule;       /* {"at", "time_zone"}; NULL: now */
    int64_t scheduled_at;         /* the instant it means */
    int64_t remind_at;            /* 0: no reminder */
    const json_t *notify;         /* NULL when not given */
    const char *reference;        /* NULL when not given */
    const char *reason;           /* NULL when not given */
    const json_t *acknowledged;   /* codes; never NULL */
    const json_t *override_codes; /* NULL when not given */
    const char *override_reason;
};

/* A schedule, {"at", "time_zone", "remind_before_minutes"}: the instant it means and when to remind (0: not).
 * Mistakes are noted at the pointer; false then. */
bool request_read_schedule(struct call *call, const json_t *schedule, const char *pointer, int64_t *ret_at,
                           int64_t *ret_remind_at);

/* Every mistake is noted in call->input. Which options are meant is choice.h. */
void request_read(struct call *call, struct request *ret);

#endif
