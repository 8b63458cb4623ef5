/* Who may come in, for how long, and what they may do then. */
#include "auth/auth_fixture.h"
#include "auth/password.h"
#include "base/thread.h"
#include "store/tenants.h"

#define HOUR INT64_C(3600000)

static _Atomic int64_t now_ms;
static int64_t test_now(const struct clock *clock)
{
    (void)clock;
    return now_ms;
}
static const struct clock test_clock = {test_now, test_now};

static int setup(void **state)
{
    (void)state;
    now_ms = INT64_C(1700000000000);
    auth_fixture_make(&test_clock);
    return auth_account_add(auth, &tester, "Ada", PASSWORD, "technician", NULL) ? 0 : -1;
}

static bool sign_in(const char *username, const char *password, const char *address, struct session *ret,
                    struct err *err)
{
    const struct logbook_by from = {.kind = "nobody", .name = "", .client = address};
    return auth_sign_in(auth, arena, username, password, &from, ret, err);
}

static bool check(const char *token, struct err *err)
{
    struct principal principal;
    const char *csrf;
    return auth_session_check(auth, arena, token, &principal, &csrf, err);
}

static int64_t count(const char *sql, const char *text)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, sql, P_TEXT(text));
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

static void run(const char *sql)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_exec(tx, &err, sql));
    assert_true(tx_commit(&tx, &err));
}

static void roles_grow(void **state)
{
    (void)state;
    static const struct {
        const char *role;
        bool read, operate, approve, admin;
    } cases[] = {{"viewer", true, false, false, false}, {"technician", true, true, false, false},
                 {"approver", true, true, true, false}, {"admin", true, true, true, true},
                 {"root", false, false, false, false},  {NULL, false, false, false, false}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        const struct principal p = {.permissions = role_permissions(cases[i].role)};
        assert_int_equal(principal_may(&p, PERMISSION_READ), cases[i].read);
        assert_int_equal(principal_may(&p, PERMISSION_OPERATE), cases[i].operate);
        assert_int_equal(principal_may(&p, PERMISSION_APPROVE), cases[i].approve);
        assert_int_equal(principal_may(&p, PERMISSION_ADMIN), cases[i].admin);
    }
    const struct principal p = {.permissions = role_permissions("technician")};
    AUTO_JSON json_t *names = principal_permission_names(&p);
    AUTO_JSON json_t *expected = json_make("[s, s]", "read", "operate");
    assert_true(json_equal(names, expected));
    assert_string_equal(principal_kind_name(PRINCIPAL_ACCOUNT), "account");
    assert_string_equal(principal_kind_name(PRINCIPAL_TOKEN), "token");
}

