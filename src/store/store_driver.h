/* store_driver — what a database has to offer; only store.c and the drivers include this. */
#ifndef STORE_STORE_DRIVER_H
#define STORE_STORE_DRIVER_H

#include "store/store.h"

struct store_driver {
    const char *scheme; /* "sqlite:" */
    struct store *(*open)(const char *rest, const char *data_dir, struct err *err);
    void (*close)(struct store *store);
    bool (*backup)(struct store *store, const char *path, struct err *err);
    struct tx *(*begin)(struct store *store, bool write, struct err *err);
    bool (*commit)(struct tx *tx, struct err *err); /* frees tx */
    void (*rollback)(struct tx *tx);                /* frees tx */
    bool (*script)(struct tx *tx, const char *sql, struct err *err);
    struct rows *(*query)(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                          size_t count);
    int64_t (*changes)(const struct tx *tx);
    bool (*next)(struct rows *rows);
    bool (*failed)(const struct rows *rows, struct err *err);
    int64_t (*column_int)(const struct rows *rows, int column);
    const char *(*column_text)(const struct rows *rows, int column);
    const void *(*column_blob)(const struct rows *rows, int column, size_t *ret_length);
    void (*rows_close)(struct rows *rows);
};

/* First member of the drivers' own structs, so that store.c finds the way back. */
struct store {
    const struct store_driver *driver;
};
struct tx {
    const struct store_driver *driver;
};
struct rows {
    const struct store_driver *driver;
};

extern const struct store_driver sqlite_driver;

/* Brings the store to the version of this program; store_migrate.c. */
bool store_migrate(struct store *store, struct err *err);

#endif
