/* The configuration: where a value may come from, and the one line that each mistake gets. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/text.h"
#include "config/config.h"

static char folder[] = "/tmp/lastday-config-XXXXXX";

static const char *file_with(const char *name, const char *text)
{
    static char path[200];
    snprintf(path, sizeof path, "%s/%s", folder, name);
    FILE *file = fopen(path, "w");
    fputs(text, file);
    fclose(file);
    return path;
}

static int make_folder(void **state)
{
    (void)state;
    return mkdtemp(folder) ? 0 : -1;
}

static int drop_folder(void **state)
{
    (void)state;
    char command[300];
    snprintf(command, sizeof command, "rm -rf '%s'", folder);
    return system(command);
}

static void defaults_are_those_of_the_manual(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    const char *const environment[] = {"HOME=/home/ada", "PATH=/bin", "LASTDAY", NULL};
    const struct config *config = config_load(arena, file_with("empty.conf", ""), environment, NULL, &err);
    assert_non_null(config);
    assert_string_equal(config->server_listen, "127.0.0.1:8080");
    assert_string_equal(config->server_public_url, "http://127.0.0.1:8080");
    assert_string_equal(config->microsoft_graph_url, "https://graph.microsoft.com");
    assert_null(config->microsoft_sharepoint_url);
    assert_null(config->app_client_secret.text);
    assert_int_equal(config->engine_workers, 64);
    assert_int_equal(config->engine_lease_seconds, 30);
    assert_null(config->server_trusted_proxies[0]);
    assert_string_equal(config->server_data_dir,
                        geteuid() == 0 ? "/var/lib/lastday" : "/home/ada/.local/share/lastday");
    assert_string_equal(strrchr(config->secrets_master_key_file, '/'), "/master.key");
    assert_string_equal(config->store_url, "sqlite:lastday.db");
}

static void file_then_environment_then_command_line(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    const char *secret = arena_text(arena, file_with("secret", "from-file\n"));
    const char *const environment[] = {"LASTDAY_ENGINE_WORKERS=8",
                                       "LASTDAY_MICROSOFT_GRAPH_URL=http://127.0.0.1:1/graph/",
                                       "LASTDAY_TOKEN=x",
                                       "LASTDAY_URL=y",
                                       arena_printf(arena, "LASTDAY_APP_CLIENT_SECRET_FILE=%s", secret),
                                       NULL};
    const struct config_override overrides[] = {{"server.listen", "[::1]:0", "--port"}, {0}};
    const struct config *config = config_load(
        arena,
        file_with("some.conf", "; a comment\n[engine]\nworkers = 4\nlease_seconds = 9\n[server]\n"
                               "listen = :99\ntrusted_proxies = 10.0.0.1, ::1 10.0.0.2\t10.0.0.3  10.0.0.4\n"
                               "[app]\nclient_id = abc\nclient_secret = other\n"),
        environment, overrides, &err);
    assert_non_null(config);
    assert_int_equal(config->engine_workers, 8);
    assert_int_equal(config->engine_lease_seconds, 9);
    assert_string_equal(config->server_listen, "[::1]:0");
    assert_string_equal(config->microsoft_graph_url, "http://127.0.0.1:1/graph");
    assert_string_equal(config->app_client_secret.text, "from-file");
    assert_string_equal(config->server_trusted_proxies[0], "10.0.0.1");
    assert_string_equal(config->server_trusted_proxies[1], "::1");
    assert_string_equal(config->server_trusted_proxies[2], "10.0.0.2"); /* blanks part them too */
    assert_string_equal(config->server_trusted_proxies[3], "10.0.0.3");
    assert_string_equal(config->server_trusted_proxies[4], "10.0.0.4");
    assert_null(config->server_trusted_proxies[5]);
    assert_string_equal(config->origins[SETTING_engine_workers], "LASTDAY_ENGINE_WORKERS");
    assert_string_equal(config->origins[SETTING_server_listen], "--port");
    assert_string_equal(strrchr(config->origins[SETTING_engine_lease_seconds], '/'), "/some.conf:4");
}

