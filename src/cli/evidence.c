#include "cli/evidence.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "cli/administration.h"
#include "cli/local.h"
#include "cli/screen.h"
#include "cli/settings.h"
#include "journal/audit.h"
#include "report/verify.h"
#include "vault/signing.h"

#define AT_A_TIME 50
#define FINDINGS_MAX 100 /* of one answer: they all say the same then */

/* --- the server's side -----------------------------------------------------------------------------------
 */

static bool audit_one(struct store *store, const char *id, json_t *answer, json_t *findings, struct err *err)
{
    struct audit audit;
    size_t i;
    json_t *finding;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    if (!tx || !audit_offboarding(tx, id, &audit, err))
        return false;
    json_put(answer, "events", json_integer(json_int(answer, "events", 0) + audit.events));
    json_put(answer, "older", json_integer(json_int(answer, "older", 0) + audit.older));
    json_array_foreach (audit.findings, i, finding) {
        if (json_array_size(findings) < FINDINGS_MAX)
            json_add(findings, json_put_text(json_incref(finding), "offboarding", id));
    }
    audit_done(&audit);
    return true;
}

/* One transaction for each: others want the store as well. */
static json_t *verify_some(struct store *store, const char *after, struct err *err)
{
    size_t i;
    json_t *id;
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    AUTO_JSON json_t *ids = tx ? audit_ids(tx, after, AT_A_TIME, err) : NULL;
    if (!ids)
        return NULL;
    tx_auto_rollback(&tx);
    AUTO_JSON json_t *answer = json_object();
    json_t *findings = json_array();
    json_put(answer, "findings", findings);
    json_put(answer, "offboardings", json_integer((json_int_t)json_array_size(ids)));
    json_array_foreach (ids, i, id) {
        if (!audit_one(store, json_string_value(id), answer, findings, err))
            return NULL;
    }
    json_t *last = json_array_get(ids, AT_A_TIME - 1);
    json_put(answer, "next", last ? json_incref(last) : json_null());
    return json_incref(answer);
}

static json_t *hash_at(struct store *store, const json_t *request, struct err *err)
{
    char hash[SHA256_TEXT_SIZE];
    AUTO_TX struct tx *tx = store_begin_read(store, err);
    return tx && chain_hash_at(tx, json_text_or(request, "offboarding", ""), json_int(request, "seq", 0),
                               hash, err)
               ? json_make("{s:s}", "hash", hash)
               : NULL;
}

static json_t *rotate(struct store *store, const struct vault *vault, const json_t *request, struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const char *id;
    const struct logbook_by by = administration_by(request);
    return signing_key_rotate(store, arena, vault, rng_system(), &by, clock_utc_ms(clock_system()), &id, err)
               ? json_make("{s:s}", "key", id)
               : NULL;
}

json_t *evidence_answer(struct store *store, const struct vault *vault, const json_t *request,
                        bool *ret_known, struct err *err)
{
    const char *what = json_text_or(request, "do", "");
    *ret_known = true;
    if (strcmp(what, "verify-audit") == 0)
        return verify_some(store, json_text_or(request, "after", ""), err);
    if (strcmp(what, "chain-at") == 0)
        return hash_at(store, request, err);
    if (strcmp(what, "rotate-report-key") == 0)
        return rotate(store, vault, request, err);
    *ret_known = false;
    return NULL;
}

/* --- the command's side ----------------------------------------------------------------------------------
 */

/* A server that runs, or else the store itself. */
struct place {
    struct arena *arena;
    const struct config *config;
    bool alone;
    struct store *store;
    struct vault *vault;
};

static void place_done(struct place *place)
{
    vault_free(place->vault);
    store_close(place->store);
    arena_free(place->arena);
}

static bool open_alone(struct place *place, struct err *err)
{
    const struct config *config = place->config;
    const struct vault_source source = {.data_dir = config->server_data_dir,
                                        .key_file = config->secrets_master_key_file,
                                        .key_text = config->secrets_master_key.text};
    place->alone = config_make_data_dir(config, err) &&
                   (place->store = store_open(config->store_url, config->server_data_dir, err)) &&
                   (place->vault = vault_open(&source, rng_system(), err));
    return place->alone;
}

static json_t *ask(struct place *place, const json_t *request, struct err *err)
{
    bool running = false, known;
    if (!place->alone) {
        json_t *answer = local_ask(place->config->server_data_dir, request, &running, err);
        if (running)
            return answer;
        if (!open_alone(place, err))
            return NULL;
    }
    return evidence_answer(place->store, place->vault, request, &known, err);
}

