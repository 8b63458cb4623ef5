#include "call_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/memory.h"
#include "base/rng.h"
#include "seed.h"
#include "server.h"
#include "state_user.h"

#define CONTOSO "0f6c9b7e-4a52-4d19-9a3e-5b1c7d2e8f01"

#define LICENSED "'assignedLicenses':[{'skuId':'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46','disabledPlans':[]}]"

static const char state_text[] =
    "{'tenants':{'" TENANT "':{'id':'" TENANT "','display_name':'Contoso','default_domain':'contoso.com',"
    "'initial_domain':'contoso.onmicrosoft.com',"
    "'apps':[{'client_id':'" CLIENT "','secret':'s3cret~+/=','certificates':['*'],"
    "  'refresh_tokens':['0.Apartner',{'token':'0.Aold','expires_at':'2020-01-01T00:00:00Z'},"
    "                    {'token':'0.Arevoked','revoked':true}],"
    "  'graph_roles':['User.ReadWrite.All','Group.Read.All'],'exchange_roles':['Exchange.ManageAsApp'],"
    "  'sharepoint_roles':['Sites.FullControl.All'],'directory_roles':['Exchange Administrator']}],"
    "'skus':[{'skuId':'cbdc14ab-d96c-4c30-b9f4-6ada7cdc1d46','skuPartNumber':'SPB','capabilityStatus':'"
    "Enabled',"
    "  'consumedUnits':2,'prepaidUnits':{'enabled':5},"
    "  "
    "'servicePlans':[{'servicePlanId':'9aaf7827-d63c-4b61-89c3-182f06f82e5c','servicePlanName':'EXCHANGE_S_"
    "STANDARD'},"
    "   {'servicePlanId':'c7699d2e-19aa-44de-8edf-1736da088ca1','servicePlanName':'SHAREPOINTSTANDARD'}]}],"
    "'deleted_users':{},"
    "'users':{"
    " '" ADA "':{'id':'" ADA
    "','userPrincipalName':'ada@contoso.com','displayName':'Ada Leaver','mail':'ada@contoso.com',"
    "   'mailNickname':'ada','accountEnabled':true,'createdDateTime':'2024-02-03T04:05:06Z'," LICENSED "},"
    " '" BOB "':{'id':'" BOB
    "','userPrincipalName':'bob@contoso.com','displayName':'Bob Keep','mail':'bob@contoso.com',"
    "   'mailNickname':'bob','accountEnabled':true," LICENSED "},"
    " '" CYD "':{'id':'" CYD
    "','userPrincipalName':'cyd@contoso.com','displayName':'Cyd Synced','mail':'cyd@contoso.com',"
    "   'mailNickname':'cyd','accountEnabled':true,'onPremisesSyncEnabled':true},"
    " '" DAN "':{'id':'" DAN "','userPrincipalName':'dan@contoso.com','displayName':'Dan Premises',"
    "   'mail':'dan@contoso.com','mailNickname':'dan','accountEnabled':true},"
    " '" EVE "':{'id':'" EVE
    "','userPrincipalName':'eve@contoso.com','displayName':'Bob Keep','mail':'eve@contoso.com',"
    "   'mailNickname':'eve','accountEnabled':true}},"
    "'groups':{"
    " '" LIST "':{'id':'" LIST
    "','displayName':'All Staff','mail':'staff@contoso.com','mailNickname':'staff',"
    "   'mailEnabled':true,'securityEnabled':false,'groupTypes':[],'_members':['" ADA "'],'_owners':['" BOB
    "']},"
    " '" SYNCED_LIST "':{'id':'" SYNCED_LIST "','displayName':'Old Staff','mail':'old@contoso.com',"
    "   "
    "'mailNickname':'old','mailEnabled':true,'securityEnabled':true,'groupTypes':[],'onPremisesSyncEnabled':"
    "true,"
    "   '_members':['" ADA "'],'_owners':[]}},"
    "'mailboxes':{"
    " '" ADA "':{'RecipientTypeDetails':'UserMailbox','PrimarySmtpAddress':'ada@contoso.com',"
    "   'ExchangeGuid':'44444444-4444-4444-8444-444444444401','EmailAddresses':['SMTP:ada@contoso.com',"
    "   'smtp:ada.leaver@contoso.com'],'_size_bytes':106300440576,'_items':1234,"
    "   '_rules':[{'Name':'Forward','RuleIdentity':'16140901064495857665','Priority':1,'Enabled':true},"
    "             {'Name':'Junk E-mail Rule','RuleIdentity':'77','Priority':2,'Enabled':true,'_hidden':true},"
    "             {'Name':'Bad','RuleIdentity':'78','_broken':true}],"
    "   '_devices':[{'Identity':'Ada Leaver\\\\ExchangeActiveSyncDevices\\\\REST\u00a7Outlook\u00a75eec',"
    "                'Guid':'55555555-5555-4555-8555-555555555501','DeviceType':'Outlook'}],"
    "   "
    "'_events':[{'id':'AAA1=','subject':'Soon','isOrganizer':true,'attendees':[{}],"
    "             'start':{'dateTime':'2030-01-02T10:00:00.0000000'}},"
    "            {'id':'AAA2=','subject':'Alone','isOrganizer':true,'attendees':[],"
    "             'start':{'dateTime':'2030-01-02T10:00:00.0000000'}}],"
    "   '_calendar_permissions':[{'user':'" BOB "','rights':'Editor'}]},"
    " '" BOB "':{'RecipientTypeDetails':'UserMailbox','PrimarySmtpAddress':'bob@contoso.com',"
    "   '_recipient_permissions':[{'trustee':'" ADA "','rights':['SendAs']}]},"
    " '" CYD "':{'RecipientTypeDetails':'UserMailbox','PrimarySmtpAddress':'cyd@contoso.com'},"
    " '" EVE "':{'RecipientTypeDetails':'UserMailbox','PrimarySmtpAddress':'eve@contoso.com',"
    "   '_permissions':[{'user':'deleted','rights':['FullAccess']}]}},"
    "'sites':{'" ADA
    "':{'url':'https://contoso-my.sharepoint.com/personal/ada_contoso_com','admins':[],'sharing':2,"
    "   'lock':'Unlock'}}}}}";

