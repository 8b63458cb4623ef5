/* client_settings — where the server is and how to sign in there: environment, then client.conf. */
#ifndef CLI_CLIENT_SETTINGS_H
#define CLI_CLIENT_SETTINGS_H

#include "base/arena.h"

struct client_settings {
    const char *url;
    const char *token;
    const char *ca_file; /* NULL: the system's authorities */
};

/* $XDG_CONFIG_HOME/lastday/client.conf or ~/.config/lastday/client.conf: "url = …", "token = …", "ca_file =
 * …". False with ERR_INPUT for a broken file or when there is no token. */
MUST_USE bool client_settings_load(struct client_settings *ret, struct arena *arena, struct err *err);

#endif
