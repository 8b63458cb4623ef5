/* Numbered migrations: each runs once, in order, in a transaction of its own that also records it. To change
 * the schema add a file to migrations/ and its row to migrations.def; never edit one that has been released.
 * Both databases run the same text: postgres.c lists the words that it spells differently. */
#include "store/store_driver.h"

#define MIGRATION(number, file)                                                                        \
    __asm__(".section .rodata\n.global migration_" #number "\nmigration_" #number ":\n.incbin \"" file \
            "\"\n.byte 0\n.previous\n");                                                               \
    extern const char migration_##number[];
#include "store/migrations.def"
#undef MIGRATION

static const char *const migrations[] = {
#define MIGRATION(number, file) migration_##number,
#include "store/migrations.def"
#undef MIGRATION
};
const int64_t store_newest_schema = sizeof migrations / sizeof *migrations;

bool store_refuse_newer(int64_t version, struct err *err)
{
    return version <= store_newest_schema || err_code(err, ERR_CONFIG, STORE_NEWER,
                                                      "This store was written by a newer Lastday (schema %d, "
                                                      "this program knows %d). Start the newer "
                                                      "one.",
                                                      (int)version, (int)store_newest_schema);
}

static bool version_of(struct tx *tx, int64_t *ret, struct err *err)
{
    if (!tx->driver->script(tx, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)",
                            err))
        return false;
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT max(version) FROM schema_version");
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err) &&
               err_set(err, ERR_STORAGE, "the store's version cannot be read");
    *ret = row_int(rows, 0);
    return true;
}

/* One migration in one transaction, which another node can only wait for: killed in between, the store is of
 * the old version or of the new one. */
static bool migrate_once(struct store *store, bool *ret_done, struct err *err)
{
    int64_t version = 0;
    AUTO_TX struct tx *tx = store->driver->begin_migration(store, err);
    if (!tx || !version_of(tx, &version, err) || !store_refuse_newer(version, err))
        return false;
    *ret_done = version == store_newest_schema;
    if (*ret_done ||
        (tx->driver->script(tx, migrations[version], err) &&
         tx_exec(tx, err, "INSERT INTO schema_version(version) VALUES ($1)", P_INT(version + 1))))
        return tx_commit(&tx, err);
    return err_prefix(err, "the store's schema cannot be brought to version %d", (int)version + 1);
}

bool store_migrate(struct store *store, struct err *err)
{
    bool done = false;
    while (!done)
        if (!migrate_once(store, &done, err))
            return false;
    if (store->driver->shared)
        store->driver->started(store);
    return true;
}