/* What a test keeps beside the simulator. */
static json_t *next_headers;
static char tenant_id[37];
static struct strbuf permissions_before; /* of the seed, parted by "|" */

static struct sim *make(json_t *state, const char *id)
{
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim || !state)
        abort();
    pthread_mutex_init(&sim->lock, NULL);
    sim->conversion_ms = 60000;
    sim->touched = json_object();
    sim->server = must(calloc(1, sizeof *sim->server));
    *sim->server = (struct sim_server){.requests = json_array(),
                                       .faults = json_array(),
                                       .latency = json_object(),
                                       .limits = json_object(),
                                       .windows = json_object(),
                                       .seed = strdup("small"),
                                       .seeded = true};
    sim->state = state;
    snprintf(tenant_id, sizeof tenant_id, "%s", id);
    sim_index(sim);
    return sim;
}

struct sim *fixture_new(void)
{
    struct err err = {0};
    AUTO_FREE char *text = strdup(state_text);
    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    json_t *state = json_read(text, strlen(text), &err);
    if (!state)
        fprintf(stderr, "%s\n", err.message);
    return make(state, TENANT);
}

struct sim *fixture_seeded(void)
{
    json_t *tenant = seed_tenant("small", CONTOSO), *role;
    json_t *app = json_array_get(json_array_at(tenant, "apps"), 0);
    size_t i;
    json_put_text(app, "client_id", CLIENT);
    json_put_text(app, "secret", "s3cret~+/=");
    permissions_before = (struct strbuf)STRBUF_MAX(8000);
    json_array_foreach (json_array_at(app, "graph_roles"), i, role)
        strbuf_printf(&permissions_before, "%s%s", i ? "|" : "", json_string_value(role));
    return make(json_make("{s{so}s{}}", "tenants", CONTOSO, tenant, "operations"), CONTOSO);
}

