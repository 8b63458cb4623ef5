/* A configuration file: a configuration that can be printed, or one line about what is wrong. */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "config/config.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    static const char *const environment[] = {"HOME=/nowhere", NULL};
    static const struct config_override no_overrides[] = {{0}};
    static int file = -1;
    char path[40];
    struct err err = {0};
    if (file < 0)
        file = memfd_create("config", 0);
    if (ftruncate(file, 0) != 0 || pwrite(file, data, size, 0) != (ssize_t)size)
        abort();
    snprintf(path, sizeof path, "/proc/self/fd/%d", file);
    AUTO_ARENA struct arena *arena = arena_new();
    const struct config *config = config_load(arena, path, environment, no_overrides, &err);
    if (!config && (!*err.message || strchr(err.message, '\n')))
        abort();
    if (!config)
        return 0;
    char *text = NULL;
    size_t length;
    FILE *out = open_memstream(&text, &length);
    config_print(config, out);
    fclose(out);
    free(text);
    return 0;
}
