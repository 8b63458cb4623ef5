#include "vault/key.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define KEY_TEXT_MAX 200
#define PATH_SIZE 4000
#define HOW_TO_MAKE "It must hold 32 bytes in base64: head -c 32 /dev/urandom | base64"

static bool key_parse(char *text, const char *where, unsigned char ret_key[KEY_SIZE], struct err *err)
{
    unsigned char bytes[KEY_SIZE + 1]; /* one more, so that 33 bytes are noticed */
    size_t length = strlen(text);
    while (length && strchr(" \t\r\n", text[length - 1]))
        length--;
    bool good = text_base64_decode(text, length, bytes, sizeof bytes) == KEY_SIZE;
    if (good)
        memcpy(ret_key, bytes, KEY_SIZE);
    sodium_memzero(bytes, sizeof bytes);
    return good || err_set(err, ERR_CONFIG, "%s is not a master key. " HOW_TO_MAKE, where);
}

static bool read_text(int fd, char text[KEY_TEXT_MAX])
{
    size_t length = 0;
    ssize_t count;
    while (length < KEY_TEXT_MAX - 1 && (count = read(fd, text + length, KEY_TEXT_MAX - 1 - length)) != 0) {
        if (count < 0 && errno != EINTR)
            return false;
        length += count > 0 ? (size_t)count : 0;
    }
    text[length] = '\0';
    return true;
}

static bool key_read(int fd, const char *path, unsigned char ret_key[KEY_SIZE], struct err *err)
{
    struct stat info;
    char text[KEY_TEXT_MAX];
    if (fstat(fd, &info) != 0)
        return err_set(err, ERR_CONFIG, "cannot read the master key %s: %s", path, strerror(errno));
    if (!S_ISREG(info.st_mode))
        return err_set(err, ERR_CONFIG, "the master key %s is not a plain file", path);
    if (info.st_mode & (S_IRWXG | S_IRWXO))
        return err_set(err, ERR_CONFIG,
                       "the master key %s is open to others than its owner (mode %04o). Run: chmod 600 %s",
                       path, info.st_mode & 07777, path);
    bool good = read_text(fd, text)
                    ? key_parse(text, path, ret_key, err)
                    : err_set(err, ERR_CONFIG, "cannot read the master key %s: %s", path, strerror(errno));
    sodium_memzero(text, sizeof text);
    return good;
}

static bool write_text(int fd, const char *text)
{
    size_t length = strlen(text), done = 0;
    while (done < length) {
        ssize_t count = write(fd, text + done, length - done);
        if (count < 0 && errno != EINTR)
            return false;
        done += count > 0 ? (size_t)count : 0;
    }
    return fsync(fd) == 0;
}

static bool folder_sync(const char *path)
{
    char folder[PATH_SIZE];
    snprintf(folder, sizeof folder, "%s", path);
    char *slash = strrchr(folder, '/');
    if (slash)
        slash[slash == folder] = '\0';
    int fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    bool good = fd >= 0 && fsync(fd) == 0;
    if (fd >= 0)
        close(fd);
    return good;
}

/* Written aside and linked: a crash leaves no half key, and of two that start at once one key wins. */
static bool key_make(const char *path, const struct rng *rng, struct err *err)
{
    unsigned char key[KEY_SIZE];
    char aside[PATH_SIZE + 40], name[UUID_SIZE];
    char text[sodium_base64_ENCODED_LEN(KEY_SIZE, sodium_base64_VARIANT_ORIGINAL)];
    snprintf(aside, sizeof aside, "%s.%s", path, uuid_v4(rng, name));
    rng_fill(rng, key, sizeof key);
    sodium_bin2base64(text, sizeof text, key, sizeof key, sodium_base64_VARIANT_ORIGINAL);
    sodium_memzero(key, sizeof key);
    int fd = open(aside, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
    bool good =
        fd >= 0 && write_text(fd, text) && (link(aside, path) == 0 || errno == EEXIST) && folder_sync(path);
    int reason = errno;
    sodium_memzero(text, sizeof text);
    if (fd >= 0) {
        close(fd);
        unlink(aside);
    }
    return good || err_set(err, ERR_CONFIG, "cannot make the master key %s: %s", path, strerror(reason));
}

bool key_load(const struct vault_source *source, const struct rng *rng, unsigned char ret_key[KEY_SIZE],
              struct err *err)
{
    char path[PATH_SIZE], text[KEY_TEXT_MAX];
    if (source->key_text && *source->key_text) {
        snprintf(text, sizeof text, "%s", source->key_text);
        bool good = key_parse(text, "LASTDAY_SECRETS_MASTER_KEY", ret_key, err);
        sodium_memzero(text, sizeof text);
        return good;
    }
    int length = source->key_file && *source->key_file
                     ? snprintf(path, sizeof path, "%s", source->key_file)
                     : snprintf(path, sizeof path, "%s/master.key", source->data_dir);
    if (length < 0 || (size_t)length >= sizeof path)
        return err_set(err, ERR_CONFIG, "the path of the master key is too long");
    int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK); /* a FIFO must not hang the start */
    if (fd < 0 && errno == ENOENT) {
        if (!key_make(path, rng, err))
            return false;
        fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
    }
    if (fd < 0)
        return err_set(err, ERR_CONFIG, "cannot read the master key %s: %s", path, strerror(errno));
    bool good = key_read(fd, path, ret_key, err);
    close(fd);
    return good;
}
