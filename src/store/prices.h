/* prices — what products cost a month, as the administrator says. Nothing is known here by itself. */
#ifndef STORE_PRICES_H
#define STORE_PRICES_H

#include "store/store.h"

/* Texts live in the arena; price_list_done frees prices. */
struct price_list {
    const char *currency; /* ISO 4217, such as "EUR"; "" while nobody has set any */
    json_t *prices;       /* [{"sku_id": lower case, "monthly_price": "12.50"}] */
    int64_t version;      /* 0 while nobody has set any */
    int64_t changed_at;
    const char *changed_by; /* NULL while nobody has set any */
};
void price_list_done(struct price_list *list);
#define AUTO_PRICE_LIST AUTO(price_list_done)

MUST_USE bool price_list_load(struct tx *tx, struct arena *arena, struct price_list *ret, struct err *err);
/* Over the one whose version list->version is. ERR_PRECONDITION when it is another by now. */
MUST_USE bool price_list_store(struct tx *tx, const struct price_list *list, struct err *err);

#endif
