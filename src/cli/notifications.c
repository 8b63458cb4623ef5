/* lastday notifications — how people are told, and whether it works. */
#include <stdio.h>
#include <string.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/json_file.h"
#include "cli/screen.h"

#define SETTINGS_PATH "/api/v1/settings/notifications"

struct choice {
    const char *words[2], *event;
    size_t count;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct choice *choice = state->input;
    switch (key) {
    case 'j':
        choice->json = true;
        return 0;
    case 'e':
        choice->event = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (choice->count == 2)
            argp_usage(state);
        choice->words[choice->count++] = arg;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct argp_option options[] = {{"json", 'j', NULL, 0, "print exactly what the API returned", 0},
                                             {0}};

static void print_events(const json_t *config)
{
    size_t i;
    json_t *event;
    json_array_foreach ((json_t *)json_array_at(config, "events"), i, event) {
        fputs(i ? ", " : "  ", stdout);
        screen_text(stdout, json_string_value(event));
    }
    putchar('\n');
}

static void print_line(const char *kind, const json_t *config, const char *name, const char *where)
{
    screen_tone(stdout, json_flag(config, "enabled") ? TONE_GOOD : TONE_DIM,
                json_flag(config, "enabled") ? "on   " : "off  ");
    screen_cell(stdout, kind, 8);
    screen_cell(stdout, name, 24);
    screen_text(stdout, where);
    if (json_text(config, "disabled_reason")) {
        fputs("  ", stdout);
        screen_text(stdout, json_text(config, "disabled_reason"));
    }
    putchar('\n');
    print_events(config);
}

static void print_settings(const json_t *settings)
{
    const json_t *email = json_object_at(settings, "email"), *psa = json_object_get(settings, "psa");
    size_t i;
    json_t *one;
    json_array_foreach ((json_t *)json_array_at(settings, "webhooks"), i, one)
        print_line("webhook", one, json_text(one, "name"), json_text(one, "url"));
    print_line("email", email, json_text_or(email, "via", ""), json_text(email, "from"));
    if (json_is_object(psa))
        print_line("psa", psa, json_text(psa, "kind"),
                   json_text_or(psa, "url", json_text(psa, "resource_url")));
    json_array_foreach ((json_t *)json_array_at(settings, "hints"), i, one) {
        screen_text(stdout, json_text(one, "message"));
        putchar('\n');
    }
}

static int show(int argc, char **argv)
{
    const struct argp argp = {.options = options, .parser = parse, .doc = "Shows the notification settings."};
    struct choice choice = {0};
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &choice);
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client)
        return command_fail(&err);
    bool ok = client_call(client, "GET", SETTINGS_PATH, NULL, &answer, &err);
    if (choice.json && answer.text)
        puts(answer.text);
    else if (ok)
        print_settings(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

static int set(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "FILE",
        .doc = "Replaces the notification settings by those of a JSON file; \"-\" is standard "
               "input.\vBegin with what `lastday notifications show --json` prints: a secret that is "
               "masked there stays what it is."};
    struct choice choice = {0};
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &choice);
    if (choice.count != 1) {
        fputs("lastday notifications set: name one FILE\n", stderr);
        return EXIT_USAGE;
    }
    AUTO_JSON json_t *settings = json_file_read(choice.words[0], "FILE", "{\"webhooks\": []}", &err);
    AUTO_CLIENT struct client *client = settings ? client_open(&err) : NULL;
    if (!client)
        return command_fail(&err);
    bool ok = client_replace(client, SETTINGS_PATH, settings, &answer, &err);
    if (choice.json && answer.text)
        puts(answer.text);
    else if (ok)
        print_settings(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

/* What a channel shows: the text of a mail and of a ticket, the body of a webhook. */
static void print_preview(const json_t *preview)
{
    const json_t *body = json_object_get(preview, "body");
    AUTO_FREE char *pretty = body ? json_dumps(body, JSON_INDENT(2) | JSON_ENCODE_ANY) : NULL;
    screen_text(stdout, json_text_or(preview, "subject", json_text(preview, "title")));
    fputs("\n\n", stdout);
    puts(pretty ? pretty : json_text_or(preview, "text", ""));
}

static int preview(int argc, char **argv)
{
    static const struct argp_option own[] = {
        {"event", 'e', "EVENT", 0, "what is told of: finished when it is not given", 0},
        {"json", 'j', NULL, 0, "print exactly what the API returned", 0},
        {0}};
    const struct argp argp = {.options = own,
                              .parser = parse,
                              .args_doc = "email\npsa\ngeneric|teams|slack|discord|cipp",
                              .doc = "Shows a message as it would be sent, and sends nothing."};
    struct choice choice = {.event = "finished"};
    struct err err = {0};
    AUTO_ANSWER struct answer answer = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &choice);
    if (choice.count != 1) {
        fputs("lastday notifications preview: name email, psa or a format of webhooks\n", stderr);
        return EXIT_USAGE;
    }
    bool hook = strcmp(choice.words[0], "email") != 0 && strcmp(choice.words[0], "psa") != 0;
    AUTO_JSON json_t *body = json_make("{s:s, s:s, s:s?}", "channel", hook ? "webhook" : choice.words[0],
                                       "event", choice.event, "format", hook ? choice.words[0] : NULL);
    AUTO_CLIENT struct client *client = client_open(&err);
    bool ok = client && client_call(client, "POST", SETTINGS_PATH "/preview", body, &answer, &err);
    if (choice.json && answer.text)
        puts(answer.text);
    else if (ok)
        print_preview(answer.json);
    return ok ? EXIT_DONE : command_fail(&err);
}

/* A webhook is named by its name or id, as people see it. */
static const char *webhook_id(const json_t *settings, const char *name)
{
    const json_t *hooks = json_array_at(settings, "webhooks");
    const json_t *hook = json_array_find(hooks, "name", name);
    return json_text(hook ? hook : json_array_find(hooks, "id", name), "id");
}

static json_t *test_body(const struct choice *choice, const json_t *settings, struct err *err)
{
    const char *channel = choice->words[0];
    const char *hook = webhook_id(settings, choice->words[choice->count - 1]);
    if (choice->count == 1 && (!strcmp(channel, "email") || !strcmp(channel, "psa")))
        return json_make("{s:s}", "channel", channel);
    if (hook)
        return json_make("{s:s, s:s}", "channel", "webhook", "webhook", hook);
    err_set(err, ERR_INPUT,
            "there is no endpoint \"%s\": name a webhook of `lastday notifications show`, email or psa",
            choice->words[choice->count - 1]);
    return NULL;
}

static int test(int argc, char **argv)
{
    const struct argp argp = {
        .options = options,
        .parser = parse,
        .args_doc = "WEBHOOK\nemail\npsa",
        .doc = "Sends a test message to one endpoint.\vFor a PSA only address and credentials are "
               "tried: no ticket is made. Exit codes: 0 it was taken, 1 it was not."};
    struct choice choice = {0};
    struct err err = {0};
    AUTO_ANSWER struct answer settings = {0}, answer = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &choice);
    if (choice.count == 0) {
        fputs("lastday notifications test: name a webhook, email or psa\n", stderr);
        return EXIT_USAGE;
    }
    AUTO_CLIENT struct client *client = client_open(&err);
    if (!client || !client_call(client, "GET", SETTINGS_PATH, NULL, &settings, &err))
        return command_fail(&err);
    AUTO_JSON json_t *body = test_body(&choice, settings.json, &err);
    if (!body)
        return command_fail(&err);
    bool ok = client_call(client, "POST", SETTINGS_PATH "/test", body, &answer, &err);
    if (choice.json && answer.text)
        puts(answer.text);
    if (!ok)
        return command_fail(&err);
    if (!choice.json) {
        screen_text(stdout, json_text(answer.json, "message"));
        putchar('\n');
    }
    return json_flag(answer.json, "ok") ? EXIT_DONE : EXIT_FAILED_OFFBOARDING;
}

int command_notifications(int argc, char **argv)
{
    static const struct subcommand table[] = {{"show", show, "show the settings; secrets are masked"},
                                              {"set", set, "replace the settings by those of a file"},
                                              {"preview", preview, "show a message as it would be sent"},
                                              {"test", test, "send a test message"}};
    return command_sub(table, sizeof table / sizeof *table, "How people are told of offboardings.", argc,
                       argv);
}
