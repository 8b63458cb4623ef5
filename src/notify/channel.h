/* channel — one way to reach people: a webhook, e-mail, a PSA ticket. Each makes one try of one delivery. */
#ifndef NOTIFY_CHANNEL_H
#define NOTIFY_CHANNEL_H

#include "notify/deliveries.h"
#include "notify/parts.h"

#define CHANNEL_TIMEOUT_MS 15000
#define CHANNEL_ANSWER_MAX ((size_t)64 * 1024)

/* Borrowed for the try. */
struct attempt {
    const struct notify_parts *parts;
    struct arena *arena;
    const json_t *config;  /* of the endpoint: its part of the settings */
    const json_t *message; /* message.h */
    const json_t *request; /* what the request said about notifying (offboardings.notify), with the manager */
    const json_t *tenant;  /* defaults.notify of the tenant */
    const struct delivery *delivery; /* NULL for a test */
    const char *message_id;
    const char *link; /* the one-time link in the message, to be cut from records; NULL */
    struct cancel *cancel;
};

/* Fills the outcome. */
typedef void channel_send(const struct attempt *attempt, struct outcome *ret);
channel_send channel_webhook, channel_email, channel_psa;

/* For the channels. */
/* A failed try; reads err's kind. endpoint_fault is set. */
void outcome_fail(struct outcome *outcome, const struct err *err);
/* Status of an HTTP answer to err and flags: 410 gone, 400, 413 and 422 the message's own fault, 3xx and the
 * rest the endpoint's. */
void outcome_http(struct outcome *outcome, const struct wire_reply *reply, int64_t now);
/* The excerpt of an answer, with every secret of the endpoint and the link cut out. */
void outcome_response(struct outcome *outcome, const struct attempt *attempt, const char *text,
                      size_t length);
/* Cuts those secrets out of the error's sentence, which may quote the receiver. After every try. */
void outcome_scrub(struct outcome *outcome, const struct attempt *attempt);
/* text with those secrets cut out, at most max bytes; a new text. */
char *attempt_scrub(const struct attempt *attempt, const char *text, size_t length, size_t max);

#endif
