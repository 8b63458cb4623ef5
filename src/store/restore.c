#include "store/restore.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/sqlite_backup.h"
#include "store/sqlite_file.h"
#include "store/store.h"

#define PATH_BYTES 4200
/* Events that were told after the backup are gone; their ids must not come back for others. */
#define SKIP_IDS "UPDATE sqlite_sequence SET seq = seq + 1000000 WHERE name = 'events'"

struct restore {
    struct sqlite_file *file; /* of the store; locked */
    char copy[PATH_BYTES], url[PATH_BYTES], aside[PATH_BYTES];
};

static bool cannot(const char *verb, const char *path, struct err *err)
{
    return err_set(err, ERR_STORAGE, "cannot %s %s: %s", verb, path, strerror(errno));
}

static const char *joined(char ret[PATH_BYTES], const char *path, const char *ending)
{
    snprintf(ret, PATH_BYTES, "%s%s", path, ending);
    return ret;
}

static void remove_with(const char *path, const char *ending)
{
    char name[PATH_BYTES];
    unlink(joined(name, path, ending));
}

static void remove_copy(const struct restore *restore)
{
    static const char *const endings[] = {"", "-wal", "-shm", ".lock"};
    for (size_t i = 0; i < sizeof endings / sizeof *endings; i++)
        remove_with(restore->copy, endings[i]);
}

static bool skip_ids(const char *path, struct err *err)
{
    sqlite3 *db = NULL;
    int code = sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(db, SKIP_IDS, NULL, NULL, NULL);
    if (code != SQLITE_OK)
        err_code(err, ERR_STORAGE, STORE_DAMAGED, "the backup cannot be opened: %s", sqlite3_errmsg(db));
    sqlite3_close(db);
    return code == SQLITE_OK;
}

struct restore *restore_begin(const char *url, const char *data_dir, const char *backup, struct err *err)
{
    static const char scheme[] = "sqlite:";
    if (strncmp(url, scheme, strlen(scheme)) != 0) {
        err_set(err, ERR_INPUT,
                "This store is PostgreSQL: stop all nodes, restore with pg_restore --clean --if-exists "
                "--dbname=URL "
                "FILE, then run `lastday admin after-restore` before the nodes start again.");
        return NULL;
    }
    struct restore *restore = must(calloc(1, sizeof *restore));
    /* A log that is missing is what one restores for: only the lock counts here. */
    restore->file = sqlite_file_lock(url + strlen(scheme), data_dir, err);
    if (!restore->file) {
        free(restore);
        return NULL;
    }
    joined(restore->copy, sqlite_file_path(restore->file), ".restoring");
    snprintf(restore->url, sizeof restore->url, "%s%.4000s", scheme, restore->copy);
    remove_copy(restore);
    if (sqlite_backup_unpack(backup, restore->copy, err) && skip_ids(restore->copy, err))
        return restore;
    restore_free(restore);
    return NULL;
}

const char *restore_url(const struct restore *restore)
{
    return restore->url;
}

static void name_aside(struct restore *restore)
{
    char when[32], name[64];
    struct timespec now;
    struct tm utc;
    clock_gettime(CLOCK_REALTIME, &now);
    gmtime_r(&now.tv_sec, &utc);
    strftime(when, sizeof when, "%Y%m%dT%H%M%S", &utc);
    snprintf(name, sizeof name, ".before-%s.%03ldZ", when, now.tv_nsec / 1000000);
    joined(restore->aside, sqlite_file_path(restore->file), name);
}

/* The log goes with its database; SQLite would play it into the new one. */
static bool put_aside(struct restore *restore, const char *path, struct err *err)
{
    char from[PATH_BYTES], to[PATH_BYTES];
    if (access(path, F_OK) != 0)
        return true;
    name_aside(restore);
    if (rename(joined(from, path, "-wal"), joined(to, restore->aside, "-wal")) != 0 && errno != ENOENT)
        return cannot("move", from, err);
    remove_with(path, "-shm");
    return link(path, restore->aside) == 0 || cannot("keep the old store as", restore->aside, err);
}

bool restore_finish(struct restore *restore, const char **ret_aside, struct err *err)
{
    const char *path = sqlite_file_path(restore->file);
    char folder[PATH_BYTES];
    *ret_aside = restore->aside;
    if (!put_aside(restore, path, err))
        return false;
    if (rename(restore->copy, path) != 0)
        return cannot("put the backup in place as", path, err);
    sqlite_file_replaced(restore->file);
    joined(folder, path, "");
    int fd = open(dirname(folder), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = (fd >= 0 && fsync(fd) == 0) || cannot("write the folder of", path, err);
    if (fd >= 0)
        close(fd);
    return good;
}

void restore_free(struct restore *restore)
{
    if (!restore)
        return;
    remove_copy(restore);
    sqlite_file_free(restore->file);
    free(restore);
}
