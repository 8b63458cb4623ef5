/* Numbered migrations: each runs once, in order, in a transaction of its own that also records it. To change
 * the schema add a file to migrations/ and its row to migrations.def; never edit one that has been released.
 */
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
#define NEWEST ((int64_t)(sizeof migrations / sizeof *migrations))

static bool version_of(struct store *store, int64_t *ret, struct err *err)
{
    AUTO_TX struct tx *tx = store_begin(store, err);
    if (!tx || !tx_exec(tx, err, "CREATE TABLE IF NOT EXISTS schema_version (version INTEGER PRIMARY KEY)"))
        return false;
    AUTO_ROWS struct rows *rows = tx_query(tx, err, "SELECT max(version) FROM schema_version");
    if (!rows || !rows_next(rows))
        return rows && !rows_failed(rows, err) &&
               err_set(err, ERR_STORAGE, "the store's version cannot be read");
    *ret = row_int(rows, 0);
    rows_auto_close(&rows);
    return tx_commit(&tx, err);
}

bool store_migrate(struct store *store, struct err *err)
{
    int64_t version = 0;
    if (!version_of(store, &version, err))
        return false;
    if (version > NEWEST)
        return err_set(err, ERR_CONFIG,
                       "this store was written by a newer Lastday (schema %d, this program knows %d). Start "
                       "the newer one.",
                       (int)version, (int)NEWEST);
    for (; version < NEWEST; version++) {
        AUTO_TX struct tx *tx = store_begin(store, err);
        if (!tx || !store->driver->script(tx, migrations[version], err) ||
            !tx_exec(tx, err, "INSERT INTO schema_version(version) VALUES ($1)", P_INT(version + 1)) ||
            !tx_commit(&tx, err))
            return err_prefix(err, "the store's schema cannot be brought to version %d", (int)version + 1);
    }
    return true;
}
