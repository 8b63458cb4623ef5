/* exchange_reply — reads what the admin API answers (private to connector/;
 * contract/exchange.md, 2 and 3).
 */
#ifndef CONNECTOR_EXCHANGE_REPLY_H
#define CONNECTOR_EXCHANGE_REPLY_H

#include "base/json.h"
#include "connector/service.h"

/* True when the cmdlet succeeded: appends its rows, without the type keys, and
 * its warnings. reply->json is the body of the answer, or of one answer in a
 * batch with reply->wire.status 200 when it had none. */
bool exchange_read(const struct service_reply *reply, json_t *rows, json_t *warnings, struct err *err);

/* A 5xx with the class of an exception: the cmdlet ran and said no. */
bool exchange_refusal(const struct service_reply *reply);

/* A Set-, Get-, Test- or Search- cmdlet: doing it twice equals doing it once.
 */
bool exchange_twice_is_once(const char *cmdlet);
bool exchange_reads(const char *cmdlet);
/* ERR_INTERNAL for a cmdlet name that is none, and for a null or empty
 * Identity, Mailbox or Member. */
bool exchange_check(const char *cmdlet, const json_t *params, struct err *err);

#endif
