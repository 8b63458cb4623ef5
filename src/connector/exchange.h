/* exchange — Exchange Online cmdlets over the admin API (contract/exchange.md).
 *
 * Rows come without the type keys (those with '@'); integers beyond 64 bits
 * come as texts. A null or empty Identity is refused with ERR_INTERNAL before
 * anything is sent: some cmdlets then take every object. Errors carry the last
 * part of the exception class as err.code: ManagementObjectNotFoundException
 * becomes ERR_NOT_FOUND, other refusals ERR_REFUSED. Errors and unanswered
 * prompts inside a 200 are failures. Thread-safe. */
#ifndef CONNECTOR_EXCHANGE_H
#define CONNECTOR_EXCHANGE_H

#include "base/json.h"
#include "connector/m365.h"

#define EXCHANGE_BATCH_MAX 10

/* params is an object or NULL for none. anchor_upn is the mailbox the cmdlet is
 * about; NULL for none. ret_rows (all pages) and ret_warnings (texts) may be
 * NULL; the caller frees them; they are arrays after success and untouched
 * otherwise. Get-, Test- and Search- cmdlets count as reading. */
bool exchange_call(struct m365 *m365, const struct m365_target *target, const char *cmdlet,
                   const json_t *params, const char *anchor_upn, json_t **ret_rows, json_t **ret_warnings,
                   struct err *err);

/* Takes the rows of one page, borrowed. False with err set: no further page is read. */
typedef bool (*exchange_take)(void *ctx, const json_t *rows, struct err *err);
/* A long result page by page, never in memory as a whole. select: the properties wanted, with commas between.
 */
bool exchange_pages(struct m365 *m365, const struct m365_target *target, const char *cmdlet,
                    const json_t *params, const char *select, exchange_take take, void *ctx, struct err *err);

struct exchange_item {
    const char *cmdlet;
    const json_t *params;
    const char *anchor_upn;
    const char *task; /* for the journal; NULL takes the target's */
    /* The answer: */
    json_t *rows;     /* array when ok; exchange_items_done frees both */
    json_t *warnings; /* array when ok */
    struct err err;
    bool ok;
};

/* Runs independent cmdlets in one request. At most EXCHANGE_BATCH_MAX items.
 * False only when the envelope failed; throttled items that may be done twice
 * are sent again within the patience, further pages are fetched. */
bool exchange_batch(struct m365 *m365, const struct m365_target *target, struct exchange_item *items,
                    size_t count, struct err *err);
void exchange_items_done(struct exchange_item *items, size_t count);

#endif
