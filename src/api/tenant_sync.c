/* POST /tenants/sync: the customers of the partner account become tenants here (contract/identity.md, 7).
 * Nothing is ever removed: who is no customer any more is named in the answer. */
#include <stdatomic.h>
#include <string.h>

#include "api/once.h"
#include "api/visible.h"
#include "base/thread.h"
#include "connector/graph.h"

enum { READERS_MAX = 8, CUSTOMERS_MAX = 20000 };
#define PATIENCE_MS 5000
#define CONTRACTS "/contracts?$top=999"
#define CUSTOMERS "/tenantRelationships/delegatedAdminCustomers?$top=300"

struct customer {
    const char *id;     /* of the tenant, lower case */
    const char *name;   /* NULL when nobody told */
    const char *domain; /* NULL: the customer is to be asked */
    bool contract, delegated;
    struct err err; /* why the domain is not known */
};

struct customers {
    struct call *call;
    struct customer *list;
    size_t count;
    _Atomic size_t next; /* to be asked */
};

/* --- reading ------------------------------------------------------------------------------------------- */

static struct customer *customer_of(struct customers *customers, const char *id)
{
    AUTO_FREE char *folded = text_fold(id);
    for (size_t i = 0; i < customers->count; i++)
        if (strcmp(customers->list[i].id, folded) == 0)
            return &customers->list[i];
    struct customer *customer = &customers->list[customers->count++];
    customer->id = arena_text(customers->call->arena, folded);
    return customer;
}

static const char *text_of(struct customers *customers, const json_t *row, const char *key)
{
    const char *text = json_text(row, key);
    return text && *text ? arena_text(customers->call->arena, text) : NULL;
}

static void take_contracts(struct customers *customers, const json_t *rows)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *id = json_text(row, "customerId");
        struct customer *customer = text_is_uuid(id) ? customer_of(customers, id) : NULL;
        if (!customer)
            continue;
        customer->contract = true;
        customer->name = text_of(customers, row, "displayName");
        customer->domain = text_of(customers, row, "defaultDomainName");
    }
}

static void take_delegated(struct customers *customers, const json_t *rows)
{
    size_t i;
    json_t *row;
    json_array_foreach ((json_t *)rows, i, row) {
        const char *id = json_text(row, "tenantId");
        struct customer *customer = text_is_uuid(id) ? customer_of(customers, id) : NULL;
        if (!customer)
            continue;
        customer->delegated = true;
        const char *name = text_of(customers, row, "displayName");
        customer->name = name ? name : customer->name;
    }
}

/* An account that is no partner is refused one list and finds the other empty; both refused is a failure. */
static bool read_lists(struct customers *customers, const struct m365_target *target, struct err *err)
{
    struct call *call = customers->call;
    struct err refused = {0};
    AUTO_JSON json_t *contracts =
        graph_collect(call->api->context.m365, target, CONTRACTS, false, CUSTOMERS_MAX, err);
    AUTO_JSON json_t *delegated =
        graph_collect(call->api->context.m365, target, CUSTOMERS, false, CUSTOMERS_MAX, &refused);
    bool denied = !delegated && (refused.upstream_status == 403 || refused.upstream_status == 404);
    if (!contracts && err->upstream_status != 403)
        return err_prefix(err, "The partner account's contracts cannot be read: ");
    if (!delegated && !denied) {
        *err = refused;
        return err_prefix(err, "The partner account's customers cannot be read: ");
    }
    if (!contracts && !delegated)
        return err_prefix(err, "The partner account's customers cannot be read; it needs "
                               "DelegatedAdminRelationship.Read.All or Directory.Read.All: ");
    customers->list = arena_alloc(call->arena, json_array_size(contracts) + json_array_size(delegated) + 1,
                                  sizeof *customers->list);
    take_contracts(customers, contracts);
    take_delegated(customers, delegated);
    return true;
}

/* The default domain as the customer's own tenant has it: the list of delegated relationships lacks it. */
static void ask_domain(struct customers *customers, struct customer *customer)
{
    size_t i;
    json_t *domain;
    const struct m365_target target = {.tenant_id = customer->id, .patience_ms = PATIENCE_MS};
    AUTO_JSON json_t *rows =
        graph_collect(customers->call->api->context.m365, &target,
                      "/organization?$select=displayName,verifiedDomains", false, 10, &customer->err);
    const json_t *domains = json_array_at(json_array_get(rows, 0), "verifiedDomains");
    static pthread_mutex_t arena_lock = PTHREAD_MUTEX_INITIALIZER;
    WITH_LOCK(&arena_lock); /* the call's arena belongs to one thread at a time */
    json_array_foreach ((json_t *)domains, i, domain)
        if (json_flag(domain, "isDefault"))
            customer->domain = text_of(customers, domain, "name");
    if (rows && !customer->name)
        customer->name = text_of(customers, json_array_get(rows, 0), "displayName");
    if (rows && !customer->domain)
        err_set(&customer->err, ERR_UPSTREAM, "The tenant names no default domain.");
}

