#include "report/verify.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "journal/chain.h"
#include "report/html.h"
#include "report/model.h"
#include "report/signed.h"

void verdict_done(struct verdict *verdict)
{
    json_decref(verdict->model);
    verdict->model = NULL;
}

static bool not_a_report(struct err *err)
{
    return err_code(
        err, ERR_CONFLICT, "no_report",
        "This is no Lastday report: it can be verified as HTML, PDF or JSON as it was downloaded.");
}

static bool changed(struct err *err)
{
    return err_code(err, ERR_CONFLICT, "changed",
                    "This report is not what was signed: something in it was changed after it was issued.");
}

/* --- the key ---------------------------------------------------------------------------------------------
 */

/* A retired key's private half is destroyed: it cannot have signed what happened later. */
static bool key_fits(const json_t *key, const json_t *model, struct err *err)
{
    int64_t retired, as_of;
    const char *retired_at = json_text(key, "retired_at"), *as_of_text = json_text(model, "as_of");
    if (!retired_at || !as_of_text || !time_parse(retired_at, &retired) || !time_parse(as_of_text, &as_of) ||
        as_of <= retired)
        return true;
    return err_code(
        err, ERR_CONFLICT, "retired_key",
        "The key that signed this was taken out of use at %s, before what the report tells of (%s).",
        retired_at, as_of_text);
}

static bool check_key(const unsigned char public_key[SIGNING_PUBLIC_BYTES], const json_t *keys,
                      struct verdict *ret, struct err *err)
{
    unsigned char listed[SIGNING_PUBLIC_BYTES];
    if (!keys)
        return true;
    const json_t *key = json_array_find(json_array_at(keys, "items"), "id", ret->key_id);
    if (!key || !base64_exact(json_text(key, "public_key"), listed, sizeof listed) ||
        memcmp(listed, public_key, sizeof listed) != 0)
        return err_code(err, ERR_CONFLICT, "unknown_key",
                        "This was signed by the key %s, which is not among the keys that were given.",
                        ret->key_id);
    ret->key_known = true;
    return key_fits(key, ret->model, err);
}

/* --- the signature of the JSON ---------------------------------------------------------------------------
 */

/* ret_key is the key that the signature names; it is bound to the id. */
static bool check_signature(const json_t *envelope, struct verdict *ret,
                            unsigned char ret_key[SIGNING_PUBLIC_BYTES], struct err *err)
{
    const json_t *model = json_object_get(envelope, "report");
    const json_t *signature = json_object_get(envelope, "signature");
    unsigned char value[SIGNATURE_BYTES];
    char sha256[SHA256_TEXT_SIZE];
    size_t length;
    if (!json_is_object(model) || !json_is_object(signature) ||
        strcmp(json_text_or(model, "schema", ""), REPORT_SCHEMA) != 0)
        return not_a_report(err);
    if (strcmp(json_text_or(signature, "algorithm", ""), SIGNED_ALGORITHM) != 0 ||
        !base64_exact(json_text(signature, "public_key"), ret_key, SIGNING_PUBLIC_BYTES) ||
        !base64_exact(json_text(signature, "value"), value, sizeof value))
        return changed(err);
    signing_id(ret_key, ret->key_id);
    AUTO_FREE char *text = json_canonical(model, &length);
    if (strcmp(json_text_or(signature, "key", ""), ret->key_id) != 0 ||
        strcmp(json_text_or(signature, "sha256", ""), sha256_text(text, length, sha256)) != 0 ||
        !signature_holds(ret_key, text, length, value))
        return changed(err);
    ret->model = json_incref((json_t *)model);
    return true;
}

/* --- the journal in the document -------------------------------------------------------------------------
 */

static bool hash_is(const json_t *value, const char *sha256)
{
    char own[SHA256_TEXT_SIZE];
    size_t length;
    AUTO_FREE char *text = json_canonical(value, &length);
    return strcmp(sha256_text(text, length, own), sha256) == 0;
}

static bool broken(struct err *err, int64_t seq)
{
    return err_code(err, ERR_CONFLICT, "broken_journal",
                    "The signature holds, but event %" PRId64
                    " of the journal in this report does not follow from "
                    "the one before it.",
                    seq);
}

/* Events with data stand for themselves; that of the request stands elsewhere in the document. */
static bool step(const json_t *model, const json_t *event, struct chain_link *link, struct err *err)
{
    const json_t *data = json_object_get(event, "data");
    const char *sha256 = json_text_or(event, "data_sha256", ""), *kind = json_text_or(event, "kind", "");
    int64_t seq = json_int(event, "seq", 0);
    if (data && !json_is_null(data) && !hash_is(data, sha256))
        return broken(err, seq);
    if (strcmp(kind, "request") == 0 && !hash_is(json_object_get(model, "request"), sha256))
        return broken(err, seq);
    chain_step(link, json_int(event, "at", 0), kind, json_text(event, "task"), sha256);
    return (link->seq == seq && strcmp(link->hash, json_text_or(event, "hash", "")) == 0) || broken(err, seq);
}

