/* One-time links to the new password: making, listing and revoking them. The page itself is secret_page.c. */
#include <string.h>

#include "api/visible.h"
#include "notify/password_link.h"
#include "notify/settings.h"

static json_t *load_settings(struct call *call, struct err *err)
{
    json_t *settings = NULL;
    int64_t version;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    if (!tx || !notify_settings_load(tx, call->api->context.vault, &settings, &version, err))
        return NULL;
    return call_keep(call, settings);
}

static bool find_task(struct call *call, const char **ret_offboarding, struct err *err)
{
    return visible_offboarding(call, ret_offboarding, err) &&
           (password_link_secret(call->params[1]) ||
            err_code(err, ERR_NOT_FOUND, "no_secret", "This task leaves nothing to show."));
}

/* Before there is a link, so that nobody has one unseen. */
static bool note_request(struct call *call, const char *offboarding_id, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    return tx && note_offboarding(call, tx, LOGBOOK_SECRET_LINK_REQUESTED, offboarding_id, err) &&
           tx_commit(&tx, err);
}

bool secret_link_post(struct call *call, struct err *err)
{
    static const struct input_field fields[] = {
        {"expires_in_days", INPUT_COUNT, INPUT_NULLABLE, 1, LINK_DAYS_MAX},
        {"views", INPUT_COUNT, INPUT_NULLABLE, 1, LINK_VIEWS_MAX}};
    const struct notify_parts *parts = call->api->context.notify;
    struct link link;
    AUTO_SECRET struct secret *url = NULL;
    struct link_wish wish = {.task = call->params[1], .by = call->who.name};
    if (!find_task(call, &wish.offboarding_id, err))
        return false;
    if (INPUT_OBJECT_CHECK(&call->input, call->body, "", fields)) {
        wish.days = json_int(call->body, "expires_in_days", 0);
        wish.views = json_int(call->body, "views", 0);
    }
    if (!input_verdict(&call->input, err))
        return false;
    const json_t *settings = load_settings(call, err);
    if (!settings || !note_request(call, wish.offboarding_id, err) ||
        !password_link_make(parts, settings, &wish, call->arena, &link, &url, err))
        return false;
    json_t *answer = call_keep(call, json_object());
    json_put_text(answer, "id", link.id);
    json_put_text(answer, "url", secret_reveal(url));
    json_put_text(answer, "host", link.host);
    json_put_time(answer, "expires_at", link.expires_at);
    json_put(answer, "views_left", json_integer(link.views_left));
    return call_json(call, 201, answer);
}

bool secret_links_get(struct call *call, struct err *err)
{
    const char *offboarding;
    if (!find_task(call, &offboarding, err))
        return false;
    AUTO_TX struct tx *tx = store_begin_read(call->api->context.store, err);
    json_t *list = tx ? link_list(tx, offboarding, call->params[1], err) : NULL;
    return list && call_list(call, list, NULL);
}

bool secret_link_delete(struct call *call, struct err *err)
{
    const char *offboarding;
    if (!find_task(call, &offboarding, err))
        return false;
    const json_t *settings = load_settings(call, err);
    return settings &&
           password_link_revoke(call->api->context.notify, settings, offboarding, call->params[1],
                                call->params[2], call->who.name, err) &&
           call_empty(call, 204);
}
