/* The permission index: what answers mean, in which order a pass goes, and what is found in the end. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "access/access.h"
#include "access/scan.h"
#include "store/store_fixture.h"
#include "store/tenants.h"

#define TENANT "aaaaaaaa-0000-4000-8000-000000000000"
#define OTHER "bbbbbbbb-0000-4000-8000-000000000000"
#define MINUTE_MS ((int64_t)60 * 1000)
#define DAY_MS (24 * 60 * MINUTE_MS)

static struct store_fixture fixture;
static struct store *store;
static struct arena *arena;
static struct err err;
static int64_t now;

/* --- a store with two tenants ----------------------------------------------------------------------------
 */

static struct tx *begin(void)
{
    struct tx *tx = store_begin(store, &err);
    assert_non_null(tx);
    return tx;
}

static void commit(struct tx *tx)
{
    assert_true(tx_commit(&tx, &err));
}

static int setup(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    arena = arena_new();
    now = 1000 * DAY_MS;
    struct tx *tx = begin();
    assert_true(tenant_insert(
        tx,
        &(struct tenant){.id = TENANT, .default_domain = "a.example", .display_name = "A", .created_at = 1},
        &err));
    assert_true(tenant_insert(
        tx,
        &(struct tenant){.id = OTHER, .default_domain = "b.example", .display_name = "B", .created_at = 2},
        &err));
    commit(tx);
    return 0;
}

static int teardown(void **state)
{
    (void)state;
    arena_free(arena);
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}

static json_t *parse(const char *text)
{
    AUTO_STRBUF struct strbuf buf = STRBUF_MAX(10000);
    for (; *text; text++)
        strbuf_char(&buf, *text == '\'' ? '"' : *text);
    json_t *value = json_loads(strbuf_text(&buf), JSON_DECODE_ANY, NULL);
    assert_non_null(value);
    return value;
}

static bool claim(struct scan *ret)
{
    bool found = false;
    struct tx *tx = begin();
    assert_true(scan_claim(tx, arena, "node", now, 10 * MINUTE_MS, ret, &found, &err));
    commit(tx);
    return found;
}

/* The tenant's claim, whoever else is due. */
static struct scan claim_of(const char *tenant)
{
    struct scan scan;
    struct tx *tx = begin();
    assert_true(tx_exec(tx, &err, "UPDATE access_scans SET next_at = $1 WHERE tenant_id <> $2",
                        P_INT(now + 1000 * DAY_MS), P_TEXT(tenant)));
    assert_true(tx_exec(tx, &err, "UPDATE access_scans SET next_at = 0, lease_until = 0 WHERE tenant_id = $1",
                        P_TEXT(tenant)));
    commit(tx);
    while (claim(&scan) && strcmp(scan.tenant_id, tenant) != 0) /* one that had no row yet */
        ;
    assert_string_equal(scan.tenant_id, tenant);
    return scan;
}

static void list(struct scan *scan, const char *mailboxes, const char *users)
{
    AUTO_JSON json_t *rows = parse(mailboxes);
    AUTO_JSON json_t *people = parse(users);
    struct tx *tx = begin();
    assert_true(scan_begin(tx, scan, now, &err));
    assert_true(scan_put_mailboxes(tx, scan, rows, now, &err));
    assert_true(scan_put_names(tx, scan, people, now, &err));
    assert_true(scan_listed(tx, scan, &err));
    commit(tx);
}

/* "a b c": the mailboxes whose turn it is. */
static const char *turns(const struct scan *scan)
{
    struct look looks[LOOKS_MAX];
    size_t count;
    char *text = arena_text(arena, "");
    AUTO_TX struct tx *tx = begin();
    assert_true(scan_next(tx, arena, scan, LOOKS_MAX, looks, &count, &err));
    for (size_t i = 0; i < count; i++)
        text = arena_printf(arena, "%s%s%s", text, i ? " " : "", looks[i].id);
    return text;
}

static void put_look(const struct scan *scan, struct look look)
{
    struct tx *tx = begin();
    assert_true(scan_put_look(tx, scan, &look, now, &err));
    commit(tx);
    looks_done(&look, 1);
}

static void put(const struct scan *scan, const char *id, const char *access, const char *calendars)
{
    put_look(scan, (struct look){.id = id, .access = parse(access), .calendars = parse(calendars)});
}

static void put_failed(const struct scan *scan, const char *id)
{
    struct look look = {.id = id};
    err_code(&look.err, ERR_UPSTREAM, "Busy", "The mailbox is busy.");
    put_look(scan, look);
}

