#include "call_fixture.h"

#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/clock.h"
#include "base/rng.h"

static const char state_text[] =
    "{'tenants':{'" TENANT "':{'id':'" TENANT "','display_name':'Contoso','default_domain':'contoso.com',"
    "'initial_domain':'contoso.onmicrosoft.com',"
    "'apps':[{'client_id':'" CLIENT "','secret':'s3cret~+/=','certificates':['*'],"
    "  'refresh_tokens':['0.Apartner',{'token':'0.Aold','expires_at':'2020-01-01T00:00:00Z'},"
    "                    {'token':'0.Arevoked','revoked':true}],"
    "  'graph_roles':['User.ReadWrite.All','Group.Read.All'],'exchange_roles':['Exchange.ManageAsApp'],"
    "  'sharepoint_roles':['Sites.FullControl.All'],'directory_roles':['Exchange Administrator']}],"
    "'skus':[],'deleted_users':{},"
    "'users':{"
    " '" ADA "':{'id':'" ADA
    "','userPrincipalName':'ada@contoso.com','displayName':'Ada Leaver','mail':'ada@contoso.com',"
    "   'mailNickname':'ada','accountEnabled':true,'createdDateTime':'2024-02-03T04:05:06Z'},"
    " '" BOB "':{'id':'" BOB
    "','userPrincipalName':'bob@contoso.com','displayName':'Bob Keep','mail':'bob@contoso.com',"
    "   'mailNickname':'bob','accountEnabled':true},"
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
    "'_events':[{'subject':'Soon','isOrganizer':true,'attendees':[{}],'start':{'dateTime':'2030-01-02T10:00:"
    "00.0000000'}},"
    "              "
    "{'subject':'Alone','isOrganizer':true,'attendees':[],'start':{'dateTime':'2030-01-02T10:00:00.0000000'}}"
    "],"
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

struct sim *fixture_new(void)
{
    struct err err = {0};
    AUTO_FREE char *text = strdup(state_text);
    for (char *at = text; *at; at++)
        if (*at == '\'')
            *at = '"';
    struct sim *sim = calloc(1, sizeof *sim);
    if (!sim)
        abort();
    pthread_mutex_init(&sim->lock, NULL);
    sim->conversion_ms = 60000;
    sim->state = json_read(text, strlen(text), &err);
    if (!sim->state) {
        fprintf(stderr, "%s\n", err.message);
        abort();
    }
    sim_index(sim);
    return sim;
}

void fixture_free(struct sim *sim)
{
    json_decref(sim->state);
    json_decref(next_headers);
    next_headers = NULL;
    pthread_mutex_destroy(&sim->lock);
    free(sim);
}

json_t *fixture_mailbox(struct sim *sim, const char *user_id)
{
    return json_object_get(json_object_get(sim_tenant(sim, TENANT), "mailboxes"), user_id);
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

struct reply fixture_call(struct sim *sim, const char *service, const char *method, const char *target,
                          const char *body)
{
    static const struct {
        const char *service;
        void (*handle)(struct sim *sim, struct sim_call *call);
    } services[] = {{"login", login_handle},
                    {"exchange", exchange_handle},
                    {"sharepoint", sharepoint_handle},
                    {"sink", sink_handle}};
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
    for (size_t i = 0; i < sizeof services / sizeof *services; i++)
        if (!strcmp(services[i].service, service))
            services[i].handle(sim, &call);
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

/* The simulator takes any signature for "*", so the assertion needs none. */
static void assertion_add(struct strbuf *body)
{
    int64_t now_s = clock_utc_ms(clock_system()) / 1000;
    AUTO_STRBUF struct strbuf claims = STRBUF_MAX(2000);
    strbuf_printf(&claims,
                  "{\"aud\":\"http://127.0.0.1:9090/login/" TENANT "/oauth2/v2.0/token\",\"iss\":\"" CLIENT
                  "\",\"sub\":\"" CLIENT "\",\"jti\":\"x\",\"nbf\":%lld,\"exp\":%lld}",
                  (long long)now_s, (long long)now_s + 600);
    static const char header[] = "{\"alg\":\"PS256\",\"typ\":\"JWT\",\"x5t#S256\":\"abc\"}";
    strbuf_text_add(body,
                    "&client_assertion_type=urn%3Aietf%3Aparams%3Aoauth%3Aclient-assertion-type%3Ajwt-bearer"
                    "&client_assertion=");
    strbuf_base64url(body, header, strlen(header));
    strbuf_char(body, '.');
    strbuf_base64url(body, strbuf_text(&claims), claims.length);
    strbuf_text_add(body, ".c2lnbmF0dXJl");
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
    json_t *kept = next_headers;
    next_headers = NULL;
    fixture_header(sim, "Content-Type", "application/x-www-form-urlencoded");
    AUTO_REPLY struct reply reply =
        fixture_call(sim, "login", "POST", "/" TENANT "/oauth2/v2.0/token", strbuf_text(&body));
    next_headers = kept;
    const char *token = json_text(reply.json, "access_token");
    return token ? strdup(token) : NULL;
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
    return fixture_call(sim, "exchange", "POST", "/adminapi/beta/" TENANT "/InvokeCommand",
                        strbuf_text(&body));
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
