/* What was sealed opens only under its key and in its place; passwords hold to Entra's rules. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cmocka.h>

#include "store/open_fixture.h"
#include "vault/links.h"

#define KEY_TEXT "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="

static const char *const directory = fixture.directory;
static char key_path[100];

static int setup(void **state)
{
    int made = open_fixture_make(state);
    snprintf(key_path, sizeof key_path, "%s/master.key", directory);
    return made;
}

static struct vault *open_vault(const char *key_text, struct err *err)
{
    return vault_open(&(struct vault_source){.data_dir = directory, .key_text = key_text}, rng_system(), err);
}

static void write_key(const char *text, mode_t mode)
{
    FILE *file = fopen(key_path, "w");
    assert_non_null(file);
    fputs(text, file);
    fclose(file);
    assert_int_equal(chmod(key_path, mode), 0);
}

static void the_key_is_made_once_and_for_its_owner_only(void **state)
{
    (void)state;
    struct err err;
    struct stat info;
    AUTO_STRBUF struct strbuf sealed = STRBUF_MAX(1000);
    AUTO_VAULT struct vault *first = open_vault(NULL, &err);
    assert_non_null(first);
    assert_int_equal(stat(key_path, &info), 0);
    assert_int_equal(info.st_mode & 07777, 0600);
    vault_seal(first, "a", "hello", 5, &sealed);
    assert_int_equal(sealed.length, 5 + VAULT_SEAL_EXTRA);
    AUTO_VAULT struct vault *second = open_vault("", &err);
    assert_non_null(second);
    AUTO_SECRET struct secret *secret = vault_unseal(second, "a", sealed.data, sealed.length, &err);
    assert_non_null(secret);
    assert_string_equal(secret_reveal(secret), "hello");
    assert_int_equal(secret_length(secret), 5);
}

static void a_key_that_is_not_right_is_refused(void **state)
{
    (void)state;
    struct err err;
    write_key(KEY_TEXT "\n", 0640);
    assert_null(open_vault(NULL, &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_non_null(strstr(err.message, "chmod 600"));
    assert_null(strstr(err.message, "AAEC"));
    const char *bad[] = {"", "short", "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=AAAA",
                         "AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8gISIj", "!!"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        write_key(bad[i], 0600);
        assert_null(open_vault(NULL, &err));
        assert_non_null(strstr(err.message, "base64"));
    }
    assert_null(open_vault("nonsense", &err));
    assert_non_null(strstr(err.message, "LASTDAY_SECRETS_MASTER_KEY"));
    assert_null(strstr(err.message, "nonsense"));
    assert_null(vault_open(&(struct vault_source){.data_dir = "/nowhere/at/all"}, rng_system(), &err));
    assert_int_equal(err.kind, ERR_CONFIG);
    assert_null(
        vault_open(&(struct vault_source){.data_dir = directory, .key_file = directory}, rng_system(), &err));
    assert_non_null(strstr(err.message, "plain file"));
    write_key(KEY_TEXT "\r\n", 0600);
    AUTO_VAULT struct vault *vault = open_vault(NULL, &err);
    assert_non_null(vault);
}

static void what_was_tampered_with_does_not_open(void **state)
{
    (void)state;
    struct err err;
    AUTO_STRBUF struct strbuf sealed = STRBUF_MAX(1000);
    AUTO_VAULT struct vault *vault = open_vault(KEY_TEXT, &err);
    vault_seal(vault, "row 1", "hunter2", 7, &sealed);
    assert_null(memmem(sealed.data, sealed.length, "hunter2", 7));
    for (size_t i = 0; i < sealed.length; i++) {
        sealed.data[i] ^= 1;
        assert_null(vault_unseal(vault, "row 1", sealed.data, sealed.length, &err));
        assert_string_equal(err.code, "unsealable");
        sealed.data[i] ^= 1;
        assert_null(vault_unseal(vault, "row 1", sealed.data, i, &err));
    }
    assert_null(vault_unseal(vault, "row 2", sealed.data, sealed.length, &err));
    AUTO_VAULT struct vault *other = open_vault("BAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8", &err);
    assert_null(vault_unseal(other, "row 1", sealed.data, sealed.length, &err));
    AUTO_SECRET struct secret *secret = vault_unseal(vault, "row 1", sealed.data, sealed.length, &err);
    assert_string_equal(secret_reveal(secret), "hunter2");
    AUTO_STRBUF struct strbuf empty = STRBUF_MAX(1000);
    vault_seal(vault, "row 1", "", 0, &empty);
    AUTO_SECRET struct secret *nothing = vault_unseal(vault, "row 1", empty.data, empty.length, &err);
    assert_string_equal(secret_reveal(nothing), "");
}

static void a_second_attempt_takes_the_first_password(void **state)
{
    (void)state;
    struct err err;
    AUTO_VAULT struct vault *vault = open_vault(KEY_TEXT, &err);
    AUTO_SECRET struct secret *one = vault_password(rng_system()), *two = vault_password(rng_system());
    AUTO_SECRET struct secret *kept = NULL, *again = NULL, *loaded = NULL;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(vault_store_secret(tx, vault, "o1", "password", one, 1, &kept, &err));
    assert_true(vault_store_secret(tx, vault, "o1", "password", two, 2, &again, &err));
    assert_true(vault_store_secret(tx, vault, "o1", "password", two, 2, NULL, &err));
    assert_string_equal(secret_reveal(kept), secret_reveal(one));
    assert_string_equal(secret_reveal(again), secret_reveal(one));
    assert_true(tx_commit(&tx, &err));
    tx = store_begin(store, &err);
    loaded = vault_load_secret(tx, vault, "o1", "password", &err);
    assert_string_equal(secret_reveal(loaded), secret_reveal(one));
    assert_null(vault_load_secret(tx, vault, "o1", "other", &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    /* the row moved to another offboarding, or to another name */
    assert_true(tx_exec(tx, &err, "UPDATE secrets SET offboarding_id = 'o2'"));
    assert_null(vault_load_secret(tx, vault, "o2", "password", &err));
    assert_string_equal(err.code, "unsealable");
    assert_true(tx_exec(tx, &err, "UPDATE secrets SET offboarding_id = 'o1', name = 'pin'"));
    assert_null(vault_load_secret(tx, vault, "o1", "pin", &err));
    assert_false(vault_store_secret(tx, vault, "o1", "pin", two, 3, NULL, &err));
    assert_string_equal(err.code, "unsealable");
}