static void finish(const struct scan *scan)
{
    struct tx *tx = begin();
    assert_true(scan_complete(tx, scan, now, DAY_MS, &err));
    commit(tx);
}

static void add_place(void *ctx, const char *mailbox_id, const char *name, const char *folder)
{
    char **text = ctx;
    *text =
        arena_printf(arena, "%s%s%s(%s)%s", *text, **text ? " " : "", mailbox_id, name, folder ? folder : "");
}

/* "m1(Name) m2(Name)\Calendar" */
static const char *places(const char *id, const char *principal, const char *display_name)
{
    char *text = arena_text(arena, "");
    const struct access_person person = {id, {principal, display_name}};
    AUTO_TX struct tx *tx = begin();
    assert_true(access_find(tx, TENANT, &person, add_place, &text, &err));
    return text;
}

static json_t *state_of(const char *tenant)
{
    AUTO_TX struct tx *tx = begin();
    json_t *state = access_state(tx, tenant, &err);
    assert_non_null(state);
    return state;
}

#define MAILBOX(id) \
    "{'ExternalDirectoryObjectId':'" id "','DisplayName':'Box " id "','UserPrincipalName':'" id "@a'}"
#define MAILBOXES                                                                                     \
    "[{'ExternalDirectoryObjectId':'M1','DisplayName':'Box m1','UserPrincipalName':'m1@a'}," MAILBOX( \
        "m2") "," MAILBOX("m3") "]"
#define USERS                                                                                    \
    "[{'id':'u1','userPrincipalName':'Ann@a','mail':'ann.leaver@a','displayName':'Ann Leaver'}," \
    "{'id':'u2','userPrincipalName':'ann2@a','mail':null,'displayName':'ANN LEAVER'}]"

/* --- what the answers mean -------------------------------------------------------------------------------
 */

static void assert_list(json_t *list, const char *expected)
{
    AUTO_JSON json_t *taken = list;
    AUTO_JSON json_t *wanted = parse(expected);
    if (!json_equal(taken, wanted)) {
        AUTO_FREE char *text = json_write(taken);
        print_error("%s\n", text);
    }
    assert_true(json_equal(taken, wanted));
}

static void only_granted_full_access_counts(void **state)
{
    (void)state;
    AUTO_JSON json_t *rows =
        parse("[{'User':'NT AUTHORITY\\\\SELF','AccessRights':['FullAccess, ReadPermission']},"
              "{'User':'ann@a','AccessRights':['ReadPermission, FullAccess'],'IsInherited':false},"
              "{'User':'bob@a','AccessRights':['FullAccess'],'Deny':true},"
              "{'User':'eve@a','AccessRights':['FullAccess'],'IsInherited':true},"
              "{'User':'dan@a','AccessRights':['ReadPermission']},"
              "{'User':'NAMPR01A001\\\\Organization Management','AccessRights':['FullAccess']},"
              "{'User':'S-1-5-21-1-2-3-4','AccessRights':['FullAccess']},{}]");
    assert_list(look_full_access(rows), "['ann@a','S-1-5-21-1-2-3-4']");
}

static void calendars_are_found_whatever_their_name(void **state)
{
    (void)state;
    AUTO_JSON json_t *rows =
        parse("[{'FolderType':'Calendar','FolderPath':'/Kalender'},"
              "{'FolderType':'User Created','FolderPath':'/Kalender/Team \xEF\xA3\xBF Nord'},"
              "{'FolderType':'Birthdays','FolderPath':'/Kalender/Geburtstage'},"
              "{'FolderType':'Calendar','FolderPath':null}]");
    assert_list(look_folders(rows), "['\\\\Kalender','\\\\Kalender\\\\Team / Nord']");
}

static void everybody_is_nobody(void **state)
{
    (void)state;
    AUTO_JSON json_t *rows = parse("[{'User':'Default'},{'User':'Anonymous'},{'User':'Ann Leaver'},"
                                   "{'User':{'DisplayName':'Bob','UserType':'Internal'}},"
                                   "{'User':{'DisplayName':'Standard','UserType':'Default'}},{'User':null}]");
    assert_list(look_named(rows), "['Ann Leaver','Bob']");
}

/* --- a pass ----------------------------------------------------------------------------------------------
 */

