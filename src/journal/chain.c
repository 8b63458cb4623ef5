#include "journal/chain.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#define LINE_MAX_BYTES 1024

void chain_start(const char *offboarding_id, struct chain_link *ret)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(LINE_MAX_BYTES);
    strbuf_printf(&text, "lastday-journal\n%s\n", offboarding_id);
    ret->seq = 0;
    sha256_text(strbuf_text(&text), text.length, ret->hash);
}

void chain_step(struct chain_link *link, int64_t at, const char *kind, const char *task,
                const char *data_sha256)
{
    AUTO_STRBUF struct strbuf text = STRBUF_MAX(LINE_MAX_BYTES);
    strbuf_printf(&text, "lastday-event\n%s\n%" PRId64 "\n%" PRId64 "\n%s\n%s\n%s\n", link->hash,
                  link->seq + 1, at, kind, task ? task : "-", data_sha256);
    link->seq++;
    sha256_text(strbuf_text(&text), text.length, link->hash);
}

bool chain_advance(struct tx *tx, const char *offboarding_id, int64_t at, const char *kind, const char *task,
                   const char *data, struct chain_link *ret, struct err *err)
{
    char data_sha256[SHA256_TEXT_SIZE];
    chain_start(offboarding_id, ret);
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "INSERT INTO event_chains(offboarding_id, seq, hash) VALUES ($1, 1, $2) "
                 "ON CONFLICT (offboarding_id) DO UPDATE SET seq = event_chains.seq + 1 RETURNING seq, hash",
                 P_TEXT(offboarding_id), P_TEXT(ret->hash));
    if (!rows)
        return false;
    if (!rows_next(rows))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_STORAGE, "the end of the journal's chain cannot be read");
    ret->seq = row_int(rows, 0) - 1;
    snprintf(ret->hash, sizeof ret->hash, "%s", row_text(rows, 1));
    rows_auto_close(&rows);
    chain_step(ret, at, kind, task, sha256_text(data, strlen(data), data_sha256));
    return tx_exec(tx, err, "UPDATE event_chains SET hash = $2 WHERE offboarding_id = $1",
                   P_TEXT(offboarding_id), P_TEXT(ret->hash));
}

/* --- checking --------------------------------------------------------------------------------------------
 */

struct walk {
    chain_visit *visit;
    void *ctx;
    struct chain_link end;
    int64_t older;
    int64_t first_id; /* of the chain */
    json_t *findings;
};

static void find(struct walk *walk, int64_t seq, const char *code, const char *message)
{
    json_add(walk->findings,
             json_make("{s:I, s:s, s:s}", "seq", (json_int_t)seq, "code", code, "message", message));
}

static void check(struct walk *walk, const struct chain_event *event)
{
    struct chain_link expected = walk->end;
    if (event->link.seq != walk->end.seq + 1) {
        char message[160];
        snprintf(message, sizeof message,
                 "Between event %" PRId64 " and event %" PRId64 " events are missing.", walk->end.seq,
                 event->link.seq);
        find(walk, event->link.seq, "removed", message);
    } else {
        chain_step(&expected, event->at, event->kind, event->task, event->data_sha256);
        if (strcmp(expected.hash, event->link.hash) != 0)
            find(walk, event->link.seq, "changed", "This event is not as it was written.");
    }
    walk->end = event->link; /* what follows builds on the stored hash: one change is one finding */
    if (walk->visit)
        walk->visit(walk->ctx, event);
}

static void take(struct walk *walk, const struct rows *rows)
{
    struct chain_event event = {.id = row_int(rows, 0),
                                .at = row_int(rows, 1),
                                .kind = row_text(rows, 2),
                                .task = row_text(rows, 3),
                                .data = row_text(rows, 4),
                                .link = {.seq = row_int(rows, 5)}};
    if (!row_text(rows, 6)) { /* these come first */
        walk->older++;
        if (walk->first_id && event.id > walk->first_id)
            find(walk, 0, "inserted", "An event stands in the journal that is not part of its chain.");
        return;
    }
    snprintf(event.link.hash, sizeof event.link.hash, "%s", row_text(rows, 6));
    sha256_text(event.data, strlen(event.data), event.data_sha256);
    check(walk, &event);
}

static bool read_end(struct tx *tx, const char *offboarding_id, struct walk *walk, struct err *err)
{
    AUTO_ROWS struct rows *rows = tx_query(
        tx, err, "SELECT seq, hash FROM event_chains WHERE offboarding_id = $1", P_TEXT(offboarding_id));
    if (!rows)
        return false;
    bool there = rows_next(rows);
    if (!there && rows_failed(rows, err))
        return false;
    int64_t seq = there ? row_int(rows, 0) : 0;
    if (there ? seq != walk->end.seq || strcmp(row_text(rows, 1), walk->end.hash) != 0 : walk->end.seq > 0)
        find(walk, seq, "cut_off", "The journal does not end with the event that was written last.");
    return true;
}

static bool read_first_id(struct tx *tx, const char *offboarding_id, int64_t *ret, struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT min(id) FROM events WHERE offboarding_id = $1 AND seq IS NOT NULL",
                 P_TEXT(offboarding_id));
    *ret = rows && rows_next(rows) ? row_int(rows, 0) : 0;
    return rows && !rows_failed(rows, err);
}

bool chain_walk(struct tx *tx, const char *offboarding_id, chain_visit *visit, void *ctx,
                struct chain_link *ret_end, int64_t *ret_older, json_t **ret_findings, struct err *err)
{
    struct walk walk = {.visit = visit, .ctx = ctx};
    chain_start(offboarding_id, &walk.end);
    if (!read_first_id(tx, offboarding_id, &walk.first_id, err))
        return false;
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err,
                 "SELECT id, at, kind, task, data_json, seq, hash FROM events WHERE offboarding_id = $1 "
                 "ORDER BY CASE WHEN hash IS NULL THEN 0 ELSE 1 END, seq, id",
                 P_TEXT(offboarding_id));
    if (!rows)
        return false;
    walk.findings = json_array();
    while (rows_next(rows))
        take(&walk, rows);
    bool good = !rows_failed(rows, err) && read_end(tx, offboarding_id, &walk, err);
    *ret_end = walk.end;
    *ret_older = walk.older;
    *ret_findings = walk.findings;
    if (!good)
        json_decref(walk.findings);
    return good;
}

bool chain_hash_at(struct tx *tx, const char *offboarding_id, int64_t seq, char ret_hash[SHA256_TEXT_SIZE],
                   struct err *err)
{
    AUTO_ROWS struct rows *rows =
        tx_query(tx, err, "SELECT hash FROM events WHERE offboarding_id = $1 AND seq = $2",
                 P_TEXT(offboarding_id), P_INT(seq));
    if (!rows)
        return false;
    if (!rows_next(rows) || !row_text(rows, 0))
        return !rows_failed(rows, err) &&
               err_set(err, ERR_NOT_FOUND, "The journal has no event %" PRId64 ".", seq);
    snprintf(ret_hash, SHA256_TEXT_SIZE, "%s", row_text(rows, 0));
    return true;
}
