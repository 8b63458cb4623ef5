/* lastday offboard — asks the server to offboard one or more users, and follows if wanted. */
#include <stdio.h>
#include <string.h>

#include "base/memory.h"
#include "cli/follow.h"
#include "cli/preflight.h"
#include "cli/request.h"
#include "cli/screen.h"
#include "cli/users_file.h"

enum { OPT_CSV = 256, OPT_AT, OPT_ZONE, OPT_NOTIFY, OPT_REFERENCE, OPT_REASON };

struct offboard {
    struct request request;
    const char *at, *time_zone, *notify, *reference, *reason;
    bool yes, follow;
};

static const struct argp_option option_table[] = {
    {"csv", OPT_CSV, "FILE", 0,
     "many users at once: a CSV file whose first row names a column user, user_principal_name, upn or id", 0},
    {"at", OPT_AT, "LOCAL_TIME", 0, "when to run, such as 2026-12-24T17:00; without it: now", 0},
    {"time-zone", OPT_ZONE, "ZONE", 0, "the zone of --at, such as Europe/Amsterdam", 0},
    {"notify", OPT_NOTIFY, "LIST", 0, "who is told: webhook, email, psa, separated by commas", 0},
    {"reference", OPT_REFERENCE, "TEXT", 0, "a ticket number, for example", 0},
    {"reason", OPT_REASON, "TEXT", 0, "why, for the record", 0},
    {"yes", 'y', NULL, 0, "do not ask, and acknowledge every warning", 0},
    {"follow", 'f', NULL, 0, "stay until the end; the exit code is then 1 when something failed", 0},
    {0}};

static void add_users(const char *path, json_t *users, struct argp_state *state)
{
    struct err err = {0};
    size_t length;
    AUTO_FREE char *text = text_read_file(path, USERS_FILE_MAX, &length, &err);
    if (!text)
        argp_failure(state, EXIT_USAGE, 0, "--csv: %s", err.message);
    else if (!users_file_parse(text, length, users, &err))
        argp_failure(state, EXIT_USAGE, 0, "--csv: %s: %s", path, err.message);
}

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct offboard *offboard = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &offboard->request;
        return 0;
    case OPT_CSV:
        add_users(arg, offboard->request.users, state);
        return 0;
    case OPT_AT:
        offboard->at = arg;
        return 0;
    case OPT_ZONE:
        offboard->time_zone = arg;
        return 0;
    case OPT_NOTIFY:
        offboard->notify = arg;
        return 0;
    case OPT_REFERENCE:
        offboard->reference = arg;
        return 0;
    case OPT_REASON:
        offboard->reason = arg;
        return 0;
    case 'y':
        offboard->yes = true;
        return 0;
    case 'f':
        offboard->follow = true;
        return 0;
    case ARGP_KEY_END:
        if (!offboard->at != !offboard->time_zone)
            argp_error(state, "--at and --time-zone belong together");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static bool notify_json(const char *list, json_t *body, struct err *err)
{
    static const char *const known[] = {"webhook", "email", "psa"};
    AUTO_FREE char *copy = must(strdup(list));
    char *state = NULL;
    json_t *notify = json_make("{s:b, s:b, s:b}", known[0], 0, known[1], 0, known[2], 0);
    json_put(body, "notify", notify);
    for (char *word = strtok_r(copy, ", ", &state); word; word = strtok_r(NULL, ", ", &state)) {
        if (!json_object_get(notify, word))
            return err_set(err, ERR_INPUT, "--notify: \"%.40s\" is not webhook, email or psa", word);
        json_put(notify, word, json_true());
    }
    return true;
}

static json_t *request_body(const struct offboard *offboard, json_t *choice, json_t *acknowledged,
                            struct err *err)
{
    json_t *body = json_make("{s:s, s:O, s:O}", "tenant", offboard->request.tenant, "users",
                             offboard->request.users, "acknowledged_warnings", acknowledged);
    json_object_update(body, choice);
    if (offboard->at)
        json_put(body, "schedule",
                 json_make("{s:s, s:s}", "at", offboard->at, "time_zone", offboard->time_zone));
    if (offboard->reference)
        json_put_text(body, "reference", offboard->reference);
    if (offboard->reason)
        json_put_text(body, "reason", offboard->reason);
    if (offboard->notify && !notify_json(offboard->notify, body, err)) {
        json_decref(body);
        return NULL;
    }
    return body;
}

