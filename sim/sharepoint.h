/* sharepoint — what the parts of the SharePoint service share. */
#ifndef SIM_SHAREPOINT_H
#define SIM_SHAREPOINT_H

#include "sim.h"

/* One call to one site, or (site NULL) to the tenant's administration. */
struct site_call {
    struct sim *sim;
    struct sim_call *call;
    const struct sim_caller *caller;
    json_t *tenant;
    json_t *site;
    const char *owner_id; /* whose OneDrive this is */
    char *rest;           /* after "/_api/", decoded */
};

void sharepoint_fail(struct sim_call *call, int status, const char *code, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
void sharepoint_denied(struct sim_call *call);
/* The site with this address, or whose address ends in this path; false when there is none. */
bool sharepoint_find(struct site_call *at, const char *path, size_t length);

void sharepoint_site_handle(const struct site_call *at);
/* sharepoint_tenant.c: {admin}/_api/…; sharepoint_csom.c: {admin}/_vti_bin/client.svc/ProcessQuery */
void sharepoint_tenant_handle(struct site_call *at);
void sharepoint_csom_handle(struct site_call *at);
/* The properties of a site as the administration shows them; the caller owns it. */
json_t *sharepoint_properties(const struct site_call *at);

#endif
