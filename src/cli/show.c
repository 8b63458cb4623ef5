/* lastday show, lastday cancel — one offboarding by its id. */
#include <stdio.h>

#include "cli/one.h"
#include "cli/screen.h"

struct show {
    struct one one; /* first: one_parse takes a pointer to it */
    bool evidence;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct show *show = state->input;
    if (key != 'e')
        return one_parse(key, arg, state);
    show->evidence = true;
    return 0;
}

static void print_evidence(const json_t *tasks, const char *title)
{
    static const char *const moments[] = {"before", "after"};
    size_t i;
    json_t *task;
    json_array_foreach ((json_t *)tasks, i, task) {
        printf("\n%s", title);
        screen_text(stdout, json_text_or(task, "label", json_text(task, "id")));
        for (size_t m = 0; m < sizeof moments / sizeof *moments; m++) {
            AUTO_FREE char *text = json_write(json_object_at(task, moments[m]));
            printf("\n  %-7s ", moments[m]);
            screen_text(stdout, text);
        }
        putchar('\n');
    }
}

/* What each task found and what it read back. */
static int show_evidence(struct client *client, const struct one *one)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    struct err err = {0};
    if (!client_call(client, "GET", client_path(arena, "/api/v1/offboardings/%s", one->id), NULL, &answer,
                     &err))
        return command_fail(&err);
    print_evidence(json_array_at(answer.json, "tasks"), "");
    print_evidence(json_array_at(json_object_at(answer.json, "undo"), "tasks"), "Undo: ");
    return EXIT_DONE;
}

int command_show(int argc, char **argv)
{
    static const struct argp_option options[] = {
        ONE_FOLLOW,
        {"evidence", 'e', NULL, 0, "what each task found before it changed anything, and what it read back",
         0},
        ONE_JSON,
        {0}};
    struct show show = {0};
    struct err err = {0};
    one_read(argc, argv, options, parse, "Shows one offboarding.", &show);
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    int code = one_call(client, &show.one, "GET", "", NULL);
    return code == EXIT_DONE && show.evidence && !show.one.json ? show_evidence(client, &show.one) : code;
}

int command_cancel(int argc, char **argv)
{
    static const struct argp_option options[] = {ONE_JSON, {0}};
    struct one one = {0};
    one_read(argc, argv, options, one_parse, "Stops an offboarding. What is already done stays done.", &one);
    return one_post(&one, "/cancel", NULL);
}