static void a_pass_goes_on_where_it_was(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    assert_int_equal(scan.phase, SCAN_LIST);
    list(&scan, MAILBOXES, USERS);
    assert_string_equal(turns(&scan), "m1 m2 m3");
    put(&scan, "m1", "[]", "[]");
    AUTO_JSON json_t *running = state_of(TENANT);
    assert_string_equal(json_text(running, "status"), "running");
    assert_int_equal(json_int(json_object_at(running, "pass"), "looked", 0), 1);
    assert_int_equal(json_int(json_object_at(running, "pass"), "mailboxes", 0), 3);

    struct scan again = claim_of(TENANT); /* as after a crash */
    assert_int_equal(again.phase, SCAN_LOOK);
    assert_int_equal(again.pass_started_at, scan.pass_started_at);
    assert_string_equal(turns(&again), "m2 m3");
    put(&again, "m2", "[]", "[]");
    put(&again, "m3", "[]", "[]");
    assert_string_equal(turns(&again), "");
    now += MINUTE_MS;
    finish(&again);
    AUTO_JSON json_t *complete = state_of(TENANT);
    assert_string_equal(json_text(complete, "status"), "complete");
    assert_true(json_is_null(json_object_get(complete, "pass")));
    assert_string_not_equal(json_text(complete, "as_of"), json_text(complete, "completed_at"));
}

static void new_and_changed_mailboxes_come_first_and_vanished_ones_go(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put(&scan, "m1", "['ann@a']", "[]");
    put(&scan, "m2", "['ann@a']", "[]");
    put(&scan, "m3", "['ann@a']", "[]");
    finish(&scan);
    now += DAY_MS;
    scan = claim_of(TENANT);
    list(&scan,
         "[" MAILBOX("m1") "," MAILBOX(
             "m4") ",{'ExternalDirectoryObjectId':'','ExchangeGuid':'m3','DisplayName':'"
                   "Box m3','WhenChangedUTC':'2100-01-01T00:00:00Z'},{'DisplayName':'?'}]",
         USERS);
    assert_string_equal(turns(&scan), "m4 m3 m1");
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1) m3(Box m3)");
    put_look(&scan, (struct look){.id = "m3", .gone = true});
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1)");
    assert_string_equal(turns(&scan), "m4 m1");
}

static void a_mailbox_that_fails_comes_again_twice_and_is_told(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put_failed(&scan, "m1");
    assert_string_equal(turns(&scan), "m2 m3 m1");
    put(&scan, "m2", "[]", "[]");
    put(&scan, "m3", "[]", "[]");
    put_failed(&scan, "m1");
    assert_string_equal(turns(&scan), "m1");
    put_failed(&scan, "m1");
    assert_string_equal(turns(&scan), "");
    finish(&scan);
    AUTO_JSON json_t *gap = state_of(TENANT);
    assert_int_equal(json_int(gap, "unreadable", 0), 1);

    now += DAY_MS;
    scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    assert_string_equal(turns(&scan), "m1 m2 m3"); /* never looked at: first */
    put(&scan, "m1", "[]", "[]");
    put(&scan, "m2", "[]", "[]");
    put(&scan, "m3", "[]", "[]");
    finish(&scan);
    AUTO_JSON json_t *whole = state_of(TENANT);
    assert_int_equal(json_int(whole, "unreadable", 0), 0);
}

static void half_a_look_keeps_what_it_knows(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put(&scan, "m1", "[]", "[{'folder':'\\\\Calendar','who':'Ann Leaver'}]");
    now += DAY_MS;
    scan = claim_of(TENANT);
    struct look half = {.id = "m1", .access = parse("['ann@a']")};
    err_code(&half.err, ERR_UPSTREAM, "Busy", "The mailbox is busy.");
    put_look(&scan, half);
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1) m1(Box m1)\\Calendar");
}

/* --- who it is -------------------------------------------------------------------------------------------
 */

static void people_are_found_by_whatever_exchange_calls_them(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put(&scan, "m1", "['ANN@a']", "[{'folder':'\\\\Calendar','who':'Ann Leaver'}]");
    put(&scan, "m2", "['new.name@a']", "[{'folder':'\\\\Kalender','who':'Ann Newname'}]");
    put(&scan, "m3", "['ann2@a']", "[]");
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1) m1(Box m1)\\Calendar");
    /* Two have that name: the mailbox itself knows which of them it means. */
    assert_string_equal(places("U2", NULL, NULL), "m1(Box m1)\\Calendar m3(Box m3)");
    /* Renamed since the names were listed: by the new name, as whoever asks knows it. */
    assert_string_equal(places("u1", "New.Name@a", "Ann Newname"),
                        "m1(Box m1) m1(Box m1)\\Calendar m2(Box m2) m2(Box m2)\\Kalender");
    assert_string_equal(places("u3", "nobody@a", "Nobody"), "");
}

