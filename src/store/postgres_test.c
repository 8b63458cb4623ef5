/* What only a PostgreSQL store has to promise: broken connections, several nodes, hints between them. */
#include <arpa/inet.h>
#include <libpq-fe.h>
#include <poll.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdatomic.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "base/rng.h"
#include "base/thread.h"
#include "store/store_fixture.h"

static struct store_fixture fixture;
static struct store *store;

static int make(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    store = store_fixture_open(&fixture);
    return 0;
}

static int removed(void **state)
{
    (void)state;
    store_close(store);
    store_fixture_remove(&fixture);
    return 0;
}

/* As somebody else on the server, on this store's database. */
static int64_t outside(const char *sql)
{
    PGconn *pg = PQconnectdb(fixture.url);
    PGresult *result = PQexec(pg, sql);
    if (PQresultStatus(result) != PGRES_TUPLES_OK && PQresultStatus(result) != PGRES_COMMAND_OK)
        fail_msg("%s: %s", sql, PQerrorMessage(pg));
    int64_t number = PQntuples(result) ? strtoll(PQgetvalue(result, 0, 0), NULL, 10) : 0;
    PQclear(result);
    PQfinish(pg);
    return number;
}

#define KILL_ALL                                                                     \
    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity WHERE datname = " \
    "current_database() AND pid <> pg_backend_pid()"

static int64_t number_of(struct tx *tx, const char *sql)
{
    struct err err;
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, sql);
    if (!rows)
        fail_msg("%s", err.message);
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

/* --- connections that break ---------------------------------------------------------------------------- */

static void f20_a_transaction_goes_on_after_its_connection_was_killed(void **state)
{
    (void)state;
    struct err err;
    assert_true(add_event(store, "a", &err));
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_int_equal(number_of(tx, "SELECT count(*) FROM events"), 1);
    assert_true(tx_exec(tx, &err, "INSERT INTO store_ready(id, touched) VALUES (1, $1)", P_INT(5)));
    assert_true(outside(KILL_ALL) > 0);
    assert_true(tx_exec(tx, &err, "UPDATE store_ready SET touched = touched + 1 WHERE id = 1"));
    assert_int_equal(tx_changes(tx), 1);
    assert_true(outside(KILL_ALL) > 0);
    assert_true(tx_commit(&tx, &err));
    assert_int_equal(outside("SELECT touched FROM store_ready"), 6);
}

static void f20_what_was_decided_on_old_data_is_not_repeated(void **state)
{
    (void)state;
    struct err err;
    assert_true(add_event(store, "a", &err));
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_int_equal(number_of(tx, "SELECT count(*) FROM events"), 1);
    outside(KILL_ALL);
    outside("INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ('b', 1, 'k', '{}')");
    assert_false(tx_exec(tx, &err, "INSERT INTO store_ready(id, touched) VALUES (1, 1)"));
    assert_int_equal(err.kind, ERR_UNREACHABLE);
    assert_false(tx_commit(&tx, &err));
    assert_int_equal(outside("SELECT count(*) FROM store_ready"), 0);
}

#define WRITERS 8
static _Atomic int64_t acknowledged;
static _Atomic bool running;

/* Reads, decides, writes two rows: any half of it would show. */
static void *count_up(void *arg)
{
    (void)arg;
    while (running) {
        struct err err;
        AUTO_TX struct tx *tx = store_begin(store, &err);
        AUTO_ROWS struct rows *rows =
            tx ? tx_query(tx, &err, "SELECT touched FROM store_ready WHERE id = 1 FOR UPDATE") : NULL;
        int64_t was = rows && rows_next(rows) ? row_int(rows, 0) : 0;
        rows_auto_close(&rows);
        if (tx && tx_exec(tx, &err, "UPDATE store_ready SET touched = $1 WHERE id = 1", P_INT(was + 1)) &&
            tx_exec(tx, &err,
                    "INSERT INTO events(offboarding_id, at, kind, data_json) VALUES ('n', $1, 'k', '{}')",
                    P_INT(was + 1)) &&
            tx_commit(&tx, &err))
            acknowledged++;
        else if (err.outcome_unknown || err.kind != ERR_UNREACHABLE)
            return "failed otherwise";
    }
    return NULL;
}

