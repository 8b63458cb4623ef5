/* Faults, quotas and latencies, as /_sim sets them. */
#include <ctype.h>
#include <string.h>

#include "server.h"

static bool glob(const char *pattern, const char *text)
{
    for (; *pattern; pattern++, text++) {
        if (*pattern == '*') {
            for (;; text++) {
                if (glob(pattern + 1, text))
                    return true;
                if (!*text)
                    return false;
            }
        }
        if (tolower((unsigned char)*pattern) != tolower((unsigned char)*text))
            return false;
    }
    return !*text;
}

bool rules_match(const char *pattern, const char *text)
{
    return strchr(pattern, '*') ? glob(pattern, text) : strcasestr(text, pattern) != NULL;
}

/* The path as the service sees it, or as it was called: "/graph/v1.0/users/…". */
static bool path_meets(const char *pattern, const struct sim_call *call)
{
    AUTO_STRBUF struct strbuf whole = STRBUF_MAX(65536);

    strbuf_printf(&whole, "/%s%s", call->service, call->path);
    return rules_match(pattern, call->path) || rules_match(pattern, strbuf_text(&whole));
}

static bool rule_meets(const json_t *rule, const struct sim_call *call, const char *cmdlet)
{
    const char *service = json_text(rule, "service"), *method = json_text(rule, "method");
    const char *path = json_text(rule, "path"), *wanted = json_text(rule, "cmdlet"),
               *body = json_text(rule, "body_has"), *tenant = json_text(rule, "tenant");

    return (!tenant || text_equal_nocase(tenant, call->tenant)) &&
           !(json_flag(rule, "whole") && call->part) &&
           (!service || text_equal_nocase(service, call->service)) &&
           (!method || text_equal_nocase(method, call->method)) && (!path || path_meets(path, call)) &&
           (!wanted || (cmdlet && rules_match(wanted, cmdlet) &&
                        (strchr(wanted, '*') || text_equal_nocase(wanted, cmdlet)))) &&
           (!body || (call->body && strcasestr(call->body, body)));
}

/* nth: only the nth match; every: each nth match; times: at most so often. */
static bool rule_fires(json_t *rule)
{
    int64_t hits = json_int(rule, "hits", 0) + 1, fired = json_int(rule, "fired", 0);
    int64_t nth = json_int(rule, "nth", 0), every = json_int(rule, "every", 0),
            times = json_int(rule, "times", 0);

    json_put(rule, "hits", json_integer(hits));
    if ((nth > 0 && hits != nth) || (every > 0 && hits % every != 0) || (times > 0 && fired >= times))
        return false;
    json_put(rule, "fired", json_integer(fired + 1));
    return true;
}

static void put_retry_after(struct sim_call *call, const json_t *rule)
{
    const json_t *value = json_object_get(rule, "retry_after");
    char text[32];

    if (json_is_string(value))
        json_put_text(call->reply_headers, "Retry-After", json_string_value(value));
    if (json_is_integer(value)) {
        snprintf(text, sizeof text, "%lld", (long long)json_integer_value(value));
        json_put_text(call->reply_headers, "Retry-After", text);
    }
}

static void answer_limit(struct sim_call *call, int status)
{
    call->status = status;
    if (!strcmp(call->service, "exchange")) {
        call->content_type = "text/plain";
        call->text =
            strdup("You have reached the maximum number of concurrent requests per tenant. Please wait and "
                   "try again");
    } else if (status == 429) {
        graph_fail(call, 429, "TooManyRequests", "Please retry again later.");
    } else {
        graph_fail(call, status, status == 503 ? "ServiceUnavailable" : "UnknownError",
                   "The service is temporarily unavailable.");
    }
}

static void answer_fault(struct sim_call *call, const json_t *rule)
{
    json_decref(call->reply);
    free(call->text);
    call->reply = NULL;
    call->text = NULL;
    const json_t *body = json_object_get(rule, "body");
    int status = (int)json_int(rule, "status", 500);

    put_retry_after(call, rule);
    AUTO_JSON json_t *headers = json_deep_copy(json_object_get(rule, "headers"));

    json_object_update(call->reply_headers, headers);
    if (!body) {
        answer_limit(call, status);
        return;
    }
    call->status = status;
    snprintf(call->fault_type, sizeof call->fault_type, "%s",
             json_text_or(rule, "content_type", "application/json"));
    call->content_type = call->fault_type;
    if (json_is_string(body))
        call->text = strdup(json_string_value(body));
    else
        call->reply = json_deep_copy(body);
}

