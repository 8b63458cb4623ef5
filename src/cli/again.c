/* lastday retry, lastday undo — an offboarding that has ended, gone over once more. */
#include <stdio.h>
#include <string.h>

#include "cli/one.h"
#include "cli/preflight.h"
#include "cli/screen.h"

enum { OPT_TASK = 256, OPT_PLAN };

struct again {
    struct one one; /* first: one_parse takes a pointer to it */
    json_t *tasks;  /* ids; NULL: all */
    bool yes, plan;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct again *again = state->input;
    switch (key) {
    case OPT_TASK:
        if (!again->tasks)
            again->tasks = json_array();
        json_add(again->tasks, json_text_new(arg));
        return 0;
    case OPT_PLAN:
        again->plan = true;
        return 0;
    case 'y':
        again->yes = true;
        return 0;
    default:
        return one_parse(key, arg, state);
    }
}

static error_t parse_retry(int key, char *arg, struct argp_state *state)
{
    const struct again *again = state->input;
    if (key == OPT_TASK && again->tasks)
        argp_error(state, "one --task at a time; without it all that failed begin again");
    return parse(key, arg, state);
}

int command_retry(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"task", OPT_TASK, "TASK", 0, "this one, with those that it blocked; without it all that failed", 0},
        ONE_FOLLOW,
        ONE_JSON,
        {0}};
    struct again again = {0};
    one_read(argc, argv, options, parse_retry, "Tries again what failed. What was done stays done.", &again);
    AUTO_JSON json_t *body = json_object();
    if (again.tasks)
        json_put(body, "task", json_incref(json_array_get(again.tasks, 0)));
    int code = one_post(&again.one, "/retry", body);
    json_decref(again.tasks);
    return code;
}

/* --- undo ------------------------------------------------------------------------------------------------
 */

static bool is_named(const json_t *tasks, const char *task)
{
    for (size_t i = 0; i < json_array_size(tasks); i++)
        if (strcmp(json_string_value(json_array_get(tasks, i)), task) == 0)
            return true;
    return !tasks;
}

static void print_plan(FILE *out, const struct again *again, const json_t *answer)
{
    AUTO_JSON json_t *plan = json_array();
    size_t i;
    json_t *each;
    json_array_foreach ((json_t *)json_array_at(answer, "plan"), i, each)
        if (is_named(again->tasks, json_text_or(each, "task", "")))
            json_add(plan, json_incref(each));
    fputs("Undo, in this order:\n", out);
    preflight_print_plan(out, plan);
    json_array_foreach ((json_t *)json_array_at(answer, "stays"), i, each) {
        fputs("  stays  ", out);
        screen_text(out, json_text_or(each, "label", json_text(each, "task")));
        fputs(" (cannot be undone)\n", out);
    }
}

/* Reads what an undo would do and shows it. False with ret_code set when nothing is to be undone now. */
static bool show_plan(struct client *client, const struct again *again, int *ret_code)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    struct err err = {0};
    const char *path = client_path(arena, "/api/v1/offboardings/%s/undo", again->one.id);
    bool ok = client_call(client, "GET", path, NULL, &answer, &err);
    if (again->one.json && answer.text && (again->plan || !ok))
        puts(answer.text);
    else if (ok)
        print_plan(again->plan ? stdout : stderr, again, answer.json);
    *ret_code = ok ? EXIT_DONE : command_fail(&err);
    return ok && !again->plan;
}

static int undo(const struct again *again)
{
    struct err err = {0};
    int code;
    if (!again->yes && !again->plan && !screen_can_ask()) {
        fputs(
            "lastday: there is nobody to ask; --plan shows what an undo would do, --yes starts it without a "
            "question\n",
            stderr);
        return EXIT_USAGE;
    }
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    if (!show_plan(client, again, &code))
        return code;
    if (!again->yes && !screen_confirm("Undo this now?")) {
        fputs("lastday: nothing was done\n", stderr);
        return EXIT_REFUSED;
    }
    AUTO_JSON json_t *body = json_object();
    if (again->tasks)
        json_put(body, "tasks", json_incref(again->tasks));
    return one_call(client, &again->one, "POST", "/undo", body);
}

int command_undo(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"task", OPT_TASK, "TASK", 0, "only this one; may be given several times; without it all that can be",
         0},
        {"plan", OPT_PLAN, NULL, 0, "show what it would do, and change nothing", 0},
        {"yes", 'y', NULL, 0, "do not ask", 0},
        ONE_FOLLOW,
        ONE_JSON,
        {0}};
    struct again again = {0};
    one_read(
        argc, argv, options, parse,
        "Takes an offboarding back: what its tasks found before they changed anything. The plan is shown "
        "first.",
        &again);
    int code = undo(&again);
    json_decref(again.tasks);
    return code;
}