static void f20_nothing_is_lost_or_doubled_in_a_storm_of_killed_connections(void **state)
{
    (void)state;
    pthread_t threads[WRITERS];
    outside("INSERT INTO store_ready(id, touched) VALUES (1, 0)");
    acknowledged = 0;
    running = true;
    for (int i = 0; i < WRITERS; i++)
        threads[i] = thread_start("writer", count_up, NULL);
    for (int i = 0; i < 25; i++) {
        outside(KILL_ALL);
        usleep(30 * 1000);
    }
    int64_t before = acknowledged;
    while (acknowledged < before + 100)
        usleep(1000); /* calm again */
    running = false;
    for (int i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(outside("SELECT touched FROM store_ready"), acknowledged);
    assert_int_equal(outside("SELECT count(DISTINCT at) FROM events"), acknowledged);
    assert_int_equal(outside("SELECT count(*) FROM events"), acknowledged);
    print_message("%d transactions\n", (int)acknowledged);
}

struct crossing {
    int first, second;
};

static void *lock_two(void *arg)
{
    const struct crossing *crossing = arg;
    for (int i = 0; i < 20; i++) {
        struct err err;
        AUTO_TX struct tx *tx = store_begin(store, &err);
        const char *sql = "UPDATE store_ready SET touched = touched + 1 WHERE id = $1";
        if (!tx || !tx_exec(tx, &err, sql, P_INT(crossing->first)))
            return "failed";
        usleep(2000);
        if (!tx_exec(tx, &err, sql, P_INT(crossing->second)) || !tx_commit(&tx, &err))
            return "failed";
    }
    return NULL;
}

static void f20_deadlocks_are_repeated(void **state)
{
    (void)state;
    pthread_t threads[4];
    const struct crossing crossings[] = {{1, 2}, {2, 1}};
    char sql[200];
    snprintf(sql, sizeof sql, "ALTER DATABASE %s SET deadlock_timeout = '10ms'",
             strrchr(fixture.url, '/') + 1);
    outside(sql);
    outside(KILL_ALL); /* so that the store's connections have it, too */
    outside("INSERT INTO store_ready(id, touched) VALUES (1, 0), (2, 0)");
    for (int i = 0; i < 4; i++)
        threads[i] = thread_start("crossing", lock_two, (void *)&crossings[i % 2]);
    for (int i = 0; i < 4; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    assert_int_equal(outside("SELECT min(touched) FROM store_ready"), 80);
}

/* --- a COMMIT whose answer does not arrive ------------------------------------------------------------- */

/* Between the store and the server: passes everything on, and cuts the connection at the first COMMIT. */
struct proxy {
    int listener, server_port, port;
    bool before; /* cut before the server sees it, or after it has answered */
    int cuts;    /* still to make */
};

static int tcp_to(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(fd, (struct sockaddr *)&address, sizeof address), 0);
    return fd;
}

static bool pass(int from, int to, char *bytes, ssize_t *ret_length)
{
    *ret_length = read(from, bytes, 65536);
    return *ret_length > 0 && write(to, bytes, (size_t)*ret_length) == *ret_length;
}

static void proxy_one(struct proxy *proxy, int client)
{
    static char bytes[65536];
    ssize_t length;
    int server = tcp_to(proxy->server_port);
    struct pollfd fds[] = {{client, POLLIN, 0}, {server, POLLIN, 0}};
    while (poll(fds, 2, -1) > 0) {
        if (fds[1].revents && !pass(server, client, bytes, &length))
            break;
        if (!fds[0].revents)
            continue;
        length = recv(client, bytes, sizeof bytes, MSG_PEEK);
        if (length > 0 && proxy->cuts && memmem(bytes, (size_t)length, "COMMIT", 6)) {
            proxy->cuts--;
            if (!proxy->before && pass(client, server, bytes, &length))
                (void)!read(server, bytes, sizeof bytes); /* it has answered; nobody will know */
            break;
        }
        if (length <= 0 || !pass(client, server, bytes, &length))
            break;
    }
    close(server);
    close(client);
}

static void *proxy_run(void *arg)
{
    struct proxy *proxy = arg;
    for (int client; (client = accept(proxy->listener, NULL, NULL)) >= 0;)
        proxy_one(proxy, client); /* one at a time is all this test needs */
    return NULL;
}

static void proxy_open(struct proxy *proxy)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t length = sizeof address;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    proxy->server_port = (int)strtol(strrchr(fixture.url, ':') + 1, NULL, 10);
    proxy->listener = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(proxy->listener, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(proxy->listener, 8), 0);
    assert_int_equal(getsockname(proxy->listener, (struct sockaddr *)&address, &length), 0);
    proxy->port = ntohs(address.sin_port);
}

