/* Tenants are found, listed and guarded; an idempotency key means one request, once. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "store/idempotency.h"
#include "store/open_fixture.h"
#include "store/tenants.h"

#define ID(n) "0000000" n "-0000-4000-8000-000000000000"

static bool insert(struct tx *tx, const char *id, const char *domain, const char *name, struct err *err)
{
    return tenant_insert(
        tx, &(struct tenant){.id = id, .default_domain = domain, .display_name = name, .created_at = 7}, err);
}

static void a_tenant_is_found_by_id_and_domain(void **state)
{
    (void)state;
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(
        insert(tx, "AAAAAAAA-0000-4000-8000-000000000000", "Contoso.onmicrosoft.com", "Contoso", &err));
    AUTO_TENANT struct tenant tenant = {0};
    assert_true(tenant_find(tx, arena, "CONTOSO.onmicrosoft.com", &tenant, &err));
    assert_string_equal(tenant.id, "aaaaaaaa-0000-4000-8000-000000000000");
    assert_string_equal(tenant.default_domain, "contoso.onmicrosoft.com");
    assert_true(json_is_object(tenant.defaults));
    assert_int_equal(tenant.version, 1);
    assert_int_equal(tenant.created_at, 7);
    tenant_done(&tenant);
    assert_true(tenant_find(tx, arena,
                            "aaaaaaaa-0000-4000-8000-00000000000"
                            "0",
                            &tenant, &err));
    assert_false(tenant_find(tx, arena, "contoso", &(struct tenant){0}, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_string_equal(err.code, "unknown_tenant");

    assert_true(tx_commit(&tx, &err));
    {
        AUTO_TX struct tx *again = store_begin(store, &err);
        assert_false(insert(again, ID("2"), "CONTOSO.onmicrosoft.com", "Other", &err));
        assert_string_equal(err.code, "tenant_exists");
        assert_int_equal(err.kind, ERR_CONFLICT);
    }
    tx = store_begin(store, &err);
    assert_true(tenant_delete(tx, tenant.id, &err));
    assert_false(tenant_delete(tx, tenant.id, &err));
    assert_string_equal(err.code, "unknown_tenant");
}

static bool set_defaults(struct tx *tx, const char *id, const json_t *defaults, int64_t version,
                         struct err *err)
{
    return tenant_set_defaults(tx, id, defaults, &(struct tenant_change){version, "ann", 99}, err);
}

static void defaults_are_guarded_by_their_version(void **state)
{
    (void)state;
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    AUTO_JSON json_t *defaults = json_make("{s:b}", "allow_external_forwarding", 1);
    AUTO_TENANT struct tenant tenant = {0};
    assert_true(insert(tx, ID("1"), "a.com", "A", &err));
    assert_true(set_defaults(tx, ID("1"), defaults, 1, &err));
    assert_false(set_defaults(tx, ID("1"), defaults, 1, &err));
    assert_int_equal(err.kind, ERR_PRECONDITION);
    assert_true(set_defaults(tx, ID("1"), defaults, 0, &err));
    assert_false(set_defaults(tx, ID("9"), defaults, 0, &err));
    assert_string_equal(err.code, "unknown_tenant");
    assert_true(tenant_find(tx, arena, "A.COM", &tenant, &err));
    assert_int_equal(tenant.version, 3);
    assert_string_equal(tenant.changed_by, "ann");
    assert_int_equal(tenant.changed_at, 99);
    assert_true(json_equal(tenant.defaults, defaults));
}

static void a_tenant_with_open_work_stays(void **state)
{
    (void)state;
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(insert(tx, ID("1"), "a.com", "A", &err));
    assert_true(
        tx_exec(tx, &err,
                "INSERT INTO offboardings(id, batch, tenant_id, user_id, user_principal_name, "
                "display_name, status, unfinished, options_json, plan_json, requested_by, created_at, "
                "due_at, warnings_json) VALUES ('o', 'b', $1, 'u', 'u@a.com', 'U', 'planned', 1, '{}', "
                "'[]', 'ann', 1, 1, '[]')",
                P_TEXT(ID("1"))));
    assert_false(tenant_delete(tx, ID("1"), &err));
    assert_string_equal(err.code, "unfinished_offboardings");
    assert_true(tx_exec(tx, &err, "UPDATE offboardings SET unfinished = 0"));
    assert_true(tenant_delete(tx, ID("1"), &err));
}

static enum tenant_synced sync_one(struct tx *tx, const char *id, const char *domain, const char *name)
{
    struct err err;
    enum tenant_synced what;
    const struct tenant tenant = {.id = id, .default_domain = domain, .display_name = name, .created_at = 7};
    assert_true(tenant_sync(tx, &tenant, &(struct tenant_change){.by = "ann", .now = 9}, &what, &err));
    return what;
}

static void expect_tenant(struct tx *tx, const char *id, const char *domain, const char *name)
{
    struct err err;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TENANT struct tenant tenant = {0};
    assert_true(tenant_find(tx, arena, id, &tenant, &err));
    assert_string_equal(tenant.default_domain, domain);
    assert_string_equal(tenant.display_name, name);
}

static void a_sync_keeps_the_names_that_people_chose(void **state)
{
    (void)state;
    struct err err;
    enum tenant_synced what;
    const struct tenant_change change = {.by = "ann", .now = 9};
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(insert(tx, ID("1"), "a.com", "By hand", &err));
    assert_int_equal(sync_one(tx, ID("1"), "A.com", "Acme"), TENANT_UNCHANGED);
    expect_tenant(tx, ID("1"), "a.com", "By hand");
    assert_int_equal(sync_one(tx, ID("2"), "b.com", "Beta"), TENANT_ADDED);
    assert_int_equal(sync_one(tx, ID("2"), "b.com", "Beta"), TENANT_UNCHANGED);
    assert_int_equal(sync_one(tx, ID("2"), "beta.com", "Beta Ltd"), TENANT_UPDATED);
    expect_tenant(tx, ID("2"), "beta.com", "Beta Ltd");
    assert_true(tenant_rename(tx, ID("2"), "Our Beta", &change, &err));
    assert_int_equal(sync_one(tx, ID("2"), "beta.com", "Beta Group"), TENANT_UNCHANGED);
    expect_tenant(tx, ID("2"), "beta.com", "Our Beta");
    const struct tenant thief = {.id = ID("3"), .default_domain = "beta.com", .display_name = "Thief"};
    assert_false(tenant_sync(tx, &thief, &change, &what, &err));
    assert_string_equal(err.code, "domain_taken");
    AUTO_JSON json_t *synced = tenant_synced_list(tx, &err);
    assert_int_equal(json_array_size(synced), 2);
}

static size_t list(struct tx *tx, struct arena *arena, struct tenant_query query, json_t **ret_items,
                   const char **ret_next)
{
    struct err err;
    assert_true(tenant_list(tx, arena, &query, ret_items, ret_next, &err));
    return json_array_size(*ret_items);
}

static void tenants_are_listed_by_name_in_pages(void **state)
{
    (void)state;
    struct err err;
    const char *next;
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(insert(tx, ID("1"), "c.com", "ÉCOLE Zürich", &err));
    assert_true(insert(tx, ID("2"), "b.com", "beta", &err));
    assert_true(insert(tx, ID("3"), "a.com", "Alpha", &err));
    {
        AUTO_JSON json_t *items = NULL;
        assert_int_equal(list(tx, arena, (struct tenant_query){.limit = 2}, &items, &next), 2);
        assert_string_equal(json_text(json_array_get(items, 0), "display_name"), "Alpha");
        assert_string_equal(json_text(json_array_get(items, 1), "id"), ID("2"));
        assert_non_null(next);
    }
    {
        AUTO_JSON json_t *items = NULL;
        assert_int_equal(list(tx, arena, (struct tenant_query){.limit = 2, .after = next}, &items, &next), 1);
        assert_string_equal(json_text(json_array_get(items, 0), "default_domain"), "c.com");
        assert_null(next);
    }
    {
        AUTO_JSON json_t *items = NULL;
        assert_int_equal(
            list(tx, arena, (struct tenant_query){.limit = 9, .search = "école ZÜR"}, &items, &next), 1);
    }
    {
        AUTO_JSON json_t *items = NULL;
        AUTO_JSON json_t *only = json_make("[s, s]", ID("3"), ID("8"));
        assert_int_equal(list(tx, arena, (struct tenant_query){.limit = 9, .only = only}, &items, &next), 1);
    }
    {
        AUTO_JSON json_t *items = NULL;
        assert_int_equal(
            list(tx, arena, (struct tenant_query){.limit = 9, .only = json_null()}, &items, &next), 0);
    }
    const char *bad[] = {"", "!", "YWJj"};
    for (size_t i = 0; i < 3; i++) {
        json_t *items;
        assert_false(
            tenant_list(tx, arena, &(struct tenant_query){.limit = 1, .after = bad[i]}, &items, &next, &err));
        assert_string_equal(err.code, "bad_cursor");
        assert_null(items);
    }
}

/* --- idempotency keys --- */