static void every_mistake_names_its_place(void **state)
{
    (void)state;
    static const struct {
        const char *file;
        const char *variable;
        const char *message; /* "@" stands for the file */
    } cases[] = {
        {"[server]\nlistn = x\n", NULL,
         "@:2: server.listn: there is no such setting; did you mean server.listen?"},
        {"[nowhere]\nfoo = x\n", NULL, "@:2: nowhere.foo: there is no such setting"},
        {"\n\nlisten = x\n", NULL, "@:3: listen: there is no such setting"},
        {"[server]\nlisten = 8080\n", NULL,
         "@:2: server.listen: \"8080\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"},
        {"[server]\nlisten = ::1:80\n", NULL,
         "@:2: server.listen: \"::1:80\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"},
        {"[server]\nlisten = a:65536\n", NULL,
         "@:2: server.listen: \"a:65536\" is not ADDRESS:PORT, such as 127.0.0.1:8080 or [::1]:8080"},
        {"[engine]\nworkers = many\n", NULL,
         "@:2: engine.workers: \"many\" is not a whole number from 1 to 1024"},
        {"[engine]\nworkers = 0\n", NULL, "@:2: engine.workers: \"0\" is not a whole number from 1 to 1024"},
        {"[engine]\nworkers = 1\nworkers = 2\n", NULL, "@:3: engine.workers: this setting is given twice"},
        {"[logging]\nlevel = in\n", NULL, "@:2: logging.level: \"in\" is not one of debug|info|warn|error"},
        {"[microsoft]\ngraph_url = ftp://x\n", NULL,
         "@:2: microsoft.graph_url: not an address such as https://host:port/path (no user, query or "
         "fragment)"},
        {"[microsoft]\ngraph_url = https://u:p@h/\n", NULL,
         "@:2: microsoft.graph_url: not an address such as https://host:port/path (no user, query or "
         "fragment)"},
        {"[store]\nurl = mysql://x\n", NULL, "@:2: store.url: a store is sqlite:FILE or postgresql://..."},
        {"[server\n", NULL, "@:1: not [section], key = value or a comment"},
        {"[server]\nwhat\n", NULL, "@:2: not [section], key = value or a comment"},
        {"[app]\nclient_id = a\nclient_secret_file = /nowhere/at/all\n", NULL,
         "@:3: app.client_secret_file: cannot open /nowhere/at/all: No such file or directory"},
        {"[app]\nclient_id = a\nclient_secret = x\nclient_secret_file = /dev/null\n", NULL,
         "@:4: app.client_secret_file: this setting is given twice"},
        {"[server]\ntls_key = /k\n", NULL,
         "@:2: server.tls_key: this needs server.tls_certificate too, which is not set"},
        {"", "LASTDAY_ENGINE_WORKERS=x",
         "LASTDAY_ENGINE_WORKERS: engine.workers: \"x\" is not a whole number from 1 to 1024"},
        {"", "LASTDAY_ENGINE_WORKER=1",
         "LASTDAY_ENGINE_WORKER: engine.worker: there is no such setting; did you mean engine.workers?"},
        {"", "LASTDAY_SERVER_DATA_DIR=\xff",
         "LASTDAY_SERVER_DATA_DIR: server.data_dir: the value is not UTF-8"},
    };
    for (size_t i = 0; i < sizeof cases / sizeof *cases; i++) {
        AUTO_ARENA struct arena *arena = arena_new();
        struct err err = {0};
        const char *path = file_with("bad.conf", cases[i].file);
        const char *const environment[] = {cases[i].variable, NULL};
        assert_null(config_load(arena, path, environment, NULL, &err));
        const char *want = cases[i].message[0] == '@'
                               ? arena_printf(arena, "%s%s", path, cases[i].message + 1)
                               : cases[i].message;
        assert_string_equal(err.message, want);
        assert_int_equal(err.kind, ERR_CONFIG);
    }
}

static void a_line_that_would_be_cut_is_refused(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    char text[600];
    snprintf(text, sizeof text, "[app]\nrefresh_token = %0400d\n", 1);
    assert_null(config_load(arena, file_with("long.conf", text), NULL, NULL, &err));
    assert_non_null(strstr(err.message, "long.conf:2: the line is longer than"));
    assert_null(strstr(err.message, "00000"));
    assert_null(config_load(arena, "/nowhere/lastday.conf", NULL, NULL, &err));
    assert_string_equal(err.message, "cannot read the configuration file: cannot open /nowhere/lastday.conf: "
                                     "No such file or directory");
}

static void printing_cuts_secrets(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    const char *const environment[] = {
        "LASTDAY_STORE_URL=postgresql://ann:hush@db/x?password=hush&port=1&sslpassword=hush",
        "LASTDAY_APP_CLIENT_ID=i", "LASTDAY_APP_CLIENT_SECRET=hush", NULL};
    char *text = NULL;
    size_t length;
    const struct config *config = config_load(arena, NULL, environment, NULL, &err);
    FILE *out = open_memstream(&text, &length);
    config_print(config, out);
    fclose(out);
    assert_null(strstr(text, "hush"));
    assert_non_null(
        strstr(text, "store.url = postgresql://ann:(cut)@db/x?password=(cut)&port=1&sslpassword=(cut)  ; "
                     "LASTDAY_STORE_URL\n"));
    assert_non_null(strstr(text, "app.client_secret = (set)  ; LASTDAY_APP_CLIENT_SECRET\n"));
    assert_non_null(strstr(text, "app.refresh_token = (not set)  ; default\n"));
    free(text);
}

static void the_sample_file_loads(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    config_print_sample(out);
    fclose(out);
    assert_non_null(config_load(arena, file_with("sample.conf", text), NULL, NULL, &err));
    free(text);
}

static void the_data_folder_is_made_for_the_owner_alone(void **state)
{
    (void)state;
    AUTO_ARENA struct arena *arena = arena_new();
    struct err err = {0};
    struct stat is;
    const char *deep = arena_printf(arena, "%s/a/b/c", folder);
    struct config_override overrides[] = {{"server.data_dir", deep, "test"}, {0}};
    const struct config *config = config_load(arena, file_with("empty.conf", ""), NULL, overrides, &err);
    assert_true(config_make_data_dir(config, &err));
    assert_true(config_make_data_dir(config, &err));
    assert_int_equal(stat(deep, &is), 0);
    assert_int_equal(is.st_mode & 0777, 0700);
    overrides[0].value = arena_printf(arena, "%s/x", file_with("plain", ""));
    config = config_load(arena, file_with("empty.conf", ""), NULL, overrides, &err);
    assert_false(config_make_data_dir(config, &err));
    assert_non_null(strstr(err.message, "server.data_dir: "));
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(defaults_are_those_of_the_manual),
        cmocka_unit_test(file_then_environment_then_command_line),
        cmocka_unit_test(every_mistake_names_its_place),
        cmocka_unit_test(a_line_that_would_be_cut_is_refused),
        cmocka_unit_test(printing_cuts_secrets),
        cmocka_unit_test(the_sample_file_loads),
        cmocka_unit_test(the_data_folder_is_made_for_the_owner_alone),
    };
    return cmocka_run_group_tests(tests, make_folder, drop_folder);
}