static void commit_through_proxy(bool before)
{
    struct err err;
    char url[600];
    struct proxy proxy = {.before = before};
    proxy_open(&proxy);
    pthread_t thread = thread_start("proxy", proxy_run, &proxy);
    const char *colon = strrchr(fixture.url, ':');
    snprintf(url, sizeof url, "%.*s:%d%s", (int)(colon - fixture.url), fixture.url, proxy.port,
             strrchr(colon, '/'));
    struct store *through =
        store_connect(url, fixture.directory, &err); /* without the watch's own connection */
    if (!through)
        fail_msg("%s", err.message);
    proxy.cuts = 1;
    if (!add_event(through, "once", &err))
        fail_msg("%s", err.message);
    assert_int_equal(proxy.cuts, 0);
    assert_int_equal(outside("SELECT count(*) FROM events"), 1);
    store_close(through);
    shutdown(proxy.listener, SHUT_RDWR);
    pthread_join(thread, NULL);
    close(proxy.listener);
}

static void f20_a_commit_that_the_server_never_saw_is_repeated(void **state)
{
    (void)state;
    commit_through_proxy(true);
}

static void f20_a_commit_whose_answer_was_lost_counts_once(void **state)
{
    (void)state;
    commit_through_proxy(false);
}

/* --- addresses that are not right ---------------------------------------------------------------------- */

static void expect_refusal(const char *url, enum err_kind kind, const char *words)
{
    struct err err = {0};
    assert_null(store_open(url, fixture.directory, &err));
    if (err.kind != kind || !strstr(err.message, words))
        fail_msg("%s: wanted \"%s\", got \"%s\"", url, words, err.message);
    assert_null(strstr(err.message, "hush"));
    assert_null(strstr(err.message, "secret"));
}

static void the_password_is_in_no_message(void **state)
{
    (void)state;
    char url[600];
    int port = (int)strtol(strrchr(fixture.url, ':') + 1, NULL, 10);
    expect_refusal("postgresql://u:hush-secret@127.0.0.1:1/db", ERR_UNREACHABLE, "cannot be reached");
    expect_refusal("postgresql://u:hush-secret@[::1/db", ERR_CONFIG, "is not an address");
    expect_refusal("postgresql://u@h/db?password=hush-secret&nothing", ERR_CONFIG, "is not an address");
    expect_refusal("postgresql://u@h/db?hush=secret", ERR_CONFIG, "is not an address");
    expect_refusal("postgresql://u:hush-secret@h/db?tcp_user_timeout=9000", ERR_CONFIG, "tcp_user_timeout");
    snprintf(url, sizeof url, "postgresql://lastday:hush-wrong-secret@127.0.0.1:%d/postgres", port);
    expect_refusal(url, ERR_CONFIG, "refused the sign-in");
    snprintf(url, sizeof url, "%s_missing", fixture.url);
    expect_refusal(url, ERR_CONFIG, "no such database");
}

static void a_database_in_another_encoding_is_refused(void **state)
{
    (void)state;
    char url[600], sql[200];
    const char *name = strrchr(fixture.url, '/') + 1;
    snprintf(sql, sizeof sql, "CREATE DATABASE %s_latin ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0",
             name);
    outside(sql);
    snprintf(url, sizeof url, "%s_latin", fixture.url);
    expect_refusal(url, ERR_CONFIG, "UTF8");
    snprintf(sql, sizeof sql, "DROP DATABASE %s_latin WITH (FORCE)", name);
    outside(sql);
}

/* What a server reports that is in trouble; a trigger plays it. */
static void f18_what_the_server_reports_is_told_apart(void **state)
{
    (void)state;
    static const struct {
        const char *sqlstate;
        enum err_kind kind;
        const char *code;
    } cases[] = {{"53100", ERR_STORAGE, STORE_FULL},
                 {"58030", ERR_STORAGE, STORE_FAILED},
                 {"XX001", ERR_STORAGE, STORE_DAMAGED},
                 {"57014", ERR_TIMEOUT, STORE_UNREACHABLE},
                 {"40001", ERR_UNREACHABLE, STORE_UNREACHABLE},
                 {"23514", ERR_CONFLICT, "conflict"},
                 {"42P01", ERR_INTERNAL, "internal"}};
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        struct err err = {0};
        char sql[300];
        snprintf(sql, sizeof sql,
                 "CREATE OR REPLACE FUNCTION trouble() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
                 "RAISE EXCEPTION 'as told' USING ERRCODE = '%s'; END $$",
                 cases[i].sqlstate);
        outside(sql);
        if (i == 0)
            outside("CREATE TRIGGER trouble BEFORE INSERT ON events FOR EACH ROW EXECUTE FUNCTION trouble()");
        assert_false(add_event(store, "a", &err));
        if (err.kind != cases[i].kind || strcmp(err.code, cases[i].code) != 0)
            fail_msg("%s: %s: %s", cases[i].sqlstate, err.code, err.message);
    }
    outside("DROP TRIGGER trouble ON events");
    struct err err;
    assert_true(add_event(store, "a", &err)); /* and goes on as soon as it can */
}