static struct idempotency_claim claim_of(const char *principal, const char *process, int64_t now)
{
    return (struct idempotency_claim){principal, "key", process, now};
}

static struct idempotency begin(const struct idempotency_claim *claim, const char *hash)
{
    struct err err;
    struct idempotency found;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(idempotency_begin(tx, claim, hash, &found, &err));
    assert_true(tx_commit(&tx, &err));
    return found;
}

static enum idempotency_state state_of(const char *principal, const char *hash, int64_t now)
{
    const struct idempotency_claim claim = claim_of(principal, store_process(store), now);
    struct idempotency found = begin(&claim, hash);
    json_decref(found.response);
    return found.state;
}

static bool finish(const struct idempotency_claim *claim, const json_t *answer, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    return idempotency_finish(tx, claim, 202, answer, err) && tx_commit(&tx, err);
}

static void forget(const struct idempotency_claim *claim)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(idempotency_forget(tx, claim, &err));
    assert_true(tx_commit(&tx, &err));
}

static void a_key_means_one_request_once(void **state)
{
    (void)state;
    struct err err;
    const char *process = store_process(store);
    const struct idempotency_claim first = claim_of("account:1", process, 1000),
                                   second = claim_of("account:2", process, 1002),
                                   other = {"account:1", "other", process, 1000};
    AUTO_JSON json_t *answer = json_make("{s:s}", "batch", "b1");
    assert_int_equal(begin(&first, "h1").state, IDEMPOTENCY_NEW);
    assert_int_equal(state_of("account:1", "h1", 1001), IDEMPOTENCY_RUNNING);
    assert_int_equal(state_of("account:1", "h2", 1002), IDEMPOTENCY_OTHER_BODY);
    assert_int_equal(begin(&second, "h2").state, IDEMPOTENCY_NEW);
    assert_false(finish(&other, answer, &err));
    assert_true(finish(&first, answer, &err));
    assert_false(finish(&first, answer, &err));
    forget(&first);  /* finished: stays */
    forget(&second); /* refused: free again */
    struct idempotency again = begin(&first, "h1");
    assert_int_equal(again.state, IDEMPOTENCY_DONE);
    assert_int_equal(again.status, 202);
    assert_true(json_equal(again.response, answer));
    json_decref(again.response);
    assert_int_equal(state_of("account:1", "h2", 1003), IDEMPOTENCY_OTHER_BODY);
    assert_int_equal(state_of("account:2", "h3", 1005), IDEMPOTENCY_NEW);
    /* thirty days later the answer is gone, swept or not */
    assert_int_equal(state_of("account:1", "h9", 1000 + IDEMPOTENCY_KEPT_MS), IDEMPOTENCY_NEW);
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(idempotency_sweep(tx, 1005 + IDEMPOTENCY_KEPT_MS, &err));
    assert_int_equal(tx_changes(tx), 1);
    assert_true(tx_commit(&tx, &err));
}

