/* Accounts change without anybody locking everybody out, and the logbook knows who did it. */
#include "auth/accounts.h"
#include "auth/auth_fixture.h"

#define OTHER_PASSWORD "staple and a donkey"

static const struct logbook_by outside = {.kind = "nobody", .name = "", .client = "192.0.2.1"};

static int setup(void **state)
{
    (void)state;
    auth_fixture_make(clock_system());
    return auth_account_add(auth, &tester, "ada", PASSWORD, "admin", NULL) &&
                   auth_account_add(auth, &tester, "bob", PASSWORD, "viewer", NULL)
               ? 0
               : -1;
}

static const char *id_of(const char *username)
{
    struct err err;
    AUTO_JSON json_t *list = auth_account_list(auth, &err);
    return arena_text(arena, json_text(json_array_find(list, "username", username), "id"));
}

static json_t *shown(const char *username)
{
    struct err err;
    json_t *account = auth_account_get(auth, id_of(username), &err);
    assert_non_null(account);
    return account;
}

static bool change(const struct logbook_by *by, const char *username, struct account_change wanted,
                   struct err *err)
{
    return auth_account_change(auth, by, id_of(username), &wanted, err);
}
#define CHANGE(by, username, ...) change((by), (username), (struct account_change){__VA_ARGS__}, &err)

static bool lives(const char *token)
{
    struct err err;
    struct principal principal;
    const char *csrf;
    return auth_session_check(auth, arena, token, &principal, &csrf, &err);
}

static struct session session_of(const char *username, const char *password)
{
    struct err err;
    struct session session;
    assert_true(auth_sign_in(auth, arena, username, password, &outside, &session, &err));
    return session;
}

/* What the logbook says last, such as "tester account_changed bob". */
static const char *last_note(void)
{
    static char text[300];
    struct err err;
    const struct logbook_filter newest = {.limit = 1};
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_JSON json_t *list = logbook_list(tx, &newest, &err);
    const json_t *row = json_array_get(list, 0);
    snprintf(text, sizeof text, "%s %s %s", json_text(json_object_at(row, "actor"), "name"),
             json_text(row, "what"), json_text_or(json_object_at(row, "object"), "name", "-"));
    return text;
}

static void the_last_admin_stays(void **state)
{
    struct err err;
    const bool yes = true;
    (void)state;
    assert_false(CHANGE(&tester, "ada", .role = "viewer"));
    assert_string_equal(err.code, "last_admin");
    assert_false(CHANGE(&tester, "ada", .disabled = &yes));
    assert_string_equal(err.code, "last_admin");
    assert_false(auth_account_delete(auth, &tester, id_of("ada"), &err));
    assert_string_equal(err.code, "last_admin");
    assert_true(CHANGE(&tester, "bob", .role = "admin"));
    assert_true(CHANGE(&tester, "bob", .disabled = &yes));
    assert_false(auth_account_delete(auth, &tester, id_of("ada"), &err)); /* bob cannot sign in */
    const bool no = false;
    assert_true(CHANGE(&tester, "bob", .disabled = &no));
    assert_true(auth_account_delete(auth, &tester, id_of("ada"), &err));
    assert_string_equal(last_note(), "tester account_deleted ada");
    assert_false(auth_account_delete(auth, &tester, "nobody", &err));
    assert_string_equal(err.code, "unknown_account");
}

static void a_new_password_ends_sessions(void **state)
{
    struct err err;
    (void)state;
    struct session first = session_of("bob", PASSWORD), own = session_of("bob", PASSWORD);
    const struct logbook_by bob = {"account", id_of("bob"), "bob", "r", "192.0.2.1"};
    assert_false(CHANGE(&bob, "bob", .password = OTHER_PASSWORD));
    assert_string_equal(err.code, "wrong_password");
    assert_false(CHANGE(&bob, "bob", .password = OTHER_PASSWORD, .old_password = "wrong and wrong"));
    assert_string_equal(err.code, "wrong_password");
    assert_false(CHANGE(&bob, "bob", .password = "short", .old_password = PASSWORD));
    assert_string_equal(err.code, "password_too_short");
    assert_true(
        CHANGE(&bob, "bob", .password = OTHER_PASSWORD, .old_password = PASSWORD, .keep_session = own.token));
    assert_string_equal(last_note(), "bob password_changed bob");
    assert_false(lives(first.token));
    assert_true(lives(own.token));
    session_of("bob", OTHER_PASSWORD);
    assert_true(CHANGE(&tester, "bob", .password = PASSWORD)); /* an admin needs no old one */
    assert_false(lives(own.token));
}

static void old_passwords_are_not_guessed(void **state)
{
    struct err err;
    bool limited = false;
    (void)state;
    const struct logbook_by bob = {"account", id_of("bob"), "bob", "r", "192.0.2.1"};
    for (int i = 0; i < 6 && !limited; i++)
        limited = !CHANGE(&bob, "bob", .password = OTHER_PASSWORD, .old_password = "wrong and wrong") &&
                  err.kind == ERR_LIMIT;
    assert_true(limited);
}

