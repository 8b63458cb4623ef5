#include "store/sqlite_file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/store.h"

#define PATH_BYTES 4096
#define MARK "open\n"
#define ROOM (1024 * 1024)

#define WHAT_TO_DO                                                                                           \
    "Nothing is started with it. Keep the file and its -wal aside, restore the newest backup with `lastday " \
    "admin "                                                                                                 \
    "restore FILE`, and start again"

struct sqlite_file {
    int lock_fd;
    bool checked; /* the mark is set */
    struct stat database, log;
    char path[PATH_BYTES], log_path[PATH_BYTES], lock_path[PATH_BYTES];
};

static bool mark_is_set(const struct sqlite_file *file)
{
    char text[sizeof MARK] = "";
    return pread(file->lock_fd, text, sizeof MARK - 1, 0) > 0 && strcmp(text, MARK) == 0;
}

/* Not being able to is no reason to stop: the mark only helps to see damage. */
static void mark(const struct sqlite_file *file, bool set)
{
    bool done = set ? pwrite(file->lock_fd, MARK, sizeof MARK - 1, 0) > 0 : ftruncate(file->lock_fd, 0) == 0;
    if (done)
        fsync(file->lock_fd);
}

static bool lock(struct sqlite_file *file, struct err *err)
{
    file->lock_fd = open(file->lock_path, O_RDWR | O_CREAT | O_CLOEXEC, 0600);
    if (file->lock_fd < 0)
        return err_code(err, ERR_STORAGE, errno == ENOSPC ? STORE_FULL : STORE_FAILED, "cannot create %s: %s",
                        file->lock_path, strerror(errno));
    return flock(file->lock_fd, LOCK_EX | LOCK_NB) == 0 ||
           err_set(err, ERR_CONFIG,
                   "another Lastday has this store open (%s). Stop it first, or use its address.",
                   file->path);
}

static bool log_is_there(const struct sqlite_file *file, struct err *err)
{
    return !mark_is_set(file) || access(file->path, F_OK) != 0 || access(file->log_path, F_OK) == 0 ||
           err_code(err, ERR_STORAGE, STORE_DAMAGED,
                    "The store %s was not closed properly, and its write-ahead log %s is missing: what was "
                    "recorded "
                    "last is lost. " WHAT_TO_DO ". To go on without what is lost, delete %s.",
                    file->path, file->log_path, file->lock_path);
}

struct sqlite_file *sqlite_file_lock(const char *rest, const char *data_dir, struct err *err)
{
    struct sqlite_file *file = must(calloc(1, sizeof *file));
    file->lock_fd = -1;
    bool whole = *rest == '/';
    int length =
        snprintf(file->path, sizeof file->path, "%s%s%s", whole ? "" : data_dir, whole ? "" : "/", rest);
    snprintf(file->log_path, sizeof file->log_path, "%s-wal", file->path);
    snprintf(file->lock_path, sizeof file->lock_path, "%s.lock", file->path);
    if ((length < PATH_BYTES - 100 || err_set(err, ERR_CONFIG, "store.url: the path is too long")) &&
        lock(file, err))
        return file;
    sqlite_file_free(file);
    return NULL;
}

struct sqlite_file *sqlite_file_open(const char *rest, const char *data_dir, struct err *err)
{
    struct sqlite_file *file = sqlite_file_lock(rest, data_dir, err);
    if (!file || log_is_there(file, err))
        return file;
    sqlite_file_free(file);
    return NULL;
}

void sqlite_file_free(struct sqlite_file *file)
{
    if (file && file->lock_fd >= 0)
        close(file->lock_fd);
    free(file);
}

const char *sqlite_file_path(const struct sqlite_file *file)
{
    return file->path;
}

/* "ok", or a headline and what is wrong on the next line. */
static int take_first(void *arg, int columns, char **values, char **names)
{
    char *words = arg;
    (void)columns, (void)names;
    const char *text = values[0] ? values[0] : "";
    const char *line_end = strchr(text, '\n');
    snprintf(words, 200, "%.199s", line_end ? line_end + 1 : text);
    words[strcspn(words, "\n")] = '\0';
    return 0;
}

bool sqlite_file_check(struct sqlite_file *file, sqlite3 *db, struct err *err)
{
    char words[200] = "it cannot be read";
    int code = sqlite3_exec(db, "PRAGMA quick_check(1)", take_first, words, NULL);
    if (code != SQLITE_OK)
        snprintf(words, sizeof words, "%s", sqlite3_errmsg(db));
    if (code != SQLITE_OK || strcmp(words, "ok") != 0)
        return err_code(err, ERR_STORAGE, STORE_DAMAGED, "The store %s is damaged (%s). " WHAT_TO_DO ".",
                        file->path, words);
    if (stat(file->path, &file->database) != 0)
        return err_code(err, ERR_STORAGE, STORE_FAILED, "The store %s is gone: %s.", file->path,
                        strerror(errno));
    if (stat(file->log_path, &file->log) != 0)
        file->log = (struct stat){0};
    mark(file, true);
    file->checked = true;
    return true;
}

static bool is_same(const char *path, const struct stat *was)
{
    struct stat is;
    return !was->st_ino || (stat(path, &is) == 0 && is.st_ino == was->st_ino && is.st_dev == was->st_dev);
}

bool sqlite_file_in_place(const struct sqlite_file *file, struct err *err)
{
    return (is_same(file->path, &file->database) && is_same(file->log_path, &file->log)) ||
           err_code(err, ERR_STORAGE, STORE_FAILED,
                    "The store %s was moved, deleted or replaced under the running server. Put database and "
                    "write-ahead log back and start the server again.",
                    file->path);
}

bool sqlite_file_has_room(const struct sqlite_file *file, struct err *err)
{
    struct statvfs disk;
    return statvfs(file->path, &disk) != 0 || disk.f_bavail * disk.f_frsize >= ROOM ||
           err_code(err, ERR_STORAGE, STORE_FULL,
                    "The disk that holds the store %s is full: it has less than %d KiB left.", file->path,
                    ROOM / 1024);
}

void sqlite_file_closing(struct sqlite_file *file)
{
    if (file && file->checked && sqlite_file_in_place(file, NULL))
        mark(file, false);
}

void sqlite_file_replaced(struct sqlite_file *file)
{
    mark(file, false);
}