static void accounts_are_checked(void **state)
{
    (void)state;
    struct err err;
    char many[AUTH_PASSWORD_MAX + 2];
    memset(many, 'x', sizeof many - 1);
    many[sizeof many - 1] = '\0';
    assert_false(auth_account_add(auth, &tester, "ADA", PASSWORD, "admin", &err));
    assert_string_equal(err.code, "account_exists");
    const struct {
        const char *username, *password, *role, *word;
    } cases[] = {{"", PASSWORD, "admin", "username"},
                 {NULL, PASSWORD, "admin", "username"},
                 {"a b", PASSWORD, "admin", "username"},
                 {"a\xff", PASSWORD, "admin", "username"},
                 {many, PASSWORD, "admin", "username"},
                 {"bob", "ninechars", "admin", "at least 10"},
                 {"bob", "ééééééééé", "admin", "at least 10"}, /* 18 bytes, 9 characters */
                 {"bob", many, "admin", "at most 200"},
                 {"bob", "\xff\xff\xff\xff\xff\xff\xff\xff\xff\xff", "admin", "UTF-8"},
                 {"bob", NULL, "admin", "password"},
                 {"barbara@contoso.example", "I am Barbara!", "admin", "holds the username"},
                 {"bob", "aaaabbbbaaaabbbb", "admin", "over and over"},
                 {"bob", "1234567890", "admin", "row of keys"},
                 {"bob", "QwertyUiop", "admin", "row of keys"},
                 {"bob", PASSWORD, "boss", "viewer, technician"},
                 {"bob", PASSWORD, NULL, "role"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(
            auth_account_add(auth, &tester, cases[i].username, cases[i].password, cases[i].role, &err));
        assert_int_equal(err.kind, ERR_INPUT);
        assert_non_null(strstr(err.message, cases[i].word));
    }
    assert_int_equal(
        count("SELECT count(*) FROM accounts WHERE password_hash LIKE '$argon2id$v=19$m=65536,t=2,%'", NULL),
        1);
}

static void a_session_lives_and_ends(void **state)
{
    (void)state;
    struct err err;
    struct session s;
    struct principal p;
    const char *csrf;
    assert_true(sign_in("ADA", PASSWORD, "::1", &s, &err));
    assert_int_equal(s.expires_at, now_ms + 24 * HOUR);
    assert_string_equal(s.principal.name, "ada");
    assert_true(auth_session_check(auth, arena, s.token, &p, &csrf, &err));
    assert_string_equal(csrf, s.csrf_token);
    assert_string_equal(p.role, "technician");
    assert_string_equal(p.id, s.principal.id);
    assert_int_equal(p.kind, PRINCIPAL_ACCOUNT);
    assert_true(principal_sees(&p, "any"));
    assert_true(auth_csrf_matches(csrf, s.csrf_token));
    assert_false(auth_csrf_matches(csrf, s.token));
    assert_false(auth_csrf_matches(csrf, NULL));
    assert_false(auth_csrf_matches("", ""));
    assert_int_equal(count("SELECT count(*) FROM sessions WHERE token_hash = $1", s.token), 0);
    assert_true(auth_sign_out(auth, &tester, s.token, &err));
    assert_true(auth_sign_out(auth, &tester, s.token, &err));
    assert_true(auth_sign_out(auth, &tester, NULL, &err));
    assert_false(check(s.token, &err));
    assert_int_equal(err.kind, ERR_UNAUTHENTICATED);
    assert_false(check(NULL, &err));
    assert_false(check("", &err));
    assert_false(check("' OR 1=1 --", &err));
}

static void idle_and_old_sessions_end(void **state)
{
    (void)state;
    struct err err;
    struct session idle, old;
    assert_true(sign_in("ada", PASSWORD, "::1", &idle, &err));
    assert_true(sign_in("ada", PASSWORD, "::1", &old, &err));
    now_ms += 8 * HOUR - 1;
    assert_true(check(old.token, &err)); /* used: marked */
    now_ms += 1;
    assert_false(check(idle.token, &err));
    assert_int_equal(err.kind, ERR_UNAUTHENTICATED);
    now_ms += 7 * HOUR;
    assert_true(check(old.token, &err));
    now_ms += 7 * HOUR;
    assert_true(check(old.token, &err));
    now_ms += 2 * HOUR - 1;
    assert_true(check(old.token, &err));
    now_ms += 1; /* 24 h since it began */
    assert_false(check(old.token, &err));
    assert_true(sign_in("ada", PASSWORD, "::1", &idle, &err)); /* takes the rows of ended ones away */
    assert_int_equal(count("SELECT count(*) FROM sessions", NULL), 1);
}

static void a_disabled_account_is_out_at_once(void **state)
{
    (void)state;
    struct err err;
    struct session s;
    assert_true(sign_in("ada", PASSWORD, "::1", &s, &err));
    run("UPDATE accounts SET disabled = 1");
    assert_false(check(s.token, &err));
    assert_false(sign_in("ada", PASSWORD, "::1", &s, &err));
    assert_string_equal(err.code, "wrong_credentials");
}

static void unknown_and_wrong_are_answered_alike(void **state)
{
    (void)state;
    struct err wrong, unknown;
    struct session s;
    assert_false(sign_in("ada", "not the password", "::1", &s, &wrong));
    assert_false(sign_in("eve", "not the password", "::1", &s, &unknown));
    assert_int_equal(wrong.kind, ERR_UNAUTHENTICATED);
    assert_memory_equal(&wrong, &unknown, sizeof wrong);
    assert_null(strstr(wrong.message, "not the"));
    assert_false(sign_in(NULL, NULL, NULL, &s, &unknown));
    assert_memory_equal(&wrong, &unknown, sizeof wrong);
}

static void guessing_becomes_slow(void **state)
{
    (void)state;
    static const int64_t waits_ms[] = {1000, 2000, 4000, 8000, 16000, 32000, 60000, 60000};
    struct err err;
    struct session s;
    for (int i = 0; i < 4; i++)
        assert_false(sign_in("ada", "wrong password", "10.0.0.1", &s, &err));
    for (size_t i = 0; i < sizeof waits_ms / sizeof *waits_ms; i++) {
        assert_false(sign_in("ada", "wrong password", "10.0.0.1", &s, &err));
        assert_int_equal(err.kind, ERR_UNAUTHENTICATED);
        assert_false(sign_in("Ada", PASSWORD, "10.0.0.1", &s, &err)); /* even with the right one */
        assert_int_equal(err.kind, ERR_LIMIT);
        assert_int_equal(err.retry_after_ms, waits_ms[i]);
        now_ms += waits_ms[i] - 1;
        assert_false(sign_in("ada", PASSWORD, "10.0.0.1", &s, &err));
        assert_int_equal(err.retry_after_ms, 1);
        now_ms += 1;
    }
    assert_false(sign_in("ada", "wrong password", "10.0.0.1", &s, &err));
    assert_true(sign_in("ada", PASSWORD, "10.0.0.2", &s, &err)); /* from elsewhere */
    now_ms += 60000;
    assert_true(sign_in("ada", PASSWORD, "10.0.0.1", &s, &err)); /* and that forgets */
    assert_false(sign_in("ada", "wrong password", "10.0.0.1", &s, &err));
    assert_true(sign_in("ada", PASSWORD, "10.0.0.1", &s, &err));
}

static void *sign_in_run(void *ret_limited)
{
    struct err err;
    struct session s;
    struct arena *own = arena_new();
    const struct logbook_by from = {.kind = "nobody", .name = "", .client = "10.9.9.9"};
    if (!auth_sign_in(auth, own, "ada", "wrong password", &from, &s, &err) && err.kind == ERR_LIMIT)
        *(bool *)ret_limited = true;
    arena_free(own);
    return NULL;
}

static void tries_sent_at_once_are_limited_too(void **state)
{
    (void)state;
    enum { THREADS = 16 };
    pthread_t threads[THREADS];
    bool limited[THREADS] = {false};
    int limits = 0;
    for (int i = 0; i < THREADS; i++)
        threads[i] = thread_start("sign-in", sign_in_run, &limited[i]);
    for (int i = 0; i < THREADS; i++) {
        pthread_join(threads[i], NULL);
        limits += limited[i];
    }
    assert_in_range(limits, THREADS - 6, THREADS - 5); /* two are at work at a time */
}

static bool make_token(const char *name, const char *role, const json_t *tenants, int64_t expires_at,
                       const char **ret_text, struct err *err)
{
    const char *id;
    const struct new_token token = {name, role, tenants, expires_at};
    return auth_token_create(auth, arena, &tester, &token, &id, ret_text, err);
}

static void a_token_ends_when_its_time_has_come(void **state)
{
    struct err err;
    const char *text;
    (void)state;
    assert_false(make_token("late", "viewer", NULL, now_ms, &text, &err));
    assert_int_equal(err.kind, ERR_INPUT);
    assert_true(make_token("short", "viewer", NULL, now_ms + HOUR, &text, &err));
    AUTO_PRINCIPAL struct principal p = {0};
    now_ms += HOUR - 1;
    assert_true(auth_bearer_check(auth, arena, text, &p, &err));
    now_ms += 1;
    assert_false(auth_bearer_check(auth, arena, text, &p, &err));
    assert_int_equal(err.kind, ERR_UNAUTHENTICATED);
}

static void api_tokens(void **state)
{
    (void)state;
    struct err err;
    const char *text, *other;
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(tenant_insert(
            tx, &(struct tenant){.id = "t1", .default_domain = "a.com", .display_name = "A"}, &err));
        assert_true(tx_commit(&tx, &err));
    }
    AUTO_JSON json_t *tenants = json_make("[s]", "A.com");
    assert_true(make_token("script", "viewer", tenants, 0, &text, &err));
    assert_true(make_token("all", "admin", NULL, 0, &other, &err));
    assert_int_equal(strlen(text), 48);
    assert_int_equal(strncmp(text, "lday_", 5), 0);
    {
        AUTO_PRINCIPAL struct principal p = {0};
        assert_true(auth_bearer_check(auth, arena, text, &p, &err));
        assert_int_equal(p.kind, PRINCIPAL_TOKEN);
        assert_string_equal(p.name, "script");
        assert_false(principal_may(&p, PERMISSION_OPERATE));
        assert_true(principal_sees(&p, "t1"));
        assert_false(principal_sees(&p, "t2"));
    }
    {
        AUTO_PRINCIPAL struct principal p = {0};
        assert_true(auth_bearer_check(auth, arena, other, &p, &err));
        assert_true(principal_may(&p, PERMISSION_ADMIN));
        assert_true(principal_sees(&p, "t2"));
    }
    AUTO_JSON json_t *list = auth_token_list(auth, &err);
    assert_int_equal(json_array_size(list), 2);
    AUTO_FREE char *listed = json_write(list);
    assert_null(strstr(listed, "lday_"));
    const json_t *first = json_array_find(list, "name", "script");
    assert_non_null(json_text(first, "last_used_at"));
    assert_true(auth_token_revoke(auth, &tester, json_text(first, "id"), &err));
    assert_true(auth_token_revoke(auth, &tester, json_text(first, "id"), &err));
    assert_false(auth_token_revoke(auth, &tester, "nobody", &err));
    assert_int_equal(err.kind, ERR_NOT_FOUND);

    char unknown[49];
    snprintf(unknown, sizeof unknown, "%s", other);
    unknown[20] = unknown[20] == 'A' ? 'B' : 'A';
    const char *bad[] = {text, unknown, NULL, "", "lday_", other + 5, "Bearer x"};
    for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
        struct principal p;
        assert_false(auth_bearer_check(auth, arena, bad[i], &p, &err));
        assert_int_equal(err.kind, ERR_UNAUTHENTICATED);
        assert_null(strstr(err.message, "lday_"));
    }
    run("UPDATE tokens SET tenants_json = 'broken'"); /* never more than before */
    AUTO_PRINCIPAL struct principal p = {0};
    assert_true(auth_bearer_check(auth, arena, other, &p, &err));
    assert_false(principal_sees(&p, "t1"));
}

