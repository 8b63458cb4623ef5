/* remove_mfa_methods — no authentication method is left but the password (contract/graph.md 1.5).
 *
 * They go one after the other in one batch: an alternate phone before the mobile one, and last the one that
 * is probably the default, because Graph refuses that while others exist. Where the guess was wrong, what is
 * left goes in a second pass. */
#include <string.h>

#include "connector/graph.h"
#include "task/calls.h"
#include "task/items.h"

#define TYPE_PREFIX "#microsoft.graph."
#define REFUSALS_MAX 3
#define ALTERNATE_MOBILE "b6332ec1-7057-4abe-9331-3d72feddfe41"

/* Type and path segment, in the order of removal. */
static const struct {
    const char *type;
    const char *segment;
} kinds[] = {
    {"emailAuthenticationMethod", "emailMethods"},
    {"temporaryAccessPassAuthenticationMethod", "temporaryAccessPassMethods"},
    {"fido2AuthenticationMethod", "fido2Methods"},
    {"windowsHelloForBusinessAuthenticationMethod", "windowsHelloForBusinessMethods"},
    {"platformCredentialAuthenticationMethod", "platformCredentialMethods"},
    {"externalAuthenticationMethod", "externalAuthenticationMethods"},
    {"hardwareOathAuthenticationMethod", "hardwareOathMethods"},
    {"phoneAuthenticationMethod", "phoneMethods"},
    {"softwareOathAuthenticationMethod", "softwareOathMethods"},
    {"microsoftAuthenticatorAuthenticationMethod", "microsoftAuthenticatorMethods"},
};
#define KINDS (sizeof kinds / sizeof *kinds)

static const char *type_of(const json_t *method)
{
    const char *type = json_text_or(method, "@odata.type", "");
    return text_starts_nocase(type, TYPE_PREFIX) ? type + strlen(TYPE_PREFIX) : type;
}

static const char *segment_of(const char *type)
{
    for (size_t i = 0; i < KINDS; i++) {
        if (text_equal_nocase(kinds[i].type, type))
            return kinds[i].segment;
    }
    return NULL;
}

static const char *name_of(const json_t *method)
{
    static const char *const names[] = {"displayName", "phoneNumber", "emailAddress", "model"};
    for (size_t i = 0; i < sizeof names / sizeof *names; i++) {
        const char *name = json_text(method, names[i]);
        if (name && *name)
            return name;
    }
    return type_of(method);
}

static void note(struct work *work, const json_t *method)
{
    const char *type = type_of(method);
    if (strcmp(type, "passwordAuthenticationMethod") == 0)
        return;
    json_t *item = work_item(work, json_text_or(method, "id", ""), name_of(method), type);
    if (!segment_of(type) && item_is(item, "pending")) {
        item_set(item, "skipped",
                 "This kind of method cannot be removed here. Remove it in the Entra admin center.");
        work_warn(work, "unknown_method",
                  "The user has an authentication method of a kind that cannot be removed here.");
    }
}

static bool is_gone(const struct work *work, const json_t *facts, const json_t *item)
{
    (void)work;
    return !json_array_find(json_array_at(facts, "methods"), "id", json_text_or(item, "id", ""));
}

static enum observed observe(struct work *work, const json_t *facts)
{
    const json_t *methods = json_array_at(facts, "methods");
    size_t i;
    json_t *method;
    work_before(work, json_make("{s:O}", "methods", methods));
    json_array_foreach ((json_t *)methods, i, method)
        note(work, method);
    work_after(work, json_make("{s:O}", "methods", methods));
    return items_settle(work, facts, is_gone) ? OBSERVED_NEEDED : OBSERVED_DONE;
}

static void remove_one(struct work *work, struct calls *calls, json_t *item, bool *first)
{
    const char *path = graph_path(work->arena, "/users/%s/authentication/%s/%s", work->run->user_id,
                                  segment_of(json_text_or(item, "kind", "")), json_text_or(item, "id", ""));
    (*first ? calls_graph : calls_graph_then)(calls, work, item, "DELETE", path, NULL);
    *first = false;
}

/* What was refused as the default in an earlier pass goes last in this one. */
static bool was_default(const json_t *item)
{
    return json_int(item, "refused_as_default", 0) > 0;
}

static void act(struct work *work, const json_t *facts, struct calls *calls)
{
    bool first = true;
    (void)facts;
    for (int pass = 0; pass < 2; pass++)
        for (size_t kind = 0; kind < KINDS; kind++)
            for (int alternate = 1; alternate >= 0; alternate--) {
                size_t i;
                json_t *item;
                items_pending_foreach (work, i, item) {
                    bool is_alternate = strcmp(json_text_or(item, "id", ""), ALTERNATE_MOBILE) == 0;
                    if (was_default(item) == (pass == 1) && is_alternate == (alternate == 1) &&
                        text_equal_nocase(json_text(item, "kind"), kinds[kind].type))
                        remove_one(work, calls, item, &first);
                }
            }
}

static bool already_so(const struct err *err)
{
    return err->kind == ERR_NOT_FOUND;
}

/* The default while others exist, and what stood behind it in the chain: both go once the others are gone.
 * When another one cannot be removed here, the default never goes. */
static bool passes(json_t *item, const struct err *err)
{
    bool as_default = err->upstream_status == 400 && strstr(err->message, "default");
    int64_t refusals = json_int(item, "refused_as_default", 0);
    if (as_default && item)
        json_put(item, "refused_as_default", json_integer(refusals + 1));
    return (as_default && refusals + 1 < REFUSALS_MAX) || err->upstream_status == 424;
}

const struct task_type task_remove_mfa_methods = {
    .facts = FACT(METHODS),
    .proof = FACT(METHODS),
    .forward = {.observe = observe, .act = act, .already_so = already_so, .passes = passes}};
