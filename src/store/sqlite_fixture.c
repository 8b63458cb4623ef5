#include "store/sqlite_fixture.h"

#include <fcntl.h>
#include <sys/mount.h>
#include <unistd.h>

struct store_fixture fixture;

int make(void **state)
{
    (void)state;
    store_fixture_make(&fixture);
    return 0;
}

int removed(void **state)
{
    (void)state;
    (void)umount2(fixture.directory, MNT_DETACH); /* of a test that mounts something */
    store_fixture_remove(&fixture);
    return 0;
}

struct store *open_store(void)
{
    return store_fixture_open(&fixture);
}

const char *path_of(const char *name)
{
    static char paths[4][200];
    static int next;
    char *path = paths[next++ % 4];
    snprintf(path, sizeof paths[0], "%s/%s", fixture.directory, name);
    return path;
}

int64_t number(struct store *store, const char *sql)
{
    struct err err;
    AUTO_TX struct tx *tx = store_begin_read(store, &err);
    if (!tx)
        fail_msg("%s", err.message);
    AUTO_ROWS struct rows *rows = tx_query(tx, &err, sql);
    assert_true(rows_next(rows));
    return row_int(rows, 0);
}

int64_t count_events(struct store *store)
{
    return number(store, "SELECT count(*) FROM events");
}

void note_failure(void *arg)
{
    ++*(int *)arg;
}

void read_copy(const char *path, struct copy *ret)
{
    ret->bytes = text_read_file(path, 64 * 1024 * 1024, &ret->length, NULL);
    assert_non_null(ret->bytes);
}

void write_copy(const struct copy *copy, const char *path)
{
    int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC, 0600);
    assert_int_equal(write(fd, copy->bytes, copy->length), (ssize_t)copy->length);
    close(fd);
}

void copy_file(const char *from, const char *to)
{
    struct copy copy;
    read_copy(from, &copy);
    write_copy(&copy, to);
    free(copy.bytes);
}