static void bad_tokens_are_not_made(void **state)
{
    (void)state;
    struct err err;
    const char *text;
    AUTO_JSON json_t *none = json_array(), *unknown = json_make("[s]", "x.com"),
                     *number = json_make("[i]", 1);
    const struct {
        const char *name, *role;
        const json_t *tenants;
    } cases[] = {{"", "admin", NULL},  {NULL, "admin", NULL},   {"a\nb", "admin", NULL}, {"a", "boss", NULL},
                 {"a", "admin", none}, {"a", "admin", unknown}, {"a", "admin", number}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        assert_false(make_token(cases[i].name, cases[i].role, cases[i].tenants, 0, &text, &err));
        assert_int_equal(err.kind, ERR_INPUT);
    }
    assert_int_equal(count("SELECT count(*) FROM tokens", NULL), 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(roles_grow),
        cmocka_unit_test_setup_teardown(accounts_are_checked, setup, teardown),
        cmocka_unit_test_setup_teardown(a_session_lives_and_ends, setup, teardown),
        cmocka_unit_test_setup_teardown(idle_and_old_sessions_end, setup, teardown),
        cmocka_unit_test_setup_teardown(a_disabled_account_is_out_at_once, setup, teardown),
        cmocka_unit_test_setup_teardown(unknown_and_wrong_are_answered_alike, setup, teardown),
        cmocka_unit_test_setup_teardown(guessing_becomes_slow, setup, teardown),
        cmocka_unit_test_setup_teardown(tries_sent_at_once_are_limited_too, setup, teardown),
        cmocka_unit_test_setup_teardown(api_tokens, setup, teardown),
        cmocka_unit_test_setup_teardown(bad_tokens_are_not_made, setup, teardown),
        cmocka_unit_test_setup_teardown(a_token_ends_when_its_time_has_come, setup, teardown),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
