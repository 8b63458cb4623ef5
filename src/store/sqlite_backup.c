#include "store/sqlite_backup.h"

#include <errno.h>
#include <fcntl.h>
#include <libgen.h>
#include <sodium.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/memory.h"
#include "base/text.h"
#include "store/store.h"

#define PAGES_AT_ONCE 256 /* 1 MiB */
#define BUSY_MAX 2500     /* some 5 s */
#define CHUNK ((size_t)64 * 1024)

/* The last bytes of a backup. */
#define MAGIC "LASTDAY BACKUP 1"
struct seal {
    char magic[sizeof MAGIC - 1];
    uint8_t size[8]; /* of what is before, lowest byte first */
    uint8_t hash[crypto_generichash_BYTES];
};
_Static_assert(sizeof(struct seal) == 16 + 8 + 32, "no holes");

struct sqlite_backup {
    sqlite3 *copy;
    sqlite3_backup *work;
    int busy;
    char path[4096], part[4096];
};

static bool cannot(const char *verb, const char *path, struct err *err)
{
    return err_code(err, ERR_STORAGE, errno == ENOSPC || errno == EDQUOT ? STORE_FULL : STORE_FAILED,
                    "cannot %s %s: %s", verb, path, strerror(errno));
}

static bool copy_failed(const struct sqlite_backup *backup, int code, struct err *err)
{
    return err_code(err, ERR_STORAGE, (code & 0xff) == SQLITE_FULL ? STORE_FULL : STORE_FAILED,
                    "the backup %s cannot be written: %s", backup->path, sqlite3_errstr(code));
}