static void *ask_some(void *arg)
{
    struct customers *customers = arg;
    for (size_t i; (i = customers->next++) < customers->count;)
        if (!customers->list[i].domain)
            ask_domain(customers, &customers->list[i]);
    return NULL;
}

static void ask_all(struct customers *customers)
{
    pthread_t threads[READERS_MAX];
    size_t missing = 0;
    for (size_t i = 0; i < customers->count; i++)
        missing += !customers->list[i].domain;
    size_t count = missing < READERS_MAX ? missing : READERS_MAX;
    for (size_t i = 0; i < count; i++)
        threads[i] = thread_start("tenant-sync", ask_some, customers);
    for (size_t i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
}

/* --- writing ------------------------------------------------------------------------------------------- */

static json_t *row_of(const struct customer *customer)
{
    json_t *row = json_make("{s:s}", "id", customer->id);
    json_put_text(row, "default_domain", customer->domain);
    json_put_text(row, "display_name", customer->name ? customer->name : customer->domain);
    return json_put_text(row, "relationship",
                         !customer->delegated ? "contract"
                         : customer->contract ? "both"
                                              : "delegated");
}

static void skip(json_t *answer, const struct customer *customer, const struct err *why)
{
    json_t *row = row_of(customer);
    json_put_text(row, "code", why->code);
    json_add(json_object_get(answer, "skipped"), json_put_text(row, "message", why->message));
}

static bool write_one(struct tx *tx, const struct call *call, const struct customer *customer, json_t *answer,
                      struct err *err)
{
    static const char *const lists[] = {
        [TENANT_ADDED] = "added", [TENANT_UPDATED] = "updated", [TENANT_UNCHANGED] = "unchanged"};
    const struct tenant_change change = {.by = call->who.name, .now = clock_utc_ms(call->api->context.clock)};
    const struct tenant tenant = {.id = customer->id,
                                  .default_domain = customer->domain,
                                  .display_name = customer->name ? customer->name : customer->domain,
                                  .created_at = change.now};
    enum tenant_synced what;
    if (!customer->domain) {
        skip(answer, customer, &customer->err);
        return true;
    }
    if (!tenant_sync(tx, &tenant, &change, &what, err)) {
        bool taken = strcmp(err->code, "domain_taken") == 0;
        if (taken)
            skip(answer, customer, err);
        return taken;
    }
    json_add(json_object_get(answer, lists[what]), row_of(customer));
    return true;
}

/* Those of an earlier time that the account does not name any more. */
static bool note_missing(struct tx *tx, const struct customers *customers, json_t *answer, struct err *err)
{
    size_t i, k;
    json_t *tenant;
    AUTO_JSON json_t *known = tenant_synced_list(tx, err);
    json_array_foreach (known, i, tenant) {
        for (k = 0; k < customers->count; k++)
            if (strcmp(customers->list[k].id, json_text_or(tenant, "id", "")) == 0)
                break;
        if (k == customers->count)
            json_add(json_object_get(answer, "missing"), json_incref(tenant));
    }
    return known != NULL;
}

static bool note(const struct call *call, struct tx *tx, const json_t *answer, struct err *err)
{
    AUTO_JSON json_t *details = json_object();
    static const char *const lists[] = {"added", "updated", "unchanged", "missing", "skipped"};
    for (size_t i = 0; i < sizeof lists / sizeof *lists; i++)
        json_put(details, lists[i],
                 json_integer((json_int_t)json_array_size(json_array_at(answer, lists[i]))));
    const struct logbook_entry entry = {.what = LOGBOOK_TENANTS_SYNCED, .details = details};
    return call_note(call, tx, &entry, err);
}

static bool write_all(struct call *call, const struct customers *customers, struct err *err)
{
    json_t *answer = call_keep(call, json_make("{s:[], s:[], s:[], s:[], s:[]}", "added", "updated",
                                               "unchanged", "missing", "skipped"));
    AUTO_TX struct tx *tx = store_begin(call->api->context.store, err);
    for (size_t i = 0; tx && i < customers->count; i++)
        if (!write_one(tx, call, &customers->list[i], answer, err))
            return false;
    return tx && note_missing(tx, customers, answer, err) && note(call, tx, answer, err) &&
           once_commit(call, &tx, 200, answer, err) && call_json(call, 200, answer);
}

bool tenants_sync_post(struct call *call, struct err *err)
{
    const char *home = m365_home_tenant(call->api->context.m365);
    const struct m365_target target = {.tenant_id = home, .patience_ms = PATIENCE_MS};
    struct customers customers = {.call = call};
    if (!home)
        return err_code(err, ERR_CONFLICT, "no_partner_account",
                        "app.tenant_id is not set: it names the partner account whose customers are read.");
    if (!read_lists(&customers, &target, err))
        return false;
    ask_all(&customers);
    return write_all(call, &customers, err);
}
