#include "cli/memory.h"

#include <curl/curl.h>
#include <jansson.h>
#include <openssl/crypto.h>
#include <sqlite3.h>
#include <string.h>

#include "base/memory.h"

static void *take(size_t size)
{
    return must(malloc(size));
}

static void *take_zeroed(size_t count, size_t size)
{
    return must(calloc(count, size));
}

static void *grow(void *old, size_t size)
{
    if (size)
        return must(realloc(old, size));
    free(old);
    return NULL;
}

static char *take_text(const char *text)
{
    return must(strdup(text));
}

static void *openssl_take(size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return take(size);
}

static void *openssl_grow(void *old, size_t size, const char *file, int line)
{
    (void)file, (void)line;
    return grow(old, size);
}

static void openssl_free(void *memory, const char *file, int line)
{
    (void)file, (void)line;
    free(memory);
}

static sqlite3_mem_methods sqlite_own;

static void *sqlite_take(int size)
{
    return must(sqlite_own.xMalloc(size));
}

static void *sqlite_grow(void *old, int size)
{
    return must(sqlite_own.xRealloc(old, size));
}

/* Its own keep the sizes that it asks for. */
static int sqlite_set(void)
{
    int failed = sqlite3_config(SQLITE_CONFIG_GETMALLOC, &sqlite_own);
    sqlite3_mem_methods ours = sqlite_own;
    ours.xMalloc = sqlite_take;
    ours.xRealloc = sqlite_grow;
    return failed ? failed : sqlite3_config(SQLITE_CONFIG_MALLOC, &ours);
}

void memory_must_suffice(void)
{
    json_set_alloc_funcs(take, free);
    if (sqlite_set() != SQLITE_OK || !CRYPTO_set_mem_functions(openssl_take, openssl_grow, openssl_free) ||
        curl_global_init_mem(CURL_GLOBAL_DEFAULT, take, free, grow, take_text, take_zeroed) != CURLE_OK)
        abort(); /* only when one of them was in use before */
}
