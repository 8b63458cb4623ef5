/* lastday catalog — what an offboarding can do, for writing an options file. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/screen.h"

static error_t parse(int key, char *arg, struct argp_state *state)
{
    bool *json = state->input;
    (void)arg;
    if (key != 'j')
        return key == ARGP_KEY_ARG ? EINVAL : ARGP_ERR_UNKNOWN;
    *json = true;
    return 0;
}

static void print_list(const json_t *task, const char *key, const char *words)
{
    size_t i;
    json_t *each;
    const json_t *list = json_array_at(task, key);
    if (!json_array_size(list))
        return;
    printf("      %s", words);
    json_array_foreach ((json_t *)list, i, each)
        printf("%s%s", i ? ", " : " ", json_string_value(each));
    putchar('\n');
}

static void print_task(const json_t *task)
{
    size_t i;
    json_t *parameter;
    printf("  %-24s", json_text_or(task, "id", "?"));
    screen_text(stdout, json_text(task, "label"));
    fputs(json_flag(task, "destructive") ? " (cannot be undone)\n" : "\n", stdout);
    json_array_foreach ((json_t *)json_array_at(task, "parameters"), i, parameter) {
        printf("      %s: %s%s, ", json_text_or(parameter, "id", "?"), json_text_or(parameter, "type", "?"),
               json_flag(parameter, "required") ? ", required" : "");
        screen_text(stdout, json_text(parameter, "label"));
        putchar('\n');
    }
    print_list(task, "conflicts", "not with");
}

int command_catalog(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"json", 'j', NULL, 0, "print exactly what the API returned", 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Lists what an offboarding can do: the keys of an options file."};
    bool json = false;
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    size_t i, n;
    json_t *phase, *task;
    argp_parse(&argp, argc, argv, 0, NULL, &json);
    AUTO_CLIENT struct client *client = client_open(&err);
    bool ok = client && client_call(client, "GET", "/api/v1/catalog", NULL, &answer, &err);
    if (json && answer.text)
        puts(answer.text);
    if (!ok)
        return command_fail(&err);
    if (json)
        return EXIT_DONE;
    json_array_foreach ((json_t *)json_array_at(answer.json, "phases"), i, phase) {
        screen_text(stdout, json_text(phase, "label"));
        putchar('\n');
        json_array_foreach ((json_t *)json_array_at(answer.json, "tasks"), n, task)
            if (!strcmp(json_text_or(task, "phase", ""), json_text_or(phase, "id", "?")))
                print_task(task);
    }
    return EXIT_DONE;
}