static void signing_in_is_noted_good_or_bad(void **state)
{
    struct err err;
    struct session session;
    (void)state;
    assert_false(auth_sign_in(auth, arena, "Eve", "wrong and wrong", &outside, &session, &err));
    assert_string_equal(last_note(), "eve sign_in_failed -");
    session = session_of("bob", PASSWORD);
    assert_string_equal(last_note(), "bob sign_in -");
    const struct logbook_by bob = {"account", id_of("bob"), "bob", "r", "192.0.2.1"};
    assert_true(auth_sign_out(auth, &bob, session.token, &err));
    assert_string_equal(last_note(), "bob sign_out -");
}

static void roles_and_versions(void **state)
{
    struct err err;
    (void)state;
    struct session session = session_of("bob", PASSWORD);
    assert_false(CHANGE(&tester, "bob", .role = "boss"));
    assert_string_equal(err.code, "unknown_role");
    AUTO_JSON json_t *before = shown("bob");
    assert_true(CHANGE(&tester, "bob", .role = "approver", .version = json_int(before, "version", 0)));
    assert_string_equal(last_note(), "tester account_changed bob");
    assert_false(lives(session.token));
    assert_false(CHANGE(&tester, "bob", .role = "admin", .version = json_int(before, "version", 0)));
    assert_int_equal(err.kind, ERR_PRECONDITION);
    AUTO_JSON json_t *after = shown("bob");
    assert_string_equal(json_text(after, "role"), "approver");
    assert_string_equal(json_text(after, "changed_by"), "tester");
    assert_string_equal(json_text(after, "kind"), "local");
    assert_non_null(json_text(after, "last_sign_in_at"));
    AUTO_FREE char *text = json_write(after);
    assert_null(strstr(text, "argon"));
}

static struct session external(const char *key, const char *username, const char *role)
{
    struct err err;
    struct session session;
    const struct external_identity identity = {key, username, "Ann External", role};
    assert_true(auth_external_sign_in(auth, arena, &identity, &outside, &session, &err));
    return session;
}

static void people_of_the_identity_provider(void **state)
{
    struct err err;
    const bool yes = true;
    (void)state;
    struct session first = external("t:1", "Ann@contoso.example", "viewer");
    assert_string_equal(first.principal.name, "ann@contoso.example");
    assert_string_equal(last_note(), "ann@contoso.example sign_in -");
    struct session again = external("t:1", "ann.new@contoso.example", "technician");
    assert_string_equal(again.principal.id, first.principal.id);
    assert_string_equal(again.principal.name, "ann.new@contoso.example");
    assert_string_equal(again.principal.role, "technician");
    /* A name never joins accounts: neither another person's nor a local one's. */
    struct session namesake = external("t:2", "ann.new@contoso.example", "viewer");
    assert_string_equal(namesake.principal.name, "ann.new@contoso.example#2");
    struct session ada = external("t:3", "ada", "viewer");
    assert_string_equal(ada.principal.name, "ada#2");
    assert_string_not_equal(ada.principal.id, id_of("ada"));

    struct session none;
    assert_false(auth_sign_in(auth, arena, "ann.new@contoso.example", "", &outside, &none, &err));
    assert_string_equal(err.code, "wrong_credentials");
    assert_false(CHANGE(&tester, "ann.new@contoso.example", .role = "admin"));
    assert_string_equal(err.code, "external_account");
    assert_false(CHANGE(&tester, "ann.new@contoso.example", .password = PASSWORD));
    assert_string_equal(err.code, "external_account");
    assert_true(CHANGE(&tester, "ann.new@contoso.example", .disabled = &yes));
    assert_false(lives(again.token));
    const struct external_identity identity = {"t:1", "ann.new@contoso.example", NULL, "admin"};
    assert_false(auth_external_sign_in(auth, arena, &identity, &outside, &none, &err));
    assert_string_equal(err.code, "account_disabled");
}

static void preferences_are_kept(void **state)
{
    struct err err;
    (void)state;
    AUTO_JSON json_t *none = auth_preferences(auth, id_of("bob"), &err);
    assert_int_equal(json_object_size(none), 0);
    AUTO_JSON json_t *dark = json_make("{s:s}", "theme", "dark");
    assert_true(auth_set_preferences(auth, id_of("bob"), dark, &err));
    AUTO_JSON json_t *kept = auth_preferences(auth, id_of("bob"), &err);
    assert_true(json_equal(kept, dark));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test_setup_teardown(the_last_admin_stays, setup, teardown),
        cmocka_unit_test_setup_teardown(a_new_password_ends_sessions, setup, teardown),
        cmocka_unit_test_setup_teardown(old_passwords_are_not_guessed, setup, teardown),
        cmocka_unit_test_setup_teardown(signing_in_is_noted_good_or_bad, setup, teardown),
        cmocka_unit_test_setup_teardown(roles_and_versions, setup, teardown),
        cmocka_unit_test_setup_teardown(people_of_the_identity_provider, setup, teardown),
        cmocka_unit_test_setup_teardown(preferences_are_kept, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