static void names_listed_later_are_known_by_then(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, "[]");
    put(&scan, "m1", "['ann@a']", "[]");
    assert_string_equal(places("u1", NULL, NULL), "");
    now += DAY_MS;
    scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1)");
}

static void the_own_mailbox_is_no_other(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, "[" MAILBOX("u1") "]", USERS);
    put(&scan, "u1", "['ann@a']", "[{'folder':'\\\\Calendar','who':'Ann Leaver'}]");
    assert_string_equal(places("u1", "ann@a", "Ann Leaver"), "");
}

/* --- our own changes -------------------------------------------------------------------------------------
 */

static void note(const char *tenant, const char *mailbox, const char *folder, bool granted)
{
    const struct access_change change = {.tenant_id = tenant,
                                         .mailbox_id = mailbox,
                                         .mailbox_name = "Named",
                                         .folder = folder,
                                         .user_id = "u1",
                                         .granted = granted};
    struct tx *tx = begin();
    assert_true(access_note(tx, &change, now, &err));
    commit(tx);
}

static void own_changes_count_at_once(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put(&scan, "m1", "['ann@a']", "[{'folder':'\\\\Calendar','who':'ann@a'}]");
    now += MINUTE_MS;
    note(TENANT, "m1", NULL, false);
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1)\\Calendar");
    note(TENANT, "m1", "\\Calendar", false);
    note(TENANT, "M2", NULL, true);
    note(TENANT, "m9", "\\Kalender", true); /* no scan has seen that mailbox yet */
    assert_string_equal(places("u1", NULL, NULL), "m2(Box m2) m9(Named)\\Kalender");
    note("cccccccc-0000-4000-8000-000000000000", "m1", NULL, true); /* a tenant that is gone */
}

static void a_look_from_before_does_not_undo_an_own_change(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    now += 1000; /* Exchange is being asked about m1, which shows nobody yet */
    note(TENANT, "m1", NULL, true);
    now += 1000;
    put(&scan, "m1", "[]", "[]");
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1)");
    now += DAY_MS;
    scan = claim_of(TENANT);
    put(&scan, "m1", "[]", "[]"); /* taken away by somebody else since */
    assert_string_equal(places("u1", NULL, NULL), "");
}

static void the_clock_of_another_node_may_be_behind(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    now -= MINUTE_MS / 2; /* there */
    note(TENANT, "m1", NULL, true);
    now += MINUTE_MS / 2;
    put(&scan, "m1", "[]", "[]");
    assert_string_equal(places("u1", NULL, NULL), "m1(Box m1)");
}

/* --- claims ----------------------------------------------------------------------------------------------
 */

static void rest(const struct scan *scan, int64_t next_at, const struct err *problem)
{
    struct tx *tx = begin();
    assert_true(scan_rest(tx, scan, now, next_at, problem, &err));
    commit(tx);
}

static void want(const char *tenant)
{
    struct tx *tx = begin();
    assert_true(access_want(tx, tenant, now, &err));
    commit(tx);
}

static void tenants_take_turns(void **state)
{
    (void)state;
    struct scan first, second, third;
    assert_true(claim(&first));
    assert_true(claim(&second));
    assert_string_equal(first.tenant_id, TENANT);
    assert_string_equal(second.tenant_id, OTHER);
    assert_false(claim(&third)); /* both are held */
    rest(&first, now + 20, NULL);
    rest(&second, now + 10, NULL);
    now += 30;
    assert_true(claim(&third));
    assert_string_equal(third.tenant_id, OTHER); /* due for longer */
}

static void who_is_waited_for_goes_first(void **state)
{
    (void)state;
    struct scan scan;
    assert_true(claim(&scan));
    rest(&scan, now + 10, NULL);
    assert_true(claim(&scan));
    rest(&scan, now + 5 * MINUTE_MS, NULL);
    want(OTHER); /* its pause ends at once */
    now += 20;
    assert_true(claim(&scan));
    assert_string_equal(scan.tenant_id, OTHER);
    assert_true(scan.wanted);
    struct err limit;
    err_set(&limit, ERR_LIMIT, "Wait.");
    rest(&scan, now + 2 * MINUTE_MS, &limit);
    want(OTHER); /* but not when Exchange asked to wait */
    assert_true(claim(&scan));
    assert_string_equal(scan.tenant_id, TENANT);
    assert_false(claim(&scan));
    now += 20 * MINUTE_MS; /* nobody has said so for a while */
    assert_true(claim(&scan));
    assert_false(scan.wanted);
}

