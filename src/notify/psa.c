#include "notify/psa.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "notify/retry.h"

#define HEADERS_MAX 12
#define ANSWER_MAX ((size_t)1024 * 1024)

static const struct psa_kind *const kinds[] = {&psa_halopsa, &psa_connectwise, &psa_autotask};

const struct psa_kind *psa_kind_find(const char *name)
{
    for (size_t i = 0; name && i < sizeof kinds / sizeof *kinds; i++)
        if (strcmp(kinds[i]->name, name) == 0)
            return kinds[i];
    return NULL;
}

void psa_done(struct psa *psa)
{
    free(psa->response);
    psa->response = NULL;
}

char *psa_tag(const char *offboarding_id, char tag[PSA_TAG_SIZE])
{
    size_t length = strlen(offboarding_id);
    snprintf(tag, PSA_TAG_SIZE, "LD-%s", offboarding_id + (length > 12 ? length - 12 : 0));
    return tag;
}

const char *psa_url(struct psa *psa, const char *base, const char *path)
{
    size_t length = strlen(base);
    while (length > 0 && base[length - 1] == '/')
        length--;
    return arena_printf(psa->arena, "%.*s/%s", (int)length, base, path);
}

const char *psa_number(struct psa *psa, const json_t *object, const char *key)
{
    const json_t *value = json_object_get(object, key);
    if (json_is_string(value))
        return arena_text(psa->arena, json_string_value(value));
    return json_is_integer(value) ? arena_printf(psa->arena, "%" PRId64, (int64_t)json_integer_value(value))
                                  : NULL;
}

void psa_put_number(struct psa *psa, json_t *object, const char *name, const char *key)
{
    const json_t *value = json_object_get(psa->config, key);
    if (json_is_integer(value))
        json_put(object, name, json_integer(json_integer_value(value)));
}

/* The sentence in an error body: ConnectWise's message, Autotask's errors, Halo's text. */
static const char *words_of(struct psa *psa, const json_t *answer)
{
    const json_t *errors = json_array_at(answer, "errors"), *first = json_array_get(errors, 0);
    const char *message = json_text(answer, "message");
    if (json_is_string(first))
        return json_string_value(first);
    if (message && json_text(first, "message"))
        return arena_printf(psa->arena, "%s: %s", message, json_text(first, "message"));
    return message ? message
                   : json_text_or(answer, "error_description", json_text_or(answer, "error", psa->response));
}

bool psa_send(struct psa *psa, const char *method, const char *url, const char *const *headers,
              const char *body, const char *content_type, json_t **ret, struct err *err)
{
    const char *list[HEADERS_MAX + 1] = {NULL};
    size_t count = 0;
    AUTO_WIRE_REPLY struct wire_reply reply = {0};
    *ret = NULL;
    list[count++] =
        arena_printf(psa->arena, "Content-Type: %s", content_type ? content_type : "application/json");
    if (psa->authorization)
        list[count++] = psa->authorization;
    while (headers && *headers && count < HEADERS_MAX)
        list[count++] = *headers++;
    const struct wire_request request = {.method = method,
                                         .url = url,
                                         .headers = list,
                                         .body = body,
                                         .body_length = body ? strlen(body) : 0,
                                         .timeout_ms = CHANNEL_TIMEOUT_MS,
                                         .cancel = psa->cancel,
                                         .answer_max = ANSWER_MAX};
    psa->status = 0;
    psa_done(psa);
    if (!outside_send(psa->parts->wire, &psa->parts->policy, &request, &reply, err))
        return false;
    psa->status = reply.status;
    psa->response = must(strdup(reply.body));
    *ret = json_read(reply.body, reply.body_length, NULL);
    if (reply.status / 100 == 2)
        return true;
    psa->retry_after_ms = retry_after_ms(&reply, clock_utc_ms(psa->parts->clock));
    err_code(err, ERR_REFUSED, "psa_refused", "The PSA answered %d: %.300s", reply.status,
             words_of(psa, *ret));
    json_decref(*ret);
    *ret = NULL;
    return false;
}

bool psa_call(struct psa *psa, const char *method, const char *url, const char *const *headers,
              const json_t *body, json_t **ret, struct err *err)
{
    AUTO_FREE char *text = body ? json_write(body) : NULL;
    return psa_send(psa, method, url, headers, text, NULL, ret, err);
}

json_t *psa_companies(const struct notify_parts *parts, const json_t *config, const char *search,
                      struct err *err)
{
    AUTO_ARENA struct arena *arena = arena_new();
    const struct psa_kind *kind = psa_kind_find(json_text(config, "kind"));
    struct psa psa = {.parts = parts, .config = config, .arena = arena};
    if (!kind) {
        err_code(err, ERR_CONFLICT, "no_psa",
                 "No PSA is set up: choose one in the notification settings first.");
        return NULL;
    }
    json_t *list = kind->open(&psa, err) ? kind->companies(&psa, search, err) : NULL;
    psa_done(&psa);
    return list;
}