void fixture_free(struct sim *sim)
{
    json_decref(sim->state);
    json_decref(sim->touched);
    json_decref(sim->server->requests);
    json_decref(sim->server->faults);
    json_decref(sim->server->latency);
    json_decref(sim->server->limits);
    json_decref(sim->server->windows);
    free(sim->server->seed);
    free(sim->server);
    json_decref(next_headers);
    next_headers = NULL;
    strbuf_done(&permissions_before);
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

json_t *fixture_tenant(struct sim *sim)
{
    return sim_tenant(sim, tenant_id);
}

json_t *fixture_user(struct sim *sim, const char *id_or_upn)
{
    json_t *user = sim_user(fixture_tenant(sim), id_or_upn);
    return user ? user : state_deleted(fixture_tenant(sim), id_or_upn);
}

json_t *fixture_mailbox(struct sim *sim, const char *user_id_or_address)
{
    return sim_mailbox(fixture_tenant(sim), user_id_or_address);
}

void fixture_permissions(struct sim *sim, const char *permissions)
{
    json_t *roles = json_array();
    AUTO_FREE char *copy = strdup(permissions ? permissions : strbuf_text(&permissions_before));
    char *rest = copy;
    for (char *name; (name = strsep(&rest, "|"));)
        json_add(roles, json_text_new(name));
    json_put(json_array_get(json_array_at(fixture_tenant(sim), "apps"), 0), "graph_roles", roles);
}

void fixture_advance(struct sim *sim, int64_t ms)
{
    sim->clock_offset_ms += ms;
    sim_settle(sim);
}

void fixture_header(struct sim *sim, const char *name, const char *value)
{
    (void)sim;
    if (!next_headers)
        next_headers = json_object();
    json_put_text(next_headers, name, value);
}

static const char *header_of(const struct sim_call *call, const char *name)
{
    const char *key;
    json_t *value;
    json_object_foreach ((json_t *)call->header_ctx, key, value)
        if (!strcasecmp(key, name))
            return json_string_value(value);
    return NULL;
}

void reply_done(struct reply *reply)
{
    json_decref(reply->json);
    json_decref(reply->headers);
    free(reply->text);
}

static void answer(struct sim *sim, const char *service, struct sim_call *call)
{
    static const struct {
        const char *service;
        void (*handle)(struct sim *sim, struct sim_call *call);
    } services[] = {{"login", login_handle},           {"graph", graph_handle}, {"exchange", exchange_handle},
                    {"sharepoint", sharepoint_handle}, {"sink", sink_handle},   {"_sim", control_handle}};
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (!strcmp(services[i].service, service))
            services[i].handle(sim, call);
}

struct reply fixture_call(struct sim *sim, const char *service, const char *method, const char *target,
                          const char *body)
{
    AUTO_FREE char *path = strdup(target);
    char *query = strchr(path, '?');
    if (query)
        *query++ = '\0';
    AUTO_STRBUF struct strbuf base = STRBUF_MAX(200);
    strbuf_printf(&base, "http://127.0.0.1:9090/%s", service);
    AUTO_JSON json_t *headers = next_headers ? next_headers : json_object();
    next_headers = NULL;
    struct sim_call call = {.method = method,
                            .path = path,
                            .query = query ? query : "",
                            .base_url = strbuf_text(&base),
                            .body = body ? body : "",
                            .body_length = body ? strlen(body) : 0,
                            .header = header_of,
                            .header_ctx = headers,
                            .reply_headers = json_object(),
                            .service = service};
    uuid_v4(rng_system(), call.request_id);
    call.json = call.body_length ? json_read_big(call.body, call.body_length, NULL) : NULL;
    sim_settle(sim);
    answer(sim, service, &call);
    struct reply reply = {.status = call.status, .text = call.text, .headers = call.reply_headers};
    if (call.reply) {
        reply.text = json_write(call.reply);
        json_decref(call.reply);
    }
    json_decref(call.json);
    json_decref(call.items);
    reply.json = reply.text ? json_read_big(reply.text, strlen(reply.text), NULL) : NULL;
    return reply;
}

struct reply fixture_control(struct sim *sim, const char *method, const char *target, const char *body)
{
    return fixture_call(sim, "_sim", method, target, body);
}

/* The simulator takes any signature for "*", so the assertion needs none. */
static void assertion_add(struct strbuf *body)
{
    int64_t now_s = clock_utc_ms(clock_system()) / 1000;
    AUTO_STRBUF struct strbuf claims = STRBUF_MAX(2000);
    strbuf_printf(&claims,
                  "{\"aud\":\"http://127.0.0.1:9090/login/%s/oauth2/v2.0/token\",\"iss\":\"" CLIENT
                  "\",\"sub\":\"" CLIENT "\",\"jti\":\"x\",\"nbf\":%lld,\"exp\":%lld}",
                  tenant_id, (long long)now_s, (long long)now_s + 600);
    static const char header[] = "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"abc\"}";
    strbuf_text_add(body,
                    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                    "&client_assertion=");
    strbuf_base64url(body, header, strlen(header));
    strbuf_char(body, '.');
    strbuf_base64url(body, strbuf_text(&claims), claims.length);
    strbuf_text_add(body, ".c2lnbmF0dXJl");
}

static char *token_get(struct sim *sim, const char *form)
{
    char target[80];
    snprintf(target, sizeof target, "/%s/oauth2/v2.0/token", tenant_id);
    json_t *kept = next_headers;
    next_headers = NULL;
    fixture_header(sim, "Content-Type", "application/x-www-form-urlencoded");
    AUTO_REPLY struct reply reply = fixture_call(sim, "login", "POST", target, form);
    next_headers = kept;
    const char *token = json_text(reply.json, "access_token");
    return token ? strdup(token) : NULL;
}

char *fixture_token(struct sim *sim, const char *scope, bool certificate)
{
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(8000);
    strbuf_text_add(&body, "grant_type=client_credentials&client_id=" CLIENT "&scope=");
    strbuf_percent(&body, scope);
    if (certificate)
        assertion_add(&body);
    else
        strbuf_text_add(&body, "&client_secret=s3cret~%2B%2F%3D");
    return token_get(sim, strbuf_text(&body));
}

char *fixture_user_token(struct sim *sim, const char *scope)
{
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(8000);
    const json_t *app = json_array_get(json_array_at(fixture_tenant(sim), "apps"), 0);
    strbuf_text_add(&body, "grant_type=refresh_token&client_id=" CLIENT
                           "&client_secret=s3cret~%2B%2F%3D&refresh_token=");
    strbuf_percent(&body, json_string_value(json_array_get(json_array_at(app, "refresh_tokens"), 0)));
    strbuf_text_add(&body, "&scope=");
    strbuf_percent(&body, scope);
    return token_get(sim, strbuf_text(&body));
}

static struct reply graph_call(struct sim *sim, const char *token, const char *method, const char *target,
                               const char *body)
{
    AUTO_STRBUF struct strbuf authorization = STRBUF_MAX(16000);
    AUTO_STRBUF struct strbuf path = STRBUF_MAX(8000);
    strbuf_printf(&authorization, "Bearer %s", token ? token : "");
    strbuf_printf(&path, "/%s%s", strncmp(target, "beta/", 5) ? "v1.0/" : "", target);
    fixture_header(sim, "Authorization", strbuf_text(&authorization));
    if (body)
        fixture_header(sim, "Content-Type", "application/json");
    return fixture_call(sim, "graph", method, strbuf_text(&path), body);
}

struct reply fixture_graph(struct sim *sim, const char *method, const char *target, const char *body)
{
    AUTO_FREE char *token = fixture_token(sim, "https://graph.microsoft.com/.default", true);
    return graph_call(sim, token, method, target, body);
}

struct reply fixture_graph_user(struct sim *sim, const char *method, const char *target, const char *body)
{
    AUTO_FREE char *token = fixture_user_token(sim, "https://graph.microsoft.com/.default");
    return graph_call(sim, token, method, target, body);
}

struct reply fixture_cmdlet(struct sim *sim, const char *name, const char *parameters)
{
    AUTO_FREE char *token = fixture_token(sim, "https://outlook.office365.com/.default", true);
    AUTO_STRBUF struct strbuf authorization = STRBUF_MAX(8000);
    AUTO_STRBUF struct strbuf body = STRBUF_MAX(8000);
    strbuf_printf(&authorization, "Bearer %s", token ? token : "");
    strbuf_printf(&body, "{\"CmdletInput\":{\"CmdletName\":\"%s\",\"Parameters\":%s}}", name, parameters);
    fixture_header(sim, "Authorization", strbuf_text(&authorization));
    fixture_header(sim, "Content-Type", "application/json; charset=utf-8");
    fixture_header(sim, "X-AnchorMailbox", "UPN:ada@contoso.com");
    char target[100];
    snprintf(target, sizeof target, "/adminapi/beta/%s/InvokeCommand", tenant_id);
    return fixture_call(sim, "exchange", "POST", target, strbuf_text(&body));
}

const char *reply_code(const struct reply *reply)
{
    const json_t *error = json_object_get(reply->json, "error");
    return json_text_or(error ? error : json_object_get(reply->json, "odata.error"), "code", "");
}

size_t reply_count(const struct reply *reply)
{
    return json_array_size(json_array_at(reply->json, "value"));
}

const json_t *reply_item(const struct reply *reply, size_t i)
{
    return json_array_get(json_array_at(reply->json, "value"), i);
}

const char *reply_row_text(const struct reply *reply, const char *key)
{
    return json_text_or(json_array_get(json_array_at(reply->json, "value"), 0), key, "");
}

const char *reply_class(const struct reply *reply)
{
    const char *class =
        json_text(json_object_at(json_object_at(json_object_at(reply->json, "error"), "innererror"),
                                 "internalexception"),
                  "type");
    const char *dot = class ? strrchr(class, '.') : NULL;
    return dot ? dot + 1 : "";
}
