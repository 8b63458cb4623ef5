/* psa — a ticket per offboarding in HaloPSA, ConnectWise PSA or Autotask; one file each behind this table.
 *
 * Every ticket carries a tag made from the offboarding's id in its title: before one is made the PSA is
 * searched for it, so that a crash between making a ticket and remembering it never makes two. */
#ifndef NOTIFY_PSA_H
#define NOTIFY_PSA_H

#include "notify/channel.h"

#define PSA_TAG_SIZE 20

struct psa {
    const struct notify_parts *parts;
    const json_t *config;
    struct arena *arena;
    struct cancel *cancel;
    const char *authorization; /* a header, made by open; NULL before */
    int status;                /* of the last answer */
    char *response;            /* of the last answer, as it came; psa_done frees */
    int64_t retry_after_ms;
};
void psa_done(struct psa *psa);

struct psa_ticket {
    const char *title; /* with the tag; at most 100 UTF-16 units, the least that one of the three takes */
    const char *text;
    const char *html;
    int64_t company;
    const char *user_principal_name; /* of the affected user */
    const char *display_name;
};

/* Each: false with err set. Ticket ids are texts in the arena. */
struct psa_kind {
    const char *name;
    bool (*open)(struct psa *psa, struct err *err);
    /* *ret NULL: there is none. */
    bool (*find)(struct psa *psa, const char *tag, const char **ret, struct err *err);
    bool (*create)(struct psa *psa, const struct psa_ticket *ticket, const char **ret, struct err *err);
    bool (*note)(struct psa *psa, const char *ticket, const struct psa_ticket *note, struct err *err);
    bool (*close)(struct psa *psa, const char *ticket, struct err *err);
    /* [{id, name}], to help with mapping tenants; a new array. */
    json_t *(*companies)(struct psa *psa, const char *search, struct err *err);
};
extern const struct psa_kind psa_halopsa, psa_connectwise, psa_autotask;
const struct psa_kind *psa_kind_find(const char *name); /* NULL when there is none */

/* "LD-" and the random part of the id: short enough for a title. */
char *psa_tag(const char *offboarding_id, char tag[PSA_TAG_SIZE]);
/* Companies of the PSA that the settings describe; NULL with err set. */
MUST_USE json_t *psa_companies(const struct notify_parts *parts, const json_t *config, const char *search,
                               struct err *err);

/* For the kinds. body NULL for none; content_type NULL takes JSON; headers end with NULL, authorization is
 * added. *ret is the answer, or NULL when it is no JSON. ERR_REFUSED with the PSA's own words for anything
 * but 2xx. */
MUST_USE bool psa_call(struct psa *psa, const char *method, const char *url, const char *const *headers,
                       const json_t *body, json_t **ret, struct err *err);
MUST_USE bool psa_send(struct psa *psa, const char *method, const char *url, const char *const *headers,
                       const char *body, const char *content_type, json_t **ret, struct err *err);
/* A base address and a path, with one slash between. */
const char *psa_url(struct psa *psa, const char *base, const char *path);
/* The whole number under key as text; NULL when it is not there. */
const char *psa_number(struct psa *psa, const json_t *object, const char *key);
/* The number of the settings under key; adds it to the object under name, when it is set. */
void psa_put_number(struct psa *psa, json_t *object, const char *name, const char *key);

#endif