static void a_failure_is_told_and_forgotten(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    struct err denied;
    err_code(&denied, ERR_REFUSED, "CmdletAccessDeniedException", "The role does not contain the cmdlet.");
    rest(&scan, now, &denied);
    scan = claim_of(TENANT);
    assert_int_equal(scan.failures, 1);
    AUTO_JSON json_t *failed = state_of(TENANT);
    const json_t *error = json_object_at(failed, "error");
    assert_string_equal(json_text(error, "code"), "CmdletAccessDeniedException");
    assert_false(json_flag(error, "retryable"));
    rest(&scan, now, NULL);
    AUTO_JSON json_t *fine = state_of(TENANT);
    assert_true(json_is_null(json_object_get(fine, "error")));
}

static void a_lost_claim_changes_nothing(void **state)
{
    (void)state;
    struct scan old = claim_of(TENANT);
    list(&old, MAILBOXES, USERS);
    struct scan taken_over = claim_of(TENANT);
    assert_int_equal(taken_over.epoch, old.epoch + 1);
    AUTO_TX struct tx *tx = begin();
    assert_false(scan_hold(tx, &old, now + MINUTE_MS, &err));
    assert_int_equal(err.kind, ERR_STALE);
    assert_false(scan_rest(tx, &old, now, now, NULL, &err));
    assert_false(scan_complete(tx, &old, now, DAY_MS, &err));
    assert_true(scan_hold(tx, &taken_over, now + MINUTE_MS, &err));
}

static void a_node_takes_up_what_it_held(void **state)
{
    (void)state;
    struct scan scan;
    int64_t due;
    assert_true(claim(&scan));
    assert_true(claim(&scan));
    struct tx *tx = begin();
    assert_true(scan_next_due(tx, &due, &err));
    assert_int_equal(due, now + 10 * MINUTE_MS);
    assert_true(scan_recover(tx, "node", &err));
    assert_true(scan_next_due(tx, &due, &err));
    assert_true(due <= now);
    commit(tx);
    assert_true(claim(&scan));
}

static int64_t rows_left(const char *sql)
{
    AUTO_TX struct tx *tx = begin();
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, sql);
    assert_true(rows && rows_next(rows));
    return row_int(rows, 0);
}

static void a_deleted_tenant_leaves_nothing(void **state)
{
    (void)state;
    struct scan scan = claim_of(TENANT);
    list(&scan, MAILBOXES, USERS);
    put(&scan, "m1", "['ann@a']", "[]");
    struct tx *tx = begin();
    assert_true(tenant_delete(tx, TENANT, &err));
    commit(tx);
    assert_int_equal(rows_left("SELECT (SELECT count(*) FROM access_mailboxes) + (SELECT count(*) FROM "
                               "access_entries) + (SELECT count(*) FROM access_names)"),
                     0);
    AUTO_TX struct tx *late = begin(); /* its scan is under way */
    assert_false(scan_hold(late, &scan, now, &err));
    assert_int_equal(err.kind, ERR_STALE);
    tx_auto_rollback(&late);
    AUTO_JSON json_t *unknown = state_of(TENANT);
    assert_string_equal(json_text(unknown, "status"), "never");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, teardown)
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(only_granted_full_access_counts),
        cmocka_unit_test(calendars_are_found_whatever_their_name),
        cmocka_unit_test(everybody_is_nobody),
        TEST(a_pass_goes_on_where_it_was),
        TEST(new_and_changed_mailboxes_come_first_and_vanished_ones_go),
        TEST(a_mailbox_that_fails_comes_again_twice_and_is_told),
        TEST(half_a_look_keeps_what_it_knows),
        TEST(people_are_found_by_whatever_exchange_calls_them),
        TEST(names_listed_later_are_known_by_then),
        TEST(the_own_mailbox_is_no_other),
        TEST(own_changes_count_at_once),
        TEST(a_look_from_before_does_not_undo_an_own_change),
        TEST(the_clock_of_another_node_may_be_behind),
        TEST(tenants_take_turns),
        TEST(who_is_waited_for_goes_first),
        TEST(a_failure_is_told_and_forgotten),
        TEST(a_lost_claim_changes_nothing),
        TEST(a_node_takes_up_what_it_held),
        TEST(a_deleted_tenant_leaves_nothing),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
