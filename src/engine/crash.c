#include "engine/crash.h"

#include <execinfo.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/log.h"
#include "base/rng.h"

static const int fatal[] = {SIGSEGV, SIGBUS, SIGFPE, SIGILL, SIGABRT};
#define FATAL_COUNT (sizeof fatal / sizeof *fatal)

static struct sigaction before[FATAL_COUNT];
static int crash_file = -1;
static __thread const char *working_on;

/* For whoever has to find out why: addresses in this build. Takes no memory. */
static void show_calls(void)
{
    static const char title[] = "lastday ends of a mistake, or without memory. The calls that led to it:\n";
    void *calls[48];
    if (write(STDERR_FILENO, title, sizeof title - 1) > 0)
        backtrace_symbols_fd(calls, backtrace(calls, sizeof calls / sizeof *calls), STDERR_FILENO);
}

/* Whoever dealt with the signal before does so again when it comes back, which it does. */
static void on_fatal(int which)
{
    static const char newline = '\n';
    if (working_on &&
        (write(crash_file, working_on, strlen(working_on)) < 0 || write(crash_file, &newline, 1) < 0))
        working_on = NULL; /* nobody is left who could be told */
    show_calls();
    for (size_t i = 0; i < FATAL_COUNT; i++)
        if (fatal[i] == which)
            sigaction(which, &before[i], NULL);
}

static bool count_one(struct tx *tx, const char *id, struct err *err)
{
    log_warn("offboarding_crashed", LOG_TEXT("offboarding", id));
    return tx_exec(tx, err, "UPDATE offboardings SET crashes = crashes + 1 WHERE id = $1 AND unfinished = 1",
                   P_TEXT(id));
}

/* A crash between the commit and the cut counts twice, which only parks sooner. */
static bool count_crashes(struct store *store, struct err *err)
{
    char line[UUID_SIZE + 1];
    FILE *file = fdopen(dup(crash_file), "r");
    AUTO_TX struct tx *tx = file ? store_begin(store, err) : NULL;
    bool good = tx != NULL;
    while (good && fgets(line, sizeof line, file)) {
        line[strcspn(line, "\n")] = '\0';
        good = count_one(tx, line, err);
    }
    if (file)
        fclose(file);
    return good && tx_commit(&tx, err) &&
           (ftruncate(crash_file, 0) == 0 ||
            err_set(err, ERR_STORAGE, "cannot empty the list of crashes: %m"));
}

bool crash_watch(struct store *store, const char *data_dir, struct err *err)
{
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(4096);
    strbuf_printf(&path, "%s/crashes", data_dir);
    crash_file = open(strbuf_text(&path), O_RDWR | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (crash_file < 0)
        return err_set(err, ERR_STORAGE, "cannot open %s: %m", strbuf_text(&path));
    if (lseek(crash_file, 0, SEEK_END) > 0 &&
        (lseek(crash_file, 0, SEEK_SET) < 0 || !count_crashes(store, err)))
        return false;
    const struct sigaction action = {.sa_handler = on_fatal};
    void *first;
    (void)backtrace(&first, 1); /* loads what it needs, which takes memory */
    for (size_t i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal[i], &action, &before[i]);
    return true;
}

void crash_unwatch(void)
{
    if (crash_file < 0)
        return;
    for (size_t i = 0; i < FATAL_COUNT; i++)
        sigaction(fatal[i], &before[i], NULL);
    close(crash_file);
    crash_file = -1;
}

void crash_working_on(const char *offboarding_id)
{
    working_on = offboarding_id;
}

void crash_on_purpose(const char *offboarding_id)
{
#ifdef LASTDAY_TEST_CRASH
    const char *wanted = getenv("LASTDAY_TEST_CRASH");
    if (wanted && strcmp(wanted, offboarding_id) == 0)
        abort();
#else
    (void)offboarding_id;
#endif
}
