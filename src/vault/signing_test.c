/* One key is in use; others stay good for checking alone. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "store/store_fixture.h"
#include "vault/signing.h"

#define KEY_TEXT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
#define OTHER_KEY_TEXT "ICECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static struct store_fixture fixture;
static struct store *store;
static struct vault *vault;

static struct vault *open_vault(const char *key_text)
{
    return vault_open(&(struct vault_source){.data_dir = fixture.directory, .key_text = key_text},
                      rng_system(), NULL);
}

static int setup(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    vault = open_vault(KEY_TEXT);
    return vault ? 0 : -1;
}

static int teardown(void **state)
{
    (void)state;
    vault_free(vault);
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}

static struct signing_key *open_key(int64_t now)
{
    struct err err;
    struct signing_key *key = signing_key_open(store, vault, rng_system(), now, &err);
    assert_non_null(key);
    return key;
}

static void the_key_is_made_once(void **state)
{
    (void)state;
    struct err err;
    AUTO_JSON json_t *none = signing_keys_json(store, &err);
    assert_int_equal(json_array_size(none), 0);
    AUTO_SIGNING_KEY struct signing_key *first = open_key(1000), *second = open_key(2000);
    assert_string_equal(signing_key_id(first), signing_key_id(second));
    AUTO_JSON json_t *keys = signing_keys_json(store, &err);
    assert_int_equal(json_array_size(keys), 1);
    const json_t *key = json_array_get(keys, 0);
    assert_string_equal(json_text(key, "id"), signing_key_id(first));
    assert_string_equal(json_text(key, "created_at"), "1970-01-01T00:00:01.000Z");
    assert_true(json_is_null(json_object_get(key, "retired_at")));
    assert_int_equal(json_object_size(key), 5); /* and nothing private */
}

static void a_signature_holds_for_its_bytes_and_key_alone(void **state)
{
    (void)state;
    unsigned char signature[SIGNATURE_BYTES], again[SIGNATURE_BYTES], other[SIGNING_PUBLIC_BYTES] = {1};
    AUTO_SIGNING_KEY struct signing_key *key = open_key(1);
    signing_key_sign(key, "report", 6, signature);
    signing_key_sign(key, "report", 6, again);
    assert_memory_equal(signature, again, sizeof signature);
    assert_true(signature_holds(signing_key_public(key), "report", 6, signature));
    assert_false(signature_holds(signing_key_public(key), "reports", 7, signature));
    assert_false(signature_holds(signing_key_public(key), "Report", 6, signature));
    assert_false(signature_holds(other, "report", 6, signature));
    for (size_t bit = 0; bit < sizeof signature * 8; bit++) {
        signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
        assert_false(signature_holds(signing_key_public(key), "report", 6, signature));
        signature[bit / 8] ^= (unsigned char)(1 << bit % 8);
    }
}

static const struct logbook_by tester = {.kind = "local", .name = "tester"};

static void rotation_keeps_the_public_half_and_destroys_the_other(void **state)
{
    (void)state;
    struct err err;
    const char *id = NULL;
    unsigned char signature[SIGNATURE_BYTES], public_key[SIGNING_PUBLIC_BYTES + 1];
    AUTO_ARENA struct arena *arena = arena_new();
    AUTO_SIGNING_KEY struct signing_key *first = open_key(1000);
    signing_key_sign(first, "x", 1, signature);
    assert_true(signing_key_rotate(store, arena, vault, rng_system(), &tester, 5000, &id, &err));
    AUTO_SIGNING_KEY struct signing_key *second = open_key(6000);
    assert_string_equal(signing_key_id(second), id);
    assert_string_not_equal(signing_key_id(first), id);
    AUTO_JSON json_t *keys = signing_keys_json(store, &err);
    assert_int_equal(json_array_size(keys), 2);
    const json_t *old = json_array_get(keys, 1);
    assert_string_equal(json_text(old, "id"), signing_key_id(first));
    assert_string_equal(json_text(old, "retired_at"), "1970-01-01T00:00:05.000Z");
    const char *text = json_text(old, "public_key");
    assert_int_equal(text_base64_decode(text, strlen(text), public_key, sizeof public_key),
                     SIGNING_PUBLIC_BYTES);
    assert_true(signature_holds(public_key, "x", 1, signature));
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, &err, "SELECT count(*) FROM signing_keys WHERE sealed IS NOT NULL");
    assert_true(rows_next(rows));
    assert_int_equal(row_int(rows, 0), 1);
}

static void another_master_key_signs_nothing(void **state)
{
    (void)state;
    struct err err;
    AUTO_SIGNING_KEY struct signing_key *key = open_key(1);
    AUTO_VAULT struct vault *other = open_vault(OTHER_KEY_TEXT);
    assert_null(signing_key_open(store, other, rng_system(), 2, &err));
    assert_string_equal(err.code, "unsealable");
}

static void *open_in_thread(void *arg)
{
    (void)arg;
    signing_key_free(open_key(1));
    return NULL;
}

static void two_that_begin_at_once_have_one_key(void **state)
{
    (void)state;
    struct err err;
    pthread_t threads[8];
    for (int i = 0; i < 8; i++)
        threads[i] = thread_start("sign", open_in_thread, NULL);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    AUTO_JSON json_t *keys = signing_keys_json(store, &err);
    assert_int_equal(json_array_size(keys), 1);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, setup, teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(the_key_is_made_once),
        WITH_STORE(a_signature_holds_for_its_bytes_and_key_alone),
        WITH_STORE(rotation_keeps_the_public_half_and_destroys_the_other),
        WITH_STORE(another_master_key_signs_nothing),
        WITH_STORE(two_that_begin_at_once_have_one_key),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