static void ten_thousand_passwords_hold_to_the_rules(void **state)
{
    (void)state;
    unsigned first_upper = 0;
    char last[VAULT_PASSWORD_LENGTH + 1] = "";
    for (int i = 0; i < 10000; i++) {
        AUTO_SECRET struct secret *secret = vault_password(rng_system());
        const char *text = secret_reveal(secret);
        bool upper = false, lower = false, digit = false, symbol = false;
        assert_int_equal(strlen(text), VAULT_PASSWORD_LENGTH);
        assert_null(strpbrk(text, "0Oo1lI|\"\\ '<>&"));
        for (const char *c = text; *c; c++) {
            upper |= *c >= 'A' && *c <= 'Z';
            lower |= *c >= 'a' && *c <= 'z';
            digit |= *c >= '0' && *c <= '9';
            symbol |= strchr("!#%*+-=?@_", *c) != NULL;
        }
        assert_true(upper && lower && digit && symbol);
        assert_string_not_equal(text, last);
        snprintf(last, sizeof last, "%s", text);
        first_upper += text[0] >= 'A' && text[0] <= 'Z';
    }
    assert_in_range(first_upper, 2000, 6000); /* no class has a fixed place */
}

static bool use_link(const char *token, int64_t now, struct link *ret, struct err *err)
{
    static struct arena *arena;
    arena_free(arena);
    arena = arena_new();
    AUTO_TX struct tx *tx = store_begin(store, err);
    bool used = link_use(tx, arena, token, now, ret, err) && tx_commit(&tx, err);
    if (!used) {
        arena_free(arena);
        arena = NULL;
    }
    return used;
}

static void a_link_shows_as_often_and_as_long_as_it_may(void **state)
{
    (void)state;
    struct err err;
    struct link used;
    AUTO_VAULT struct vault *vault = open_vault(NULL, &err);
    AUTO_STRBUF struct strbuf token = STRBUF_MAX(100), other = STRBUF_MAX(100);
    AUTO_SECRET struct secret *remote = NULL;
    link_token_make(rng_system(), &token);
    link_token_make(rng_system(), &other);
    assert_int_equal(token.length, LINK_TOKEN_LENGTH);
    struct link link = {.id = "l1",
                        .offboarding_id = "o",
                        .task = "reset_password",
                        .secret_name = "password",
                        .host = "lastday",
                        .created_by = "ann",
                        .created_at = 1,
                        .expires_at = 1000,
                        .views_left = 2};
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(link_insert(tx, vault, &link, strbuf_text(&token), NULL, &err));
        link.id = "l2";
        link.host = "pwpush";
        assert_true(link_insert(tx, vault, &link, strbuf_text(&other), "far-away", &err));
        assert_true(tx_commit(&tx, &err));
    }
    assert_false(use_link("nonsense", 10, &used, &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);
    assert_false(use_link(strbuf_text(&other), 10, &used, &err));   /* shown elsewhere, not here */
    assert_false(use_link(strbuf_text(&token), 1000, &used, &err)); /* expired */
    assert_true(use_link(strbuf_text(&token), 999, &used, &err));
    assert_int_equal(used.views_left, 1);
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_false(link_revoke(tx, vault, "o", "reset_password", "l3", 20, &remote, &err));
        assert_true(link_revoke(tx, vault, "o", "reset_password", "l1", 20, &remote, &err));
        assert_null(remote);
        assert_true(link_revoke(tx, vault, "o", "reset_password", "l2", 20, &remote, &err));
        assert_string_equal(secret_reveal(remote), "far-away");
        AUTO_JSON json_t *list = link_list(tx, "o", "reset_password", &err);
        AUTO_FREE char *text = json_write(list);
        assert_null(strstr(text, strbuf_text(&token)));
        assert_int_equal(json_array_size(list), 2);
        assert_true(tx_commit(&tx, &err));
    }
    assert_false(use_link(strbuf_text(&token), 30, &used, &err)); /* revoked */
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_key_is_made_once_and_for_its_owner_only, setup,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_key_that_is_not_right_is_refused, setup, open_fixture_remove),
        cmocka_unit_test_setup_teardown(what_was_tampered_with_does_not_open, setup, open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_second_attempt_takes_the_first_password, setup,
                                        open_fixture_remove),
        cmocka_unit_test_setup_teardown(a_link_shows_as_often_and_as_long_as_it_may, setup,
                                        open_fixture_remove),
        cmocka_unit_test(ten_thousand_passwords_hold_to_the_rules),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