/* Shows each user's warnings and plan, asks, and returns the warning codes that the person has seen. */
static json_t *ask(struct client *client, const struct offboard *offboard, const json_t *choice,
                   int *ret_code)
{
    json_t *codes = json_array(), *user, *warning;
    size_t i, n;
    struct err err = {0};
    char question[120];
    json_array_foreach (offboard->request.users, i, user) {
        AUTO_ANSWER struct answer answer = {0};
        if (!request_preflight(client, &offboard->request, json_string_value(user), choice, &answer, &err)) {
            *ret_code = command_fail(&err);
            json_decref(codes);
            return NULL;
        }
        preflight_print(stderr, json_string_value(user), answer.json);
        json_array_foreach ((json_t *)json_array_at(answer.json, "warnings"), n, warning)
            if (json_text(warning, "code"))
                json_add(codes, json_text_new(json_text(warning, "code")));
    }
    snprintf(question, sizeof question, "Offboard %zu user%s %s?", i, i == 1 ? "" : "s",
             offboard->at ? "at the given time" : "now");
    if (screen_confirm(question))
        return codes;
    fputs("lastday: nothing was done\n", stderr);
    *ret_code = EXIT_REFUSED;
    json_decref(codes);
    return NULL;
}

static int after_accepted(struct client *client, const struct offboard *offboard, const struct answer *answer)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const json_t *list = json_array_at(answer->json, "offboardings");
    const char **ids = arena_alloc(arena, json_array_size(list) + 1, sizeof *ids);
    struct err err = {0};
    size_t i, count = 0;
    json_t *each;
    bool failed;
    json_array_foreach ((json_t *)list, i, each)
        ids[count++] = json_text_or(each, "id", "");
    if (!offboard->follow) {
        if (offboard->request.json) {
            puts(answer->text);
            return EXIT_DONE;
        }
        json_array_foreach ((json_t *)list, i, each) {
            printf("%s  ", ids[i]);
            screen_cell(stdout, json_text(json_object_at(each, "user"), "user_principal_name"), 40);
            puts(json_text_or(each, "status", "?"));
        }
        return EXIT_DONE;
    }
    if (!follow_offboardings(client, ids, count, offboard->request.json, &failed, &err))
        return command_fail(&err);
    return failed ? EXIT_FAILED_OFFBOARDING : EXIT_DONE;
}

static int offboard_run(const struct offboard *offboard)
{
    struct err err = {0};
    int code = EXIT_USAGE;
    if (!offboard->yes && !screen_can_ask()) {
        fputs("lastday: there is nobody to ask; --yes starts the offboarding without a question\n", stderr);
        return EXIT_USAGE;
    }
    AUTO_CLIENT struct client *client = client_open(&err);
    AUTO_JSON json_t *choice = client ? request_choice(&offboard->request, &err) : NULL;
    if (!choice)
        return command_fail(&err);
    AUTO_JSON json_t *acknowledged =
        offboard->yes ? json_make("[s]", "*") : ask(client, offboard, choice, &code);
    if (!acknowledged)
        return code;
    AUTO_JSON json_t *body = request_body(offboard, choice, acknowledged, &err);
    AUTO_ANSWER struct answer answer = {0};
    if (!body || !client_call(client, "POST", "/api/v1/offboardings", body, &answer, &err)) {
        if (offboard->request.json && answer.text)
            puts(answer.text);
        return command_fail(&err);
    }
    return after_accepted(client, offboard, &answer);
}

int command_offboard(int argc, char **argv)
{
    const struct argp_child children[] = {{&request_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .options = option_table,
        .parser = parse,
        .args_doc = "[USER...]",
        .doc = "Offboards users of one tenant. All or nothing: one refused user refuses the whole request.\v"
               "Exit codes: 0 done, 1 something in an offboarding failed, 2 wrong usage, 3 refused, 4 cannot "
               "reach or "
               "use a needed service.",
        .children = children};
    struct offboard offboard = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &offboard);
    int code = offboard_run(&offboard);
    request_done(&offboard.request);
    return code;
}