/* The folder's entry is on disk, too. */
static bool sync_folder(const char *path, struct err *err)
{
    char copy[4096];
    snprintf(copy, sizeof copy, "%s", path);
    int fd = open(dirname(copy), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (!good)
        cannot("write the folder of", path, err);
    if (fd >= 0)
        close(fd);
    return good;
}

static void backup_free(struct sqlite_backup *backup)
{
    sqlite3_close(backup->copy);
    unlink(backup->part);
    free(backup);
}

struct sqlite_backup *sqlite_backup_new(sqlite3 *source, const char *path, struct err *err)
{
    struct sqlite_backup *backup = must(calloc(1, sizeof *backup));
    if (sodium_init() < 0)
        abort();
    int length = snprintf(backup->path, sizeof backup->path, "%s", path);
    snprintf(backup->part, sizeof backup->part, "%s.part", path);
    if (access(path, F_OK) == 0 || length > (int)sizeof backup->part - 16) {
        err_set(err, ERR_INPUT, "%s exists already, or its name is too long. Name a new file.", path);
        free(backup);
        return NULL;
    }
    int fd = open(backup->part, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
    if (fd < 0) {
        cannot("write", path, err);
        free(backup);
        return NULL;
    }
    close(fd);
    int code = sqlite3_open_v2(backup->part, &backup->copy, SQLITE_OPEN_READWRITE, NULL);
    if (code == SQLITE_OK)
        code = sqlite3_exec(backup->copy, "PRAGMA synchronous=OFF", NULL, NULL, NULL); /* once, at the end */
    if (code == SQLITE_OK)
        backup->work = sqlite3_backup_init(backup->copy, "main", source, "main");
    if (backup->work)
        return backup;
    copy_failed(backup, code ? code : sqlite3_errcode(backup->copy), err);
    backup_free(backup);
    return NULL;
}

bool sqlite_backup_step(struct sqlite_backup *backup, bool *ret_done, struct err *err)
{
    int code = sqlite3_backup_step(backup->work, PAGES_AT_ONCE);
    *ret_done = code == SQLITE_DONE;
    bool busy = code == SQLITE_BUSY || code == SQLITE_LOCKED;
    backup->busy = busy ? backup->busy + 1 : 0;
    return code == SQLITE_OK || *ret_done || (busy && backup->busy < BUSY_MAX) ||
           copy_failed(backup, code, err);
}

void sqlite_backup_detach(struct sqlite_backup *backup)
{
    sqlite3_backup_finish(backup->work);
    backup->work = NULL;
}

static bool hash_file(int fd, off_t size, uint8_t hash[crypto_generichash_BYTES])
{
    crypto_generichash_state state;
    char chunk[CHUNK];
    off_t at = 0;
    crypto_generichash_init(&state, NULL, 0, crypto_generichash_BYTES);
    while (at < size) {
        size_t wanted = size - at < (off_t)CHUNK ? (size_t)(size - at) : CHUNK;
        ssize_t count = pread(fd, chunk, wanted, at);
        if (count <= 0)
            return false;
        crypto_generichash_update(&state, (const unsigned char *)chunk, (unsigned long long)count);
        at += count;
    }
    return crypto_generichash_final(&state, hash, crypto_generichash_BYTES) == 0;
}

static bool write_seal(int fd)
{
    struct stat is;
    struct seal seal;
    if (fstat(fd, &is) != 0 || !hash_file(fd, is.st_size, seal.hash))
        return false;
    memcpy(seal.magic, MAGIC, sizeof seal.magic);
    for (int i = 0; i < 8; i++)
        seal.size[i] = (uint8_t)((uint64_t)is.st_size >> 8 * i);
    return pwrite(fd, &seal, sizeof seal, is.st_size) == (ssize_t)sizeof seal && fsync(fd) == 0;
}

/* A file of its own: without a write-ahead log beside it. */
static bool close_copy(struct sqlite_backup *backup, struct err *err)
{
    int code = sqlite3_exec(backup->copy, "PRAGMA journal_mode=DELETE", NULL, NULL, NULL);
    sqlite3_close(backup->copy);
    backup->copy = NULL;
    return code == SQLITE_OK || copy_failed(backup, code, err);
}

static bool seal_and_name(const struct sqlite_backup *backup, struct err *err)
{
    int fd = open(backup->part, O_RDWR | O_CLOEXEC);
    bool good = (fd >= 0 && write_seal(fd)) || cannot("write", backup->path, err);
    if (fd >= 0)
        close(fd);
    return good &&
           (renameat2(AT_FDCWD, backup->part, AT_FDCWD, backup->path, RENAME_NOREPLACE) == 0 ||
            cannot("write", backup->path, err)) &&
           sync_folder(backup->path, err);
}

bool sqlite_backup_finish(struct sqlite_backup *backup, bool good, struct err *err)
{
    good = good && close_copy(backup, err) && seal_and_name(backup, err);
    backup_free(backup);
    return good;
}

static bool not_whole(const char *backup, struct err *err)
{
    return err_code(
        err, ERR_INPUT, "backup_not_whole",
        "%s is no whole backup of Lastday: it was cut off, changed, or made by something else than "
        "`lastday admin backup`. Nothing was restored; use another one.",
        backup);
}

static bool verify(int fd, const char *backup, off_t *ret_size, struct err *err)
{
    struct stat is;
    struct seal seal;
    uint8_t hash[crypto_generichash_BYTES];
    uint64_t size = 0;
    if (fstat(fd, &is) != 0)
        return cannot("read", backup, err);
    if (is.st_size <= (off_t)sizeof seal ||
        pread(fd, &seal, sizeof seal, is.st_size - (off_t)sizeof seal) != (ssize_t)sizeof seal ||
        memcmp(seal.magic, MAGIC, sizeof seal.magic) != 0)
        return not_whole(backup, err);
    for (int i = 0; i < 8; i++)
        size |= (uint64_t)seal.size[i] << 8 * i;
    *ret_size = is.st_size - (off_t)sizeof seal;
    if (size != (uint64_t)*ret_size)
        return not_whole(backup, err);
    if (!hash_file(fd, *ret_size, hash))
        return cannot("read", backup, err);
    return memcmp(hash, seal.hash, sizeof hash) == 0 || not_whole(backup, err);
}

static bool copy_bytes(int from, int to, off_t size)
{
    char chunk[CHUNK];
    off_t at = 0;
    while (at < size) {
        size_t wanted = size - at < (off_t)CHUNK ? (size_t)(size - at) : CHUNK;
        ssize_t count = pread(from, chunk, wanted, at);
        if (count <= 0 || pwrite(to, chunk, (size_t)count, at) != count)
            return false;
        at += count;
    }
    return fsync(to) == 0;
}

bool sqlite_backup_unpack(const char *backup, const char *path, struct err *err)
{
    off_t size = 0;
    if (sodium_init() < 0)
        abort();
    int from = open(backup, O_RDONLY | O_CLOEXEC);
    if (from < 0)
        return err_set(err, ERR_INPUT, "cannot read %s: %s", backup, strerror(errno));
    bool good = verify(from, backup, &size, err);
    if (good) {
        int to = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
        good = (to >= 0 && copy_bytes(from, to, size)) || cannot("write", path, err);
        if (to >= 0)
            close(to);
    }
    close(from);
    return good;
}
