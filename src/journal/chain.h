/* chain — the events of one offboarding as a hash chain, so that one that was changed, removed or put in
 * afterwards is found.
 *
 * An event carries its number within the offboarding (from 1, without gaps) and the SHA-256, in lower-case
 * hexadecimal, of these lines, each ended by a newline:
 *
 *   lastday-event
 *   <hash of the event before; of the first: SHA-256 of "lastday-journal\n<offboarding id>\n">
 *   <number>
 *   <Unix milliseconds>
 *   <kind>
 *   <task, or ->
 *   <SHA-256 of the event's data: its JSON in canonical form (base/canonical.h), as it is stored>
 *
 * The end of each chain is kept beside it: cutting off the last events shows too. Who can write the whole
 * store can compute a chain anew; the end that a signed report carries (or somebody noted) then contradicts
 * it. */
#ifndef JOURNAL_CHAIN_H
#define JOURNAL_CHAIN_H

#include "base/canonical.h"
#include "store/store.h"

struct chain_link {
    int64_t seq;
    char hash[SHA256_TEXT_SIZE];
};

/* The link before the first: seq 0. */
void chain_start(const char *offboarding_id, struct chain_link *ret);
/* Moves the link on by one event; task may be NULL. */
void chain_step(struct chain_link *link, int64_t at, const char *kind, const char *task,
                const char *data_sha256);
/* The place of a new event: moves the stored end on. Until the transaction ends, others who append to this
 * offboarding wait. */
MUST_USE bool chain_advance(struct tx *tx, const char *offboarding_id, int64_t at, const char *kind,
                            const char *task, const char *data, struct chain_link *ret, struct err *err);

/* One event as the chain sees it; borrowed for the call. */
struct chain_event {
    int64_t id;
    int64_t at;
    const char *kind;
    const char *task; /* NULL when it is about the whole */
    const char *data; /* the stored text */
    struct chain_link link;
    char data_sha256[SHA256_TEXT_SIZE];
};
typedef void chain_visit(void *ctx, const struct chain_event *event);

/* Walks the events of an offboarding in order and checks each; visit may be NULL. *ret_findings is a new
 * array of {"seq", "code", "message"}, empty when all is as it was written: changed, removed, inserted,
 * cut_off. *ret_end is the last link that is there. Events older than the chain are not visited; *ret_older
 * counts them. */
MUST_USE bool chain_walk(struct tx *tx, const char *offboarding_id, chain_visit *visit, void *ctx,
                         struct chain_link *ret_end, int64_t *ret_older, json_t **ret_findings,
                         struct err *err);

/* The hash that the event of this number carries; false with ERR_NOT_FOUND when there is none. */
MUST_USE bool chain_hash_at(struct tx *tx, const char *offboarding_id, int64_t seq,
                            char ret_hash[SHA256_TEXT_SIZE], struct err *err);

#endif
