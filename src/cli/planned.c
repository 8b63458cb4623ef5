/* lastday reschedule, run-now, approve — an offboarding that has not started. */
#include "cli/one.h"

enum { OPT_AT = 256, OPT_ZONE, OPT_REASON };

struct planned {
    struct one one; /* first: one_parse takes a pointer to it */
    const char *at, *time_zone, *reason;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct planned *planned = state->input;
    switch (key) {
    case OPT_AT:
        planned->at = arg;
        return 0;
    case OPT_ZONE:
        planned->time_zone = arg;
        return 0;
    case OPT_REASON:
        planned->reason = arg;
        return 0;
    default:
        return one_parse(key, arg, state);
    }
}

static error_t parse_reschedule(int key, char *arg, struct argp_state *state)
{
    const struct planned *planned = state->input;
    if (key == ARGP_KEY_END && (!planned->at || !planned->time_zone))
        argp_error(state,
                   "--at and --time-zone are needed: --at 2026-12-24T17:00 --time-zone Europe/Amsterdam");
    return parse(key, arg, state);
}

int command_reschedule(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"at", OPT_AT, "LOCAL_TIME", 0, "when to run, such as 2026-12-24T17:00", 0},
        {"time-zone", OPT_ZONE, "ZONE", 0, "the zone of --at, such as Europe/Amsterdam", 0},
        ONE_JSON,
        {0}};
    struct planned planned = {0};
    one_read(argc, argv, options, parse_reschedule, "Gives an offboarding that has not started another time.",
             &planned);
    AUTO_JSON json_t *body = json_make("{s:s, s:s}", "at", planned.at, "time_zone", planned.time_zone);
    return one_post(&planned.one, "/reschedule", body);
}

int command_run_now(int argc, char **argv)
{
    static const struct argp_option options[] = {ONE_FOLLOW, ONE_JSON, {0}};
    struct one one = {0};
    one_read(argc, argv, options, one_parse, "Starts a planned offboarding at once.", &one);
    return one_post(&one, "/run-now", NULL);
}

int command_approve(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"reason", OPT_REASON, "TEXT", 0,
         "why it may go on, for the record; needed where it lifts what stands in the way", 0},
        ONE_FOLLOW,
        ONE_JSON,
        {0}};
    struct planned planned = {0};
    one_read(argc, argv, options, parse,
             "Lets an offboarding go on that waits for a second person or needs attention. It takes the role "
             "approver or admin.",
             &planned);
    AUTO_JSON json_t *body = json_object();
    if (planned.reason)
        json_put_text(body, "reason", planned.reason);
    return one_post(&planned.one, "/approve", body);
}
