/* store_driver — what a database has to offer; only store.c, migrate.c and the drivers include this. */
#ifndef STORE_STORE_DRIVER_H
#define STORE_STORE_DRIVER_H

#include "base/rng.h"
#include "store/store.h"

struct store_driver {
    const char *scheme; /* "sqlite:" */
    bool shared;        /* by several nodes; without it the members after `rows_close` are not called */
    struct store *(*open)(const char *url, const char *data_dir, struct err *err);
    void (*close)(struct store *store);
    bool (*has_room)(struct store *store, struct err *err); /* NULL: unknown */
    bool (*backup)(struct store *store, const char *path, struct err *err);
    struct tx *(*begin)(struct store *store, bool write, struct err *err);
    /* A writing transaction that waits until nobody else migrates, and keeps others from it. */
    struct tx *(*begin_migration)(struct store *store, struct err *err);
    bool (*commit)(struct tx *tx, struct err *err);                  /* frees tx */
    void (*rollback)(struct tx *tx);                                 /* frees tx */
    bool (*script)(struct tx *tx, const char *sql, struct err *err); /* several statements of a migration */
    struct rows *(*query)(struct tx *tx, struct err *err, const char *sql, const struct sql_param *params,
                          size_t count);
    int64_t (*changes)(const struct tx *tx);
    bool (*next)(struct rows *rows);
    bool (*failed)(const struct rows *rows, struct err *err);
    int64_t (*column_int)(const struct rows *rows, int column);
    const char *(*column_text)(const struct rows *rows, int column);
    const void *(*column_blob)(const struct rows *rows, int column, size_t *ret_length);
    void (*rows_close)(struct rows *rows);
    void (*started)(struct store *store); /* the schema is there: what runs in the background may begin */
    void (*watch)(struct store *store, enum store_topic topic, void (*wake)(void *ctx), void *ctx);
    void (*tell)(struct store *store, enum store_topic topic);
    bool (*take_name)(struct store *store, const char *name);
    bool (*process_lives)(struct tx *tx, const char *process, bool *ret, struct err *err);
    bool (*lease_base)(struct tx *tx, struct lease_base *ret, struct err *err);
    bool (*events_settled)(struct tx *tx, int64_t *ret_id, struct err *err);
};

/* First member of the drivers' own structs, so that store.c finds the way back. */
struct store {
    const struct store_driver *driver;
    char process[UUID_SIZE];
    void (*on_failure)(void *ctx);
    void *on_failure_ctx;
};
struct tx {
    const struct store_driver *driver;
    bool doomed; /* a statement failed */
};
struct rows {
    const struct store_driver *driver;
    struct tx *tx;
};

extern const struct store_driver sqlite_driver;
extern const struct store_driver postgres_driver;

/* Tells whoever asked to be told; the caller sees to it that it happens once. */
void store_has_failed(struct store *store);

/* The newest schema that this program knows, and the refusal of anything newer. */
extern const int64_t store_newest_schema;
bool store_refuse_newer(int64_t version, struct err *err);

#endif