struct evidence {
    const char *config_path;
    char *report;
    bool json;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct evidence *evidence = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &evidence->config_path;
        return 0;
    case 'r':
        evidence->report = arg;
        return 0;
    case 'j':
        evidence->json = true;
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static void add_up(json_t *sum, const json_t *part)
{
    static const char *const counts[] = {"offboardings", "events", "older"};
    for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
        json_put(sum, counts[i], json_integer(json_int(sum, counts[i], 0) + json_int(part, counts[i], 0)));
    json_array_extend(json_object_get(sum, "findings"), json_object_get(part, "findings"));
}

static bool verify_all(struct place *place, json_t *sum, struct err *err)
{
    AUTO_JSON json_t *after = json_text_new("");
    while (json_is_string(after)) {
        AUTO_JSON json_t *request = json_make("{s:s, s:O}", "do", "verify-audit", "after", after);
        AUTO_JSON json_t *part = ask(place, request, err);
        if (!part)
            return false;
        add_up(sum, part);
        json_decref(after);
        after = json_incref(json_object_get(part, "next"));
    }
    return true;
}

/* The journal must still hold what it held when the report was issued. */
static bool compare_report(struct place *place, const char *path, json_t *sum, struct err *err)
{
    AUTO(verdict_done) struct verdict verdict = {0};
    size_t length;
    AUTO_FREE char *bytes = text_read_file(path, REPORT_MAX_BYTES, &length, err);
    if (!bytes || !report_verify(bytes, length, NULL, &verdict, err))
        return false;
    if (!verdict.model)
        return err_set(err, ERR_INPUT, "%s: a PDF does not hold the journal; give the report as HTML or JSON",
                       path);
    const char *id = json_text_or(verdict.model, "id", "");
    const json_t *end = json_object_at(json_object_at(verdict.model, "journal"), "end");
    int64_t seq = json_int(end, "seq", 0);
    AUTO_JSON json_t *request =
        json_make("{s:s, s:s, s:I}", "do", "chain-at", "offboarding", id, "seq", (json_int_t)seq);
    AUTO_JSON json_t *answer = ask(place, request, err);
    if (!answer && err->kind != ERR_NOT_FOUND)
        return false;
    if (!answer || strcmp(json_text_or(answer, "hash", ""), json_text_or(end, "hash", "-")) != 0)
        json_add(json_object_get(sum, "findings"),
                 json_make("{s:s, s:I, s:s, s:s}", "offboarding", id, "seq", (json_int_t)seq, "code",
                           "rewritten", "message",
                           "The journal is another one than when the report was issued."));
    return true;
}

static void print_sum(const json_t *sum)
{
    size_t i;
    json_t *finding;
    json_array_foreach (json_object_get(sum, "findings"), i, finding) {
        int64_t seq = json_int(finding, "seq", 0);
        screen_text(stdout, json_text(finding, "offboarding"));
        printf(seq ? ", event %" PRId64 ": " : ": ", seq);
        screen_text(stdout, json_text(finding, "message"));
        putchar('\n');
    }
    printf("%" PRId64 " offboardings, %" PRId64 " events: ", json_int(sum, "offboardings", 0),
           json_int(sum, "events", 0));
    puts(i ? "the journal is not as it was written" : "the journal is whole, and the store agrees with it");
    if (json_int(sum, "older", 0))
        printf("%" PRId64 " events are older than the chain and cannot be checked\n",
               json_int(sum, "older", 0));
}

int admin_verify_audit(int argc, char **argv)
{
    static const struct argp_option options[] = {
        {"report", 'r', "FILE", 0, "also: does the journal still hold what this report (HTML or JSON) says?",
         0},
        {"json", 'j', NULL, 0, "print what was found as JSON", 0},
        {0}};
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.options = options,
                              .parser = parse,
                              .doc = "Checks that no event of the journal was changed, removed or put in, "
                                     "and that the store says what the "
                                     "journal says. The exit code is 1 when something was found.",
                              .children = children};
    struct evidence evidence = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &evidence);
    AUTO(place_done) struct place place = {.arena = arena_new()};
    AUTO_JSON json_t *sum = json_make("{s:[]}", "findings");
    place.config = settings_load(place.arena, evidence.config_path, &err);
    if (!place.config || !verify_all(&place, sum, &err) ||
        (evidence.report && !compare_report(&place, evidence.report, sum, &err)))
        return command_fail(&err);
    if (evidence.json) {
        AUTO_FREE char *text = json_write(sum);
        puts(text);
    } else {
        print_sum(sum);
    }
    return json_array_size(json_object_get(sum, "findings")) ? EXIT_FAILED_OFFBOARDING : EXIT_DONE;
}

int admin_rotate_report_key(int argc, char **argv)
{
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {
        .parser = parse,
        .doc = "Puts a new key in use for signing reports, and prints its id. What the former "
               "key signed can still be verified; it signs nothing any more.",
        .children = children};
    struct evidence evidence = {0};
    struct err err = {0};
    argp_parse(&argp, argc, argv, 0, NULL, &evidence);
    AUTO(place_done) struct place place = {.arena = arena_new()};
    AUTO_JSON json_t *request =
        json_make("{s:s, s:s}", "do", "rotate-report-key", "by", administration_user(place.arena));
    place.config = settings_load(place.arena, evidence.config_path, &err);
    AUTO_JSON json_t *answer = place.config ? ask(&place, request, &err) : NULL;
    if (!answer)
        return command_fail(&err);
    puts(json_text_or(answer, "key", ""));
    return EXIT_DONE;
}
