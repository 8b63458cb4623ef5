/* memory — a library put in front of libc (LD_PRELOAD) in which a chosen allocation of a server fails, as it
 * does where memory is limited. The program itself knows nothing of it, and has to be built without
 * sanitizers.
 *
 * FAULT_MEMORY names a file of struct memory, mapped by every process that is started with it: counts go on
 * over restarts. All calls may come from any thread. */
#include <errno.h>
#include <fcntl.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <unistd.h>

struct memory {
    _Atomic uint32_t count;
    _Atomic uint32_t at; /* the one that fails; 0: none */
};

/* What libc's functions are called inside of it: looking them up would allocate. */
void *__libc_malloc(size_t size);
void *__libc_calloc(size_t count, size_t size);
void *__libc_realloc(void *old, size_t size);

static struct memory *memory;

__attribute__((constructor)) static void begin(void)
{
    const char *path = getenv("FAULT_MEMORY");
    int fd = path ? open(path, O_RDWR | O_CLOEXEC) : -1;
    void *map = fd < 0 ? MAP_FAILED : mmap(NULL, sizeof *memory, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
    if (fd >= 0)
        close(fd);
    if (map != MAP_FAILED)
        memory = map;
}

static bool fails(void)
{
    if (!memory || atomic_fetch_add(&memory->count, 1) + 1 != atomic_load(&memory->at))
        return false;
    errno = ENOMEM;
    return true;
}

void *malloc(size_t size)
{
    return fails() ? NULL : __libc_malloc(size);
}

void *calloc(size_t count, size_t size)
{
    return fails() ? NULL : __libc_calloc(count, size);
}

void *realloc(void *old, size_t size)
{
    return fails() ? NULL : __libc_realloc(old, size);
}
