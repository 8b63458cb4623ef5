/* model — the evidence of one offboarding as one JSON document, made from the journal and the rows.
 *
 * What the journal says goes before what the rows say: it cannot be changed unseen. The document is a
 * function of both and of the program's version alone: asked for twice, it is the same, byte by byte. Times
 * are RFC 3339 in UTC. Its members, schema version 1:
 *
 *   schema       "lastday-report"; schema_version, made_by; as_of, the time of the last event
 *   id, status, cancel_requested, scheduled_at (as it is now), started_at, ended_at, locked_out_at
 *   lockout_ms   from the start to the lockout; duration_ms, from the start to the end
 *   request      what was asked for, as the first event holds it: who, when, why, reference, options, plan,
 *                schedule, warnings; tenant and user with the names of then
 *   warnings     those of the request and those found at the start, with what became of each: accepted
 *                {by, at}, lifted {by, at, reason}, found_at; null what does not apply
 *   approved     {by, at, reason}, the second person it had to wait for; or null
 *   tasks        what came of each, the data of its last event: items, before, after, error, warnings
 *   undo         null, or {status, requested_by, requested_at, started_at, ended_at, tasks}
 *   calls        each call that changes something: {n, direction, task, what, hash, sent_at, deadline,
 *                answered_at, status, request_id, outcome}
 *   reads        each call that changes nothing: {at, task, what, status, request_id}
 *   timeline     what ran when: {direction, task, state, from, to}; running, verifying, waiting
 *   on_premises  what has to be done in Active Directory: {task, label, message, command}
 *   lasting      what was done and cannot be undone (any more): {task, label, why}
 *   journal      {start, end: {seq, hash}, older, findings, events}; an event is {seq, at, kind, task,
 *                data_sha256, hash, data}; the data of request and task events is null here: it stands
 *                above, or was overtaken */
#ifndef REPORT_MODEL_H
#define REPORT_MODEL_H

#include "store/store.h"

#define REPORT_SCHEMA "lastday-report"
#define REPORT_SCHEMA_VERSION 1

/* A new value; NULL with err set, ERR_NOT_FOUND when there is no such offboarding. */
MUST_USE json_t *report_model(struct tx *tx, const char *offboarding_id, struct err *err);

#endif