/* Fewer connections than threads: they share what there is. */
static void f20_too_many_clients_are_waited_for(void **state)
{
    (void)state;
    pthread_t threads[WRITERS];
    char sql[200];
    outside("INSERT INTO store_ready(id, touched) VALUES (1, 0)");
    snprintf(sql, sizeof sql, "ALTER DATABASE %s CONNECTION LIMIT 3", strrchr(fixture.url, '/') + 1);
    outside(sql);
    outside("DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = 'few') THEN "
            "CREATE ROLE few LOGIN PASSWORD 'hush-its-a-secret'; END IF; END $$");
    outside("GRANT ALL ON SCHEMA public TO few");
    outside("GRANT ALL ON ALL TABLES IN SCHEMA public TO few");
    outside("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO few");
    char url[600];
    struct err err;
    snprintf(url, sizeof url, "postgresql://few%s", strchr(fixture.url + strlen("postgresql://"), ':'));
    struct store *few = store_connect(url, fixture.directory, &err);
    if (!few)
        fail_msg("%s", err.message);
    struct store *keep = store;
    store = few;
    acknowledged = 0;
    running = true;
    for (int i = 0; i < WRITERS; i++)
        threads[i] = thread_start("writer", count_up, NULL);
    while (acknowledged < 200)
        usleep(1000);
    running = false;
    for (int i = 0; i < WRITERS; i++) {
        void *failed;
        pthread_join(threads[i], &failed);
        assert_null(failed);
    }
    store = keep;
    store_close(few);
    assert_int_equal(outside("SELECT count(*) FROM events"), acknowledged);
}

/* --- several nodes ------------------------------------------------------------------------------------- */

static void *open_one(void *arg)
{
    (void)arg;
    return store_open(fixture.url, fixture.directory, NULL);
}

static void f36_nodes_that_start_at_once_migrate_once(void **state)
{
    (void)state;
    pthread_t threads[6];
    outside("DROP SCHEMA public CASCADE");
    outside("CREATE SCHEMA public");
    for (int i = 0; i < 6; i++)
        threads[i] = thread_start("node", open_one, NULL);
    for (int i = 0; i < 6; i++) {
        struct err err;
        void *opened;
        pthread_join(threads[i], &opened);
        assert_non_null(opened);
        assert_true(add_event(opened, "a", &err));
        store_close(opened);
    }
    assert_int_equal(outside("SELECT count(*) FROM events"), 6);
    assert_int_equal(outside("SELECT count(*) - max(version) FROM schema_version"), 0);
}

static void a_node_that_an_upgrade_left_behind_writes_no_more(void **state)
{
    (void)state;
    struct err err = {0};
    assert_true(add_event(store, "a", &err));
    outside("INSERT INTO schema_version(version) VALUES (999)");
    while (store_ready(store, &err))
        usleep(20 * 1000);
    assert_string_equal(err.code, STORE_NEWER);
    assert_false(add_event(store, "b", &err));
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    assert_non_null(tx); /* readers go on */
}

static void note_wake(void *arg)
{
    ++*(_Atomic int *)arg;
}

static void wait_for(_Atomic int *woken, int more_than)
{
    while (*woken <= more_than)
        usleep(1000);
}

static void nodes_wake_each_other_but_not_themselves(void **state)
{
    (void)state;
    static _Atomic int events, work, own;
    struct store *other = store_fixture_open(&fixture);
    store_watch(store, STORE_EVENTS, note_wake, &events);
    store_watch(store, STORE_WORK, note_wake, &work);
    store_watch(other, STORE_EVENTS, note_wake, &own);
    usleep(200 * 1000); /* both listen by now; if not, the end of this test is reached all the same */
    int before = events, quiet = work, selfish = own;
    while (events == before) {
        store_tell(other, STORE_EVENTS);
        usleep(20 * 1000);
    }
    assert_int_equal(work, quiet);
    store_tell(other, STORE_WORK);
    wait_for(&work, quiet);
    assert_int_equal(own, selfish);
    before = events;
    outside(KILL_ALL);
    wait_for(&events, before); /* again after the connection was lost */
    before = events;
    store_tell(other, STORE_EVENTS);
    wait_for(&events, before);
    store_watch(store, STORE_EVENTS, NULL, NULL);
    store_watch(store, STORE_WORK, NULL, NULL);
    store_close(other);
}

