/* The local socket: one question, one answer, and every way in which there is nobody to ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/arena.h"
#include "cli/local.h"

static char folder[] = "/tmp/lastday-local-XXXXXX";

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    return rmdir(folder); /* fails when the socket was left behind */
}

static json_t *echo(void *context, const json_t *request, struct err *err)
{
    int *calls = context;
    ++*calls;
    if (json_flag(request, "refuse")) {
        err_code(err, ERR_CONFLICT, "account_exists", "there is an account of this name");
        return NULL;
    }
    return json_make("{s:O}", "heard", request);
}

static void a_question_gets_its_answer(void **state)
{
    (void)state;
    int calls = 0;
    bool running = false;
    struct err err = {0};
    struct local *local = local_start(folder, echo, &calls, &err);
    assert_non_null(local);
    AUTO_JSON json_t *request = json_make("{s:s}", "name", "ädä");
    AUTO_JSON json_t *answer = local_ask(folder, request, &running, &err);
    assert_true(running);
    assert_string_equal(json_text(json_object_get(answer, "heard"), "name"), "ädä");
    AUTO_JSON json_t *refused = json_make("{s:b}", "refuse", 1);
    assert_null(local_ask(folder, refused, &running, &err));
    assert_true(running);
    assert_int_equal(err.kind, ERR_CONFLICT);
    assert_string_equal(err.code, "account_exists");
    assert_string_equal(err.message, "there is an account of this name");
    assert_int_equal(calls, 2);
    local_stop(local);
}

static void without_a_server_nothing_is_asked(void **state)
{
    (void)state;
    bool running = true;
    struct err err = {0};
    AUTO_JSON json_t *request = json_object();
    assert_null(local_ask(folder, request, &running, &err));
    assert_false(running);
    assert_null(local_ask("/nowhere/at/all", request, &running, &err));
    assert_false(running);
    assert_int_equal(err.kind, ERR_NONE);
}

static void the_socket_is_the_owners_and_replaces_a_dead_one(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    int calls = 0;
    struct err err = {0};
    struct stat is;
    char *path = arena_printf(arena, "%s/admin.sock", folder);
    FILE *left = fopen(path, "w");
    fclose(left);
    struct local *local = local_start(folder, echo, &calls, &err);
    assert_non_null(local);
    assert_int_equal(stat(path, &is), 0);
    assert_true(S_ISSOCK(is.st_mode));
    assert_int_equal(is.st_mode & 0777, 0600);
    local_stop(local);
    assert_int_not_equal(access(path, F_OK), 0);
    assert_null(local_start("/nowhere/at/all", echo, &calls, &err));
    assert_non_null(strstr(err.message, "server.data_dir: cannot make the socket"));
}

static void what_is_not_json_or_too_long_is_refused(void **state)
{
    (void)state;
    int calls = 0;
    bool running;
    struct err err = {0};
    struct local *local = local_start(folder, echo, &calls, &err);
    char *huge = calloc(1, 100 * 1024);
    memset(huge, 'x', 100 * 1024 - 1);
    AUTO_JSON json_t *request = json_make("{s:s}", "name", huge);
    assert_null(local_ask(folder, request, &running, &err));
    assert_true(running);
    assert_int_equal(calls, 0);
    free(huge);
    local_stop(local);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_question_gets_its_answer),
        cmocka_unit_test(without_a_server_nothing_is_asked),
        cmocka_unit_test(the_socket_is_the_owners_and_replaces_a_dead_one),
        cmocka_unit_test(what_is_not_json_or_too_long_is_refused),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