static bool over_quota(struct sim *sim, const char *counted_for, struct sim_call *call)
{
    if (!quota_exceeded(sim, counted_for, call))
        return false;
    answer_limit(call, 429);
    return true;
}

void rules_done(struct sim *sim, const struct sim_call *call)
{
    quota_leave(sim, call);
}

/* Whoever made the rule can ask which call it was. */
static void tell_met(json_t *rule, const struct sim_call *call, const char *cmdlet)
{
    AUTO_STRBUF struct strbuf met = STRBUF_MAX(65536);

    strbuf_printf(&met, "%s /%s%s%s%s", call->method, call->service, call->path, cmdlet ? " " : "",
                  cmdlet ? cmdlet : "");
    json_put_text(rule, "met", strbuf_text(&met));
}

static struct sim_verdict faults_check(struct sim *sim, struct sim_call *call, const char *cmdlet)
{
    struct sim_verdict verdict = {0};
    json_t *rule;
    size_t i;

    json_array_foreach (sim->server->faults, i, rule) {
        const char *close_text = json_text(rule, "close");

        if (!rule_meets(rule, call, cmdlet) || !rule_fires(rule))
            continue;
        tell_met(rule, call, cmdlet);
        verdict.delay_ms += json_int(rule, "delay_ms", 0);
        verdict.drop_before = close_text && !strcmp(close_text, "before");
        verdict.drop_after = close_text && !strcmp(close_text, "after_effect");
        verdict.cut = close_text && !strcmp(close_text, "in_answer");
        if (json_flag(rule, "after_effect") && json_object_get(rule, "status")) {
            call->afterwards = json_deep_copy(rule); /* the rule may go while the handler runs */
            break;
        }
        if (json_object_get(rule, "status")) {
            answer_fault(call, rule);
            verdict.answered = true;
        }
        if (verdict.answered || close_text)
            break;
    }
    return verdict;
}

struct sim_verdict rules_check(struct sim *sim, struct sim_call *call, const char *cmdlet)
{
    quota_enter(sim, call);
    struct sim_verdict verdict = faults_check(sim, call, cmdlet);

    if (!verdict.answered && !verdict.drop_before)
        verdict.answered = over_quota(sim, call->counted_for, call);
    return verdict;
}

void rules_afterwards(struct sim_call *call)
{
    if (call->afterwards)
        answer_fault(call, call->afterwards);
    json_decref(call->afterwards);
    call->afterwards = NULL;
}

void sim_item_run(struct sim *sim, const struct sim_item *item,
                  void (*handle)(void *ctx, struct sim_call *call), void *ctx)
{
    item->call->part = true;
    item->call->afterwards = NULL; /* an item begins as a copy of the whole, whose fault is not its own */
    memcpy(item->call->tenant, item->outer->tenant, sizeof item->call->tenant);
    struct sim_verdict verdict = faults_check(sim, item->call, item->cmdlet);

    item->outer->delay_ms += verdict.delay_ms;
    item->outer->cut |= verdict.cut;
    item->outer->drop |= verdict.drop_before || verdict.drop_after;
    /* The connection goes before this item has had its effect: the items before it keep theirs. */
    if (verdict.drop_before && !verdict.answered)
        graph_fail(item->call, 503, "ServiceUnavailable", "The connection was closed.");
    else if (!verdict.answered && !over_quota(sim, item->outer->counted_for, item->call))
        handle(ctx, item->call);
    rules_afterwards(item->call);
    requests_add_item(sim, item->outer, item->id, item->call);
}

int64_t rules_latency_ms(struct sim *sim, const char *service)
{
    const json_t *value = json_object_get(sim->server->latency, service);

    if (!value)
        value = json_object_get(sim->server->latency, "*");
    if (json_is_number(value))
        return (int64_t)json_number_value(value);
    int64_t min = json_int(value, "min_ms", 0), max = json_int(value, "max_ms", min);
    uint64_t dice = sim->server->dice += 0x9E3779B97F4A7C15u;

    dice = (dice ^ (dice >> 30)) * 0xBF58476D1CE4E5B9u;
    return max > min ? min + (int64_t)((dice >> 11) % (uint64_t)(max - min + 1)) : min;
}