/* Is there an event of this task with this data? */
static bool told(const json_t *model, const json_t *task)
{
    char sha256[SHA256_TEXT_SIZE];
    size_t i, length;
    json_t *event;
    const char *id = json_text_or(task, "id", "-");
    AUTO_FREE char *text = json_canonical(task, &length);
    sha256_text(text, length, sha256);
    json_array_foreach ((json_t *)json_array_at(json_object_at(model, "journal"), "events"), i, event) {
        if (strcmp(json_text_or(event, "data_sha256", ""), sha256) == 0 &&
            strcmp(json_text_or(event, "kind", ""), "task") == 0 &&
            strcmp(json_text_or(event, "task", ""), id) == 0)
            return true;
    }
    return false;
}

/* Each task of the document that has begun is the data of an event. */
static bool tasks_are_told(const json_t *model, const json_t *tasks, struct err *err)
{
    size_t i;
    json_t *task;
    json_array_foreach ((json_t *)tasks, i, task) {
        if (strcmp(json_text_or(task, "status", ""), "pending") != 0 && !told(model, task))
            return err_code(
                err, ERR_CONFLICT, "broken_journal",
                "The signature holds, but the journal in this report does not tell of what it says "
                "about the task %s.",
                json_text_or(task, "id", "?"));
    }
    return true;
}

/* Where the server itself found its journal changed, the document says so, and nothing can be computed. */
static bool check_journal(struct verdict *ret, struct err *err)
{
    const json_t *journal = json_object_at(ret->model, "journal");
    struct chain_link link;
    size_t i;
    json_t *event;
    ret->findings = json_array_size(json_array_at(journal, "findings"));
    ret->journal_events = json_int(json_object_at(journal, "end"), "seq", 0);
    if (ret->findings || json_int(ret->model, "schema_version", 0) != REPORT_SCHEMA_VERSION ||
        json_int(journal, "older", 0))
        return true;
    chain_start(json_text_or(ret->model, "id", ""), &link);
    json_array_foreach ((json_t *)json_array_at(journal, "events"), i, event) {
        if (!step(ret->model, event, &link, err))
            return false;
    }
    if (strcmp(link.hash, json_text_or(json_object_at(journal, "end"), "hash", "")) != 0)
        return broken(err, link.seq);
    ret->journal_checked = true;
    return tasks_are_told(ret->model, json_array_at(ret->model, "tasks"), err) &&
           tasks_are_told(ret->model, json_array_at(json_object_at(ret->model, "undo"), "tasks"), err);
}

/* --- the formats -----------------------------------------------------------------------------------------
 */

static bool verify_json(const char *bytes, size_t length, const json_t *keys, struct verdict *ret,
                        struct err *err)
{
    unsigned char key[SIGNING_PUBLIC_BYTES];
    AUTO_JSON json_t *envelope = json_read(bytes, length, NULL);
    if (!envelope || json_object_size(envelope) != 2)
        return not_a_report(err);
    if (!check_signature(envelope, ret, key, err) || !check_journal(ret, err) ||
        !check_key(key, keys, ret, err))
        return false;
    size_t canonical_length;
    AUTO_FREE char *canonical = json_canonical(envelope, &canonical_length);
    bool same = length == canonical_length + 1 && memcmp(bytes, canonical, canonical_length) == 0 &&
                bytes[length - 1] == '\n';
    return same ||
           err_code(err, ERR_CONFLICT, "reformatted",
                    "What this report says is what was signed, but the file was written anew since: it "
                    "is not byte for byte as it was issued.");
}

static bool verify_html(const char *bytes, size_t length, const json_t *keys, struct verdict *ret,
                        struct err *err)
{
    unsigned char key[SIGNING_PUBLIC_BYTES];
    struct seal seal;
    if (!seal_check(bytes, length, REPORT_HTML, &seal, err))
        return false;
    AUTO_JSON json_t *envelope = html_embedded(bytes, seal.covers);
    return (envelope || not_a_report(err)) && check_signature(envelope, ret, key, err) &&
           (memcmp(key, seal.public_key, sizeof key) == 0 || changed(err)) && check_journal(ret, err) &&
           check_key(key, keys, ret, err);
}

static bool verify_pdf(const char *bytes, size_t length, const json_t *keys, struct verdict *ret,
                       struct err *err)
{
    struct seal seal;
    if (!seal_check(bytes, length, REPORT_PDF, &seal, err))
        return false;
    memcpy(ret->key_id, seal.key_id, sizeof ret->key_id);
    return check_key(seal.public_key, keys, ret, err);
}

static bool starts(const char *bytes, size_t length, const char *with)
{
    return length >= strlen(with) && memcmp(bytes, with, strlen(with)) == 0;
}

bool report_verify(const char *bytes, size_t length, const json_t *keys, struct verdict *ret, struct err *err)
{
    *ret = (struct verdict){.format = starts(bytes, length, "%PDF-")             ? REPORT_PDF
                                      : starts(bytes, length, "<!DOCTYPE html>") ? REPORT_HTML
                                                                                 : REPORT_JSON};
    bool good = ret->format == REPORT_PDF    ? verify_pdf(bytes, length, keys, ret, err)
                : ret->format == REPORT_HTML ? verify_html(bytes, length, keys, ret, err)
                                             : verify_json(bytes, length, keys, ret, err);
    if (!good)
        verdict_done(ret);
    return good;
}
