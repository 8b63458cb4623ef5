#include "cli/backup.h"

#include <limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cli/local.h"
#include "cli/screen.h"
#include "cli/settings.h"
#include "journal/restored.h"
#include "store/restore.h"

struct backup {
    const char *config_path;
    char *file; /* NULL for a command that takes none */
    bool takes_file;
};

static error_t parse(int key, char *arg, struct argp_state *state)
{
    struct backup *backup = state->input;
    switch (key) {
    case ARGP_KEY_INIT:
        state->child_inputs[0] = &backup->config_path;
        return 0;
    case ARGP_KEY_ARG:
        if (backup->file || !backup->takes_file)
            argp_usage(state);
        backup->file = arg;
        return 0;
    case ARGP_KEY_END:
        if (!backup->file && backup->takes_file)
            argp_error(state, "FILE is missing");
        return 0;
    default:
        return ARGP_ERR_UNKNOWN;
    }
}

static const struct config *load(struct backup *backup, const char *args, const char *doc, int argc,
                                 char **argv, struct arena *arena, struct err *err)
{
    const struct argp_child children[] = {{&settings_argp, 0, NULL, 0}, {0}};
    const struct argp argp = {.parser = parse, .args_doc = args, .doc = doc, .children = children};
    argp_parse(&argp, argc, argv, 0, NULL, backup);
    return settings_load(arena, backup->config_path, err);
}

/* --- backup -------------------------------------------------------------------------------------------- */

/* The server has another working directory. */
static const char *whole_path(struct arena *arena, const char *file, struct err *err)
{
    char folder[PATH_MAX];
    if (*file == '/')
        return file;
    if (getcwd(folder, sizeof folder))
        return arena_printf(arena, "%s/%s", folder, file);
    err_set(err, ERR_INPUT, "the current folder has no name any more; give the whole path of the file");
    return NULL;
}

static bool back_up_alone(const struct config *config, const char *path, struct err *err)
{
    struct store *store = store_open(config->store_url, config->server_data_dir, err);
    bool done = store && store_backup(store, path, err);
    store_close(store);
    return done;
}

static bool back_up(const struct config *config, const char *path, struct err *err)
{
    bool running = false;
    AUTO_JSON json_t *request = json_make("{s:s, s:s}", "do", "backup", "path", path);
    AUTO_JSON json_t *answer = local_ask(config->server_data_dir, request, &running, err);
    return running ? answer != NULL : back_up_alone(config, path, err);
}

int admin_backup(int argc, char **argv)
{
    struct backup backup = {.takes_file = true};
    struct err err = {0};
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = load(&backup, "FILE",
                                       "Copies the SQLite store into FILE while the server goes on working. "
                                       "The copy is complete or not there "
                                       "at all. The master key is not in it: keep it elsewhere.",
                                       argc, argv, arena, &err);
    const char *path = config ? whole_path(arena, backup.file, &err) : NULL;
    if (!path || !back_up(config, path, &err))
        return command_fail(&err);
    fprintf(stderr, "the store was copied to %s\n", path);
    return EXIT_DONE;
}

/* --- restore ------------------------------------------------------------------------------------------- */

/* The planned ones that were missed, held; NULL with err set. */
static json_t *hold_missed(const char *url, const char *data_dir, struct err *err)
{
    struct store *store = store_open(url, data_dir, err);
    if (!store)
        return NULL;
    AUTO_JSON json_t *held = NULL;
    {
        AUTO_TX struct tx *tx = store_begin(store, err);
        held = tx ? restored_hold_missed(tx, clock_utc_ms(clock_system()), err) : NULL;
        if (held && !tx_commit(&tx, err)) {
            json_decref(held);
            held = NULL;
        }
    }
    store_close(store);
    return json_incref(held);
}

static void say_held(const json_t *held)
{
    size_t i;
    json_t *one;
    if (json_array_size(held))
        fputs("these were due since the backup was made and are held in \"needs attention\":\n", stderr);
    json_array_foreach ((json_t *)held, i, one) {
        fputs("  ", stdout);
        screen_text(stdout, json_text(one, "id"));
        fputs("  ", stdout);
        screen_text(stdout, json_text_or(one, "due_at", ""));
        fputs("  ", stdout);
        screen_text(stdout, json_text(one, "user_principal_name"));
        putchar('\n');
    }
}

/* First the copy is put right, then it takes the store's place. */
static bool restore(const struct config *config, const char *file, struct err *err)
{
    const char *aside;
    struct restore *restoring = restore_begin(config->store_url, config->server_data_dir, file, err);
    AUTO_JSON json_t *held =
        restoring ? hold_missed(restore_url(restoring), config->server_data_dir, err) : NULL;
    bool done = held && restore_finish(restoring, &aside, err);
    if (done) {
        fprintf(stderr, "the store was restored from %s", file);
        fprintf(stderr, *aside ? "; the one before is %s\n" : "%s\n", aside);
        say_held(held);
    }
    restore_free(restoring);
    return done;
}

int admin_restore(int argc, char **argv)
{
    struct backup backup = {.takes_file = true};
    struct err err = {0};
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = load(&backup, "FILE",
                                       "Puts a backup in the place of the SQLite store; the server must be "
                                       "stopped. The old store is kept beside "
                                       "it. What was planned for a time since the backup is not run but "
                                       "listed, and waits for a person; what was "
                                       "under way goes on, and finds what had been done already.",
                                       argc, argv, arena, &err);
    if (!config || !config_make_data_dir(config, &err) || !restore(config, backup.file, &err))
        return command_fail(&err);
    return EXIT_DONE;
}

int admin_after_restore(int argc, char **argv)
{
    struct backup backup = {0};
    struct err err = {0};
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config =
        load(&backup, NULL,
             "To be run once after PostgreSQL was restored from a dump or to an earlier time, before any "
             "node starts: "
             "what was planned for a time since then is listed, and waits for a person.",
             argc, argv, arena, &err);
    AUTO_JSON json_t *held = config ? hold_missed(config->store_url, config->server_data_dir, &err) : NULL;
    if (!held)
        return command_fail(&err);
    say_held(held);
    return EXIT_DONE;
}
