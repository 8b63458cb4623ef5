#include "sink.h"

#include <string.h>

#include "base/text.h"

static const struct {
    const char *prefix;
    void (*handle)(struct sim *sim, struct sim_call *call);
} sinks[] = {
    {"/teams", sink_teams},
    {"/slack", sink_slack},
    {"/discord", sink_discord},
    {"/generic", sink_generic},
    {"/generic-private", sink_generic},
    {"/cipp", sink_cipp},
    {"/halopsa", sink_halopsa},
    {"/connectwise", sink_connectwise},
    {"/autotask", sink_autotask},
    {"/pwpush", sink_pwpush},
};

void sink_handle(struct sim *sim, struct sim_call *call)
{
    for (size_t i = 0; i < sizeof sinks / sizeof *sinks; i++)
        if (sink_under(call, sinks[i].prefix)) {
            sinks[i].handle(sim, call);
            return;
        }
    sink_json(call, 404, json_make("{s:s}", "error", "no such receiver"));
}

const char *sink_under(const struct sim_call *call, const char *prefix)
{
    size_t length = strlen(prefix);

    if (strncmp(call->path, prefix, length) != 0 || (call->path[length] != '/' && call->path[length] != '\0'))
        return NULL;
    return call->path + length;
}

json_t *sink_member(json_t *object, const char *name, json_t *(*make)(void))
{
    if (!json_object_get(object, name))
        json_put(object, name, make());
    return json_object_get(object, name);
}

json_t *sink_list(struct sim *sim, const char *name)
{
    return sink_member(sink_member(sim->state, "sinks", json_object), name, json_array);
}

json_t *sink_object(struct sim *sim, const char *name)
{
    return sink_member(sink_member(sim->state, "sinks", json_object), name, json_object);
}

int64_t sink_next(json_t *object, int64_t first)
{
    int64_t number = json_int(object, "_next", first);

    json_put(object, "_next", json_integer(number + 1));
    return number;
}

json_t *sink_arrived(struct sim *sim, const struct sim_call *call, const char *name)
{
    char at[TIME_TEXT_SIZE];
    json_t *entry = json_make("{s:s, s:s, s:o}", "at", time_format(sim_now_ms(sim), at), "path", call->path,
                              "body", call->json ? json_deep_copy(call->json) : json_null());

    json_add(sink_list(sim, name), entry);
    return entry;
}

void sink_text(struct sim_call *call, int status, const char *text)
{
    call->status = status;
    call->content_type = "text/plain";
    call->text = strdup(text);
}

void sink_json(struct sim_call *call, int status, json_t *reply)
{
    call->status = status;
    call->reply = reply;
}

size_t sink_units(const char *text)
{
    size_t units = 0;

    for (const unsigned char *c = (const unsigned char *)text; *c; c++)
        units += (*c & 0xC0) != 0x80 ? (*c >= 0xF0 ? 2 : 1) : 0;
    return units;
}

bool sink_header_is(const struct sim_call *call, const char *name, const char *value)
{
    const char *sent = call->header(call, name);

    return sent && !strcmp(sent, value);
}

bool sink_is_basic(const struct sim_call *call, const char *text)
{
    AUTO_STRBUF struct strbuf wanted = STRBUF_MAX(1000);

    strbuf_text_add(&wanted, "Basic ");
    strbuf_base64(&wanted, text, strlen(text));
    return sink_header_is(call, "Authorization", strbuf_text(&wanted));
}

bool sink_is_url(const char *text)
{
    return text_starts_nocase(text, "https://") || text_starts_nocase(text, "http://");
}

bool sink_company_known(const struct sink_company *companies, int64_t id)
{
    for (; companies->id; companies++)
        if (companies->id == id)
            return true;
    return false;
}

json_t *sink_companies(const struct sink_company *companies, const char *part, const char *name_key)
{
    json_t *list = json_array();

    for (; companies->id; companies++)
        if (strcasestr(companies->name, part))
            json_add(list,
                     json_make("{s:I, s:s}", "id", (json_int_t)companies->id, name_key, companies->name));
    return list;
}

void sink_mail(struct sim *sim, const json_t *tenant, const char *sender, const json_t *message)
{
    char at[TIME_TEXT_SIZE];

    json_add(sink_member(sim->state, "mail", json_array),
             json_make("{s:s, s:O, s:s, s:o}", "at", time_format(sim_now_ms(sim), at), "tenant",
                       json_object_get(tenant, "id"), "sender", sender, "message", json_deep_copy(message)));
}