static void no_request_runs_longer_than_ten_minutes(void **state)
{
    (void)state;
    struct err err;
    const struct idempotency_claim slow = claim_of("account:1", store_process(store), 1000);
    assert_int_equal(begin(&slow, "h").state, IDEMPOTENCY_NEW);
    assert_int_equal(state_of("account:1", "h", 1000 + IDEMPOTENCY_RUNS_MS - 1), IDEMPOTENCY_RUNNING);
    assert_int_equal(state_of("account:1", "h", 1000 + IDEMPOTENCY_RUNS_MS), IDEMPOTENCY_NEW);
    assert_false(finish(&slow, NULL, &err)); /* of the same process: the next one's all the same */
    assert_string_equal(err.code, "idempotency_key_in_use");
}

/* Nothing but its process can have done the work, in one transaction with idempotency_finish. */
static void the_key_of_a_process_that_is_gone_is_free_at_once(void **state)
{
    (void)state;
    struct err err;
    const struct idempotency_claim gone = claim_of("account:1", "7a5a2f0e-5b62-4c5e-9d0b-000000000001", 1000),
                                   ours = claim_of("account:1", store_process(store), 1001);
    assert_int_equal(begin(&gone, "h1").state, IDEMPOTENCY_NEW);
    assert_int_equal(begin(&ours, "h2").state, IDEMPOTENCY_NEW);
    /* If it is not gone after all, it does nothing. */
    assert_false(finish(&gone, NULL, &err));
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(err.code, "idempotency_key_in_use");
    forget(&gone);
    assert_int_equal(state_of("account:1", "h2", 1002), IDEMPOTENCY_RUNNING);
    assert_true(finish(&ours, NULL, &err));
    assert_int_equal(state_of("account:1", "h2", 1003), IDEMPOTENCY_DONE);
    /* What a process finished is its answer for good. */
    const struct idempotency_claim late = claim_of("account:2", gone.process, 1000);
    assert_int_equal(begin(&late, "h1").state, IDEMPOTENCY_NEW);
    assert_true(finish(&late, NULL, &err));
    assert_int_equal(state_of("account:2", "h1", 1001), IDEMPOTENCY_DONE);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(a_tenant_is_found_by_id_and_domain, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(defaults_are_guarded_by_their_version, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_tenant_with_open_work_stays, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_sync_keeps_the_names_that_people_chose, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(tenants_are_listed_by_name_in_pages, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_key_means_one_request_once, open_fixture_make, open_fixture_remove),
        cmocka_unit_test_setup_teardown(no_request_runs_longer_than_ten_minutes, open_fixture_make,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(the_key_of_a_process_that_is_gone_is_free_at_once, open_fixture_make,
                                        open_fixture_remove),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
