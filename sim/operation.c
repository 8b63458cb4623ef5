#include "operation.h"

#include <string.h>

#include "base/rng.h"

static const struct {
    const char *kind;
    void (*finish)(struct sim *sim, json_t *tenant, json_t *operation);
} kinds[] = {
#define X(kind, finish) {#kind, finish},
    OPERATIONS(X)
#undef X
};

void operation_begin(struct sim *sim, const json_t *tenant, const char *kind, json_t *details, char ret[37])
{
    int64_t at = sim_now_ms(sim) + sim->operation_ms;
    char created[TIME_TEXT_SIZE], end[TIME_TEXT_SIZE];
    json_t *operation = details;

    uuid_v4(rng_system(), ret);
    json_put_text(operation, "tenant", json_text(tenant, "id"));
    json_put_text(operation, "kind", kind);
    json_put_text(operation, "created", time_format(sim_now_ms(sim), created));
    json_put_text(operation, "at", time_format(at, end));
    if (!json_is_object(json_object_get(sim->state, "operations")))
        json_put(sim->state, "operations", json_object());
    json_put(json_object_get(sim->state, "operations"), ret, operation);
    sim_due(sim, at);
}

void operation_finish(struct sim *sim, json_t *operation)
{
    json_t *tenant = sim_tenant(sim, json_text(operation, "tenant"));
    const char *kind = json_text_or(operation, "kind", "");

    json_put(operation, "done", json_true());
    for (size_t i = 0; tenant && i < sizeof kinds / sizeof *kinds; i++)
        if (!strcmp(kinds[i].kind, kind))
            kinds[i].finish(sim, tenant, operation);
}

const json_t *operation_find(const struct sim *sim, const json_t *tenant, const char *id)
{
    const json_t *operation = json_object_get(json_object_get(sim->state, "operations"), id);

    return text_equal_nocase(json_text(operation, "tenant"), json_text(tenant, "id")) ? operation : NULL;
}

const char *operation_status(const struct sim *sim, const json_t *operation)
{
    int64_t created = 0, at = 0, now = sim_now_ms(sim);

    if (json_flag(operation, "done"))
        return json_text(operation, "failed") ? "failed" : "succeeded";
    if (!time_parse(json_text_or(operation, "created", ""), &created) ||
        !time_parse(json_text_or(operation, "at", ""), &at))
        return "running";
    return now < created + (at - created) / 3 ? "notStarted" : "running";
}
