/* lastday report — downloads the evidence report of an offboarding, or says whether one is as it was issued.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "cli/client.h"
#include "cli/command.h"
#include "cli/screen.h"
#include "report/verify.h"

struct asked {
    const char *id, *format, *output; /* output NULL: standard output */
    const char *verify, *key;
    bool json;
};

enum { OPTION_VERIFY = 256 };

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct asked *asked = state->input;
    switch (key) {
    case 'f':
        asked->format = arg;
        if (report_format_parse(arg) == REPORT_FORMAT_COUNT)
            argp_error(state, "--format must be html, pdf or json");
        return 0;
    case 'o':
        asked->output = arg;
        return 0;
    case 'k':
        asked->key = arg;
        return 0;
    case 'j':
        asked->json = true;
        return 0;
    case OPTION_VERIFY:
        asked->verify = arg;
        return 0;
    case ARGP_KEY_ARG:
        if (asked->id)
            argp_error(state, "one id at a time");
        asked->id = arg;
        return 0;
    case ARGP_KEY_END:
        if (!asked->id == !asked->verify)
            argp_error(state, "give the ID of an offboarding (`lastday list` shows them), or --verify FILE");
        if (asked->key && !asked->verify)
            argp_error(state, "--key goes with --verify");
        if (asked->id && !asked->format)
            argp_error(state, "--format is missing: html, pdf or json");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

/* --- downloading -----------------------------------------------------------------------------------------
 */

static bool write_all(FILE *file, const char *bytes, size_t length)
{
    return fwrite(bytes, 1, length, file) == length && fflush(file) == 0;
}

/* Written aside and renamed: a file of this name is whole. */
static bool save(const char *path, const char *bytes, size_t length, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *aside = arena_printf(arena, "%s.part", path);
    FILE *file = fopen(aside, "we");
    bool good = file && write_all(file, bytes, length);
    int problem = errno;
    if (file && fclose(file) != 0 && good) {
        problem = errno;
        good = false;
    }
    if (good && rename(aside, path) == 0)
        return true;
    problem = good ? errno : problem;
    if (file)
        unlink(aside);
    return err_set(err, ERR_INPUT, "cannot write %s: %s", path, strerror(problem));
}

static int download(const struct asked *asked)
{
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_ANSWER struct answer answer = {0};
    struct err err = {0};
    bool pdf = strcmp(asked->format, "pdf") == 0;
    if (pdf && !asked->output && isatty(STDOUT_FILENO)) {
        err_set(&err, ERR_INPUT, "a PDF is nothing for a terminal: name a file with --output");
        return command_fail(&err);
    }
    AUTO_CLIENT struct client *client = client_open(&err);
    const char *path =
        arena_printf(arena, "%s?format=%s", client_path(arena, "/api/v1/offboardings/%s/report", asked->id),
                     asked->format);
    if (!client || !client_fetch(client, path, &answer, &err))
        return command_fail(&err);
    if (asked->output)
        return save(asked->output, answer.text, answer.length, &err) ? EXIT_DONE : command_fail(&err);
    if (write_all(stdout, answer.text, answer.length))
        return EXIT_DONE;
    err_set(&err, ERR_INPUT, "cannot write to standard output: %s", strerror(errno));
    return command_fail(&err);
}

/* --- verifying -------------------------------------------------------------------------------------------
 */

static const char *const what_is_proved[] = {
    [REPORT_JSON] = "the report says what it said when it was signed, byte for byte",
    [REPORT_HTML] = "the page and the report inside are what was signed, byte for byte",
    [REPORT_PDF] = "the pages are what was signed, byte for byte",
};

static void fact(const char *label, const char *text)
{
    printf("%-10s ", label);
    screen_text(stdout, text);
    putchar('\n');
}

static void print_journal(const struct verdict *verdict)
{
    if (verdict->findings)
        printf("journal    the server itself found %zu differences in its journal; the report names them\n",
               verdict->findings);
    else if (verdict->journal_checked)
        printf("journal    %" PRId64 " events, each following from the one before\n",
               verdict->journal_events);
    else if (verdict->model)
        puts("journal    not computed anew: part of it is older than the chain, or of another version");
}

static void print_verdict(const struct asked *asked, const struct verdict *verdict)
{
    const json_t *request = json_object_at(verdict->model, "request");
    fact("genuine", asked->verify);
    fact("proves", what_is_proved[verdict->format]);
    if (verdict->model) {
        fact("about", json_text(json_object_at(request, "user"), "user_principal_name"));
        fact("as of", json_text(verdict->model, "as_of"));
    }
    print_journal(verdict);
    printf("key        %s, %s\n", verdict->key_id,
           verdict->key_known ? "one of the keys that were given"
                              : "which the file itself names: anybody can make a key");
    if (!verdict->key_known)
        fputs("Whether it is your server's key, compare it with GET /api/v1/report-keys, or give that answer "
              "with "
              "--key.\n",
              stderr);
}

static json_t *verdict_json(const struct verdict *verdict)
{
    static const char *const names[] = {[REPORT_HTML] = "html", [REPORT_PDF] = "pdf", [REPORT_JSON] = "json"};
    json_t *value = json_make("{s:s, s:s, s:b, s:b, s:I}", "format", names[verdict->format], "key",
                              verdict->key_id, "key_known", verdict->key_known, "journal_checked",
                              verdict->journal_checked, "findings", (json_int_t)verdict->findings);
    json_put_text(value, "offboarding", json_text(verdict->model, "id"));
    return json_put_text(value, "as_of", json_text(verdict->model, "as_of"));
}

static json_t *read_keys(const char *path, struct err *err)
{
    size_t length;
    AUTO_FREE char *text = text_read_file(path, 1 << 20, &length, err);
    json_t *keys = text ? json_read(text, length, err) : NULL;
    if (text && (!keys || !json_is_array(json_object_get(keys, "items")))) {
        json_decref(keys);
        keys = NULL;
        err_set(err, ERR_INPUT, "%s must hold the answer of GET /api/v1/report-keys", path);
    }
    return keys;
}

static int verify(const struct asked *asked)
{
    struct err err = {0};
    AUTO(verdict_done) struct verdict verdict = {0};
    size_t length;
    AUTO_JSON json_t *keys = asked->key ? read_keys(asked->key, &err) : NULL;
    if (asked->key && !keys)
        return command_fail(&err);
    AUTO_FREE char *bytes = text_read_file(asked->verify, REPORT_MAX_BYTES, &length, &err);
    if (!bytes || !report_verify(bytes, length, keys, &verdict, &err))
        return command_fail(&err);
    if (asked->json) {
        AUTO_JSON json_t *value = verdict_json(&verdict);
        AUTO_FREE char *text = json_write(value);
        puts(text);
    } else {
        print_verdict(asked, &verdict);
    }
    return EXIT_DONE;
}

int command_report(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"format", 'f', "FORMAT", 0, "html, pdf or json", 0},
        {"output", 'o', "FILE", 0, "write it there instead of to standard output", 0},
        {"verify", OPTION_VERIFY, "FILE", 0, "say whether a report is as it was issued; needs no server", 1},
        {"key", 'k', "FILE", 0,
         "with --verify: the keys of the server, as GET /api/v1/report-keys gives them", 1},
        {"json", 'j', NULL, 0, "with --verify: print the verdict as JSON", 1},
        {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .args_doc = "ID\n--verify FILE",
                              .doc = "Downloads the evidence report of an offboarding, or verifies one."};
    struct asked asked = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &asked);
    return asked.verify ? verify(&asked) : download(&asked);
}