static void a_name_belongs_to_one_living_node(void **state)
{
    (void)state;
    struct store *other = store_fixture_open(&fixture);
    assert_true(store_take_name(store, "ann"));
    assert_true(store_take_name(other, "bob"));
    assert_false(store_take_name(other, "ann"));
    store_close(other);
    other = store_fixture_open(&fixture);
    assert_true(store_take_name(other, "bob"));
    store_close(other);
}

static bool lives(const char *process)
{
    struct err err;
    bool lives;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_process_lives(tx, process, &lives, &err));
    assert_true(tx_commit(&tx, &err));
    return lives;
}

static void wait_until_lives(const char *process, bool wanted)
{
    for (int i = 0; i < 1000 && lives(process) != wanted; i++)
        usleep(10000);
    assert_int_equal(lives(process), wanted);
}

/* A process is known by its connection: found again after that was lost, and gone when it has ended. */
static void others_see_whether_a_process_lives(void **state)
{
    (void)state;
    char process[UUID_SIZE];
    struct store *other = store_fixture_open(&fixture);
    snprintf(process, sizeof process, "%s", store_process(other));
    assert_string_not_equal(process, store_process(store));
    wait_until_lives(process, true);
    wait_until_lives(store_process(store), true);
    outside("SELECT count(pg_terminate_backend(pid, 5000)) FROM pg_stat_activity WHERE datname = "
            "current_database() AND pid <> pg_backend_pid()"); /* and waits until they are gone */
    wait_until_lives(process, true);
    store_close(other);
    wait_until_lives(process, false);
    other = store_fixture_open(&fixture);
    assert_false(lives(process)); /* another start is another process */
    wait_until_lives(store_process(other), true);
    store_close(other);
    assert_false(lives("nobody"));
}

static void leases_count_by_the_servers_clock(void **state)
{
    (void)state;
    struct err err;
    struct lease_base first, second, read;
    AUTO_TX struct tx *tx = store_begin(store, &err);
    assert_true(tx_lease_base(tx, 12345, &first, &err));
    tx_auto_rollback(&tx);
    assert_true(first.now > INT64_C(1700000000000));
    assert_true(first.epoch_floor >= INT64_C(1) << 32);
    tx = store_begin(store, &err);
    assert_true(tx_lease_base(tx, 12345, &second, &err));
    assert_true(second.now >= first.now);
    assert_true(second.epoch_floor == first.epoch_floor);
    tx_auto_rollback(&tx);
    tx = store_begin_read(store, &err);
    assert_true(tx_lease_base(tx, 12345, &read, &err));
    assert_true(read.now >= second.now);
    assert_true(read.epoch_floor == first.epoch_floor);
}

static void backups_are_the_servers_business(void **state)
{
    (void)state;
    struct err err;
    assert_false(store_backup(store, "/tmp/copy", &err));
    assert_non_null(strstr(err.message, "pg_dump"));
}

#define WITH_STORE(test) cmocka_unit_test_setup_teardown(test, make, removed)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_STORE(f20_a_transaction_goes_on_after_its_connection_was_killed),
        WITH_STORE(f20_what_was_decided_on_old_data_is_not_repeated),
        WITH_STORE(f20_nothing_is_lost_or_doubled_in_a_storm_of_killed_connections),
        WITH_STORE(f20_deadlocks_are_repeated),
        WITH_STORE(f20_a_commit_that_the_server_never_saw_is_repeated),
        WITH_STORE(f20_a_commit_whose_answer_was_lost_counts_once),
        WITH_STORE(the_password_is_in_no_message),
        WITH_STORE(a_database_in_another_encoding_is_refused),
        WITH_STORE(f18_what_the_server_reports_is_told_apart),
        WITH_STORE(f20_too_many_clients_are_waited_for),
        WITH_STORE(f36_nodes_that_start_at_once_migrate_once),
        WITH_STORE(a_node_that_an_upgrade_left_behind_writes_no_more),
        WITH_STORE(nodes_wake_each_other_but_not_themselves),
        WITH_STORE(a_name_belongs_to_one_living_node),
        WITH_STORE(others_see_whether_a_process_lives),
        WITH_STORE(leases_count_by_the_servers_clock),
        WITH_STORE(backups_are_the_servers_business),
    };
    return cmocka_run_group_tests(tests, NULL, NULL);
}
