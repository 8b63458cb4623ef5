/* memory — the libraries' share of base/memory.h. */
#ifndef CLI_MEMORY_H
#define CLI_MEMORY_H

/* From now on the process ends where jansson, SQLite, libcurl or OpenSSL get no memory. Once, before any of
 * them is used. GLib does so by itself. libpq and libmicrohttpd cannot be told: they fail, and what they were
 * asked for is asked again. */
void memory_must_suffice(void);

#endif
