/* What was changed, removed, put in or cut off in the journal is found, and nothing else. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/thread.h"
#include "journal/chain.h"
#include "journal/journal.h"
#include "store/open_fixture.h"

static void append(const char *id, int count)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_non_null(tx);
    for (int i = 0; i < count; i++)
        assert_true(journal_append(tx, id, 1000 + i, EVENT_INTENT, i % 2 ? "remove_licenses" : NULL,
                                   json_make("{s:i, s:s}", "n", i, "name", "é <b>"), &err));
    assert_true(tx_commit(&tx, &err));
}

static void sql(const char *text)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_exec(tx, &err, text));
    assert_true(tx_commit(&tx, &err));
}

static json_t *findings(const char *id, struct chain_link *ret_end, int64_t *ret_older)
{
    struct err err;
    json_t *found = NULL;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_true(chain_walk(tx, id, NULL, NULL, ret_end, ret_older, &found, &err));
    return found;
}

/* Exactly one finding, of that kind, at that event. */
static void expect(const char *code, int64_t seq)
{
    struct chain_link end;
    int64_t older;
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 1);
    assert_string_equal(json_text(json_array_get(found, 0), "code"), code);
    assert_int_equal(json_int(json_array_get(found, 0), "seq", -1), seq);
    AUTO_JSON json_t *other = findings("o2", &end, &older);
    assert_int_equal(json_array_size(other), 0);
    assert_int_equal(end.seq, 3);
}

static void what_was_written_is_whole(void **state)
{
    (void)state;
    struct chain_link end, start;
    int64_t older;
    append("o1", 4);
    append("o2", 3);
    append("o1", 1);
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 0);
    assert_int_equal(end.seq, 5);
    assert_int_equal(older, 0);
    AUTO_JSON json_t *none = findings("nobody", &end, &older);
    assert_int_equal(json_array_size(none), 0);
    chain_start("nobody", &start);
    assert_string_equal(end.hash, start.hash);
}

/* As the header tells it, computed by hand with sha256sum. */
static void anybody_can_compute_it(void **state)
{
    (void)state;
    char data[SHA256_TEXT_SIZE];
    struct chain_link link;
    chain_start("o1", &link);
    assert_string_equal(link.hash, "e5b14f3c3007f8f0abd7ad0083de74db3eee8701bea37c3749128d217ea0724f");
    chain_step(&link, 1000, "intent", NULL, sha256_text("{}", 2, data));
    assert_int_equal(link.seq, 1);
    assert_string_equal(link.hash, "105e640245153199c62b8ddab0710c6acde842dd8e40365931246806e03b3647");
}

static void every_kind_of_tampering_is_found(void **state)
{
    (void)state;
    static const struct {
        const char *sql;
        const char *code;
        int64_t seq;
    } cases[] = {
        {"UPDATE events SET data_json = replace(data_json, 'é', 'e') WHERE offboarding_id = 'o1' AND seq = 3",
         "changed", 3},
        {"UPDATE events SET data_json = data_json || ' ' WHERE offboarding_id = 'o1' AND seq = 1", "changed",
         1},
        {"UPDATE events SET at = at + 1 WHERE offboarding_id = 'o1' AND seq = 5", "changed", 5},
        {"UPDATE events SET kind = 'result' WHERE offboarding_id = 'o1' AND seq = 2", "changed", 2},
        {"UPDATE events SET task = NULL WHERE offboarding_id = 'o1' AND seq = 2", "changed", 2},
        {"UPDATE events SET task = 'delete_user' WHERE offboarding_id = 'o1' AND seq = 1", "changed", 1},
        {"DELETE FROM events WHERE offboarding_id = 'o1' AND seq = 1", "removed", 2},
        {"DELETE FROM events WHERE offboarding_id = 'o1' AND seq IN (2, 3)", "removed", 4},
        {"DELETE FROM events WHERE offboarding_id = 'o1' AND seq = 5", "cut_off", 5},
        {"DELETE FROM events WHERE offboarding_id = 'o1'", "cut_off", 5},
        {"DELETE FROM event_chains WHERE offboarding_id = 'o1'", "cut_off", 0},
        {"UPDATE event_chains SET seq = 4 WHERE offboarding_id = 'o1'", "cut_off", 4},
        {"INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ('o1', 1, 'intent', '{}')",
         "inserted", 0},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        sql("DELETE FROM events");
        sql("DELETE FROM event_chains");
        append("o1", 5);
        append("o2", 3);
        sql(cases[i].sql);
        expect(cases[i].code, cases[i].seq);
    }
}

static void an_event_put_in_between_breaks_the_chain(void **state)
{
    (void)state;
    struct chain_link end;
    int64_t older;
    append("o1", 3);
    sql("UPDATE events SET seq = seq + 10 WHERE seq >= 2");
    sql("UPDATE events SET seq = seq - 9 WHERE seq >= 12");
    sql("INSERT INTO events(offboarding_id, at, kind, data_json, seq, hash) "
        "SELECT offboarding_id, at, kind, data_json, 2, hash FROM events WHERE seq = 1");
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 4); /* the new one, the two after it, and the end */
}

static void what_is_older_than_the_chain_is_counted(void **state)
{
    (void)state;
    struct chain_link end;
    int64_t older;
    sql("INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ('o1', 1, 'intent', '{}')");
    append("o1", 2);
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 0);
    assert_int_equal(older, 1);
    assert_int_equal(end.seq, 2);
}

static void what_is_rolled_back_leaves_no_gap(void **state)
{
    (void)state;
    struct err err;
    struct chain_link end;
    int64_t older;
    append("o1", 1);
    {
        AUTO_TX struct tx *tx = store_begin(store, &err);
        assert_true(journal_append(tx, "o1", 5, EVENT_END, NULL, json_object(), &err));
    }
    append("o1", 1);
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 0);
    assert_int_equal(end.seq, 2);
}

static void *append_some(void *arg)
{
    (void)arg;
    for (int i = 0; i < 25; i++)
        append("o1", 2);
    return NULL;
}

static void several_may_write_at_once(void **state)
{
    (void)state;
    struct chain_link end;
    int64_t older;
    pthread_t threads[4];
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start("append", append_some, NULL);
    for (int i = 0; i < 4; i++)
        pthread_join(threads[i], NULL);
    AUTO_JSON json_t *found = findings("o1", &end, &older);
    assert_int_equal(json_array_size(found), 0);
    assert_int_equal(end.seq, 200);
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, open_fixture_make, open_fixture_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(what_was_written_is_whole),
        cmocka_unit_test(anybody_can_compute_it),
        WITH_STORE(every_kind_of_tampering_is_found),
        WITH_STORE(an_event_put_in_between_breaks_the_chain),
        WITH_STORE(what_is_older_than_the_chain_is_counted),
        WITH_STORE(what_is_rolled_back_leaves_no_gap),
        WITH_STORE(several_may_write_at_once),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
