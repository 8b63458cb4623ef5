#include "store/sqlite_fault.h"

#include <pthread.h>
#include <signal.h>
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/thread.h"

static struct fault fault;
static int counted;
static bool happened;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;

static sqlite3_vfs *real;
static sqlite3_vfs faulty;

struct file {
    sqlite3_file base;
    sqlite3_file *real; /* in the same allocation, behind this */
};

/* SQLITE_OK, or what this operation gives. */
static int next_of(enum fault_on kind)
{
    WITH_LOCK(&lock);
    if (!(fault.on & kind))
        return SQLITE_OK;
    counted++;
    if (counted < fault.number || (counted > fault.number && !fault.lasting))
        return SQLITE_OK;
    if (fault.code < 0)
        kill(getpid(), SIGKILL);
    happened = true;
    return fault.code;
}

static sqlite3_file *real_of(sqlite3_file *file)
{
    return ((struct file *)file)->real;
}
#define REAL(file) (real_of(file)->pMethods)

static int fault_close(sqlite3_file *file)
{
    return REAL(file)->xClose(real_of(file));
}

static int fault_read(sqlite3_file *file, void *bytes, int count, sqlite3_int64 at)
{
    int code = next_of(FAULT_READ);
    if (code == SQLITE_IOERR_SHORT_READ)
        memset(bytes, 0, (size_t)count);
    return code ? code : REAL(file)->xRead(real_of(file), bytes, count, at);
}

/* Half of it arrives. */
static int fault_write(sqlite3_file *file, const void *bytes, int count, sqlite3_int64 at)
{
    int code = next_of(FAULT_WRITE);
    if (code)
        (void)REAL(file)->xWrite(real_of(file), bytes, count / 2, at);
    return code ? code : REAL(file)->xWrite(real_of(file), bytes, count, at);
}

static int fault_truncate(sqlite3_file *file, sqlite3_int64 size)
{
    int code = next_of(FAULT_TRUNCATE);
    return code ? code : REAL(file)->xTruncate(real_of(file), size);
}

static int fault_sync(sqlite3_file *file, int flags)
{
    (void)file, (void)flags;
    return next_of(FAULT_SYNC);
}

static int fault_size(sqlite3_file *file, sqlite3_int64 *ret)
{
    return REAL(file)->xFileSize(real_of(file), ret);
}

static int fault_lock(sqlite3_file *file, int level)
{
    return REAL(file)->xLock(real_of(file), level);
}

static int fault_unlock(sqlite3_file *file, int level)
{
    return REAL(file)->xUnlock(real_of(file), level);
}

static int fault_reserved(sqlite3_file *file, int *ret)
{
    return REAL(file)->xCheckReservedLock(real_of(file), ret);
}

static int fault_control(sqlite3_file *file, int what, void *arg)
{
    return REAL(file)->xFileControl(real_of(file), what, arg);
}

static int fault_sector(sqlite3_file *file)
{
    return REAL(file)->xSectorSize(real_of(file));
}

static int fault_device(sqlite3_file *file)
{
    return REAL(file)->xDeviceCharacteristics(real_of(file));
}

static int fault_shm_map(sqlite3_file *file, int page, int size, int extend, void volatile **ret)
{
    return REAL(file)->xShmMap(real_of(file), page, size, extend, ret);
}

static int fault_shm_lock(sqlite3_file *file, int offset, int count, int flags)
{
    return REAL(file)->xShmLock(real_of(file), offset, count, flags);
}

static void fault_shm_barrier(sqlite3_file *file)
{
    REAL(file)->xShmBarrier(real_of(file));
}

static int fault_shm_unmap(sqlite3_file *file, int remove)
{
    return REAL(file)->xShmUnmap(real_of(file), remove);
}

static const sqlite3_io_methods methods = {.iVersion = 2,
                                           .xClose = fault_close,
                                           .xRead = fault_read,
                                           .xWrite = fault_write,
                                           .xTruncate = fault_truncate,
                                           .xSync = fault_sync,
                                           .xFileSize = fault_size,
                                           .xLock = fault_lock,
                                           .xUnlock = fault_unlock,
                                           .xCheckReservedLock = fault_reserved,
                                           .xFileControl = fault_control,
                                           .xSectorSize = fault_sector,
                                           .xDeviceCharacteristics = fault_device,
                                           .xShmMap = fault_shm_map,
                                           .xShmLock = fault_shm_lock,
                                           .xShmBarrier = fault_shm_barrier,
                                           .xShmUnmap = fault_shm_unmap};

static int fault_open(sqlite3_vfs *vfs, const char *name, sqlite3_file *file, int flags, int *ret_flags)
{
    struct file *ours = (struct file *)file;
    (void)vfs;
    int code = next_of(FAULT_OPEN);
    ours->base.pMethods = NULL;
    ours->real = (sqlite3_file *)(ours + 1);
    if (!code)
        code = real->xOpen(real, name, ours->real, flags, ret_flags);
    if (!code)
        ours->base.pMethods = &methods;
    return code;
}

void sqlite_fault_set(const struct fault *wanted)
{
    WITH_LOCK(&lock);
    if (!real) {
        real = sqlite3_vfs_find(NULL);
        faulty = *real;
        faulty.zName = "faulty";
        faulty.szOsFile = (int)sizeof(struct file) + real->szOsFile;
        faulty.xOpen = fault_open;
        if (sqlite3_vfs_register(&faulty, 1) != SQLITE_OK)
            abort();
    }
    fault = *wanted;
    counted = 0;
    happened = false;
}

bool sqlite_fault_happened(void)
{
    WITH_LOCK(&lock);
    return happened;
}
