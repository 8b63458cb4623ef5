// Every Graph call of the simulator's request log against Microsoft's schema: paths, $select and $expand, request bodies and
// answers; names with their case, and primitive types. The schema lies beside the repository, which carries no copy of it.
import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { ancestors, checkObject, checkValue, isA, memberOf, memberOfAny, readCsdl } from './csdl.mjs';

const FILE = fileURLToPath(new URL('../../../shared/contract/graph-csdl/v1.0-cut.xml', import.meta.url));

// False, or why it cannot be done: for node:test's `skip`.
export const skipped = existsSync(FILE) ? false : 'skipped: ../shared/contract/graph-csdl is not there';

let loaded;
export function graphSchema() {
  loaded ??= readCsdl(readFileSync(FILE, 'utf8'));
  return loaded;
}

// The action or function of this name on what a path has led to; that of the type itself before those of its ancestors.
function operationOn(at, name) {
  const schema = graphSchema();
  const named = schema.operations.filter((one) => one.name === name && one.on?.list === at.list);
  for (const type of ancestors(schema, at.type)) {
    const found = named.find((one) => one.on.type === type.name);
    if (found) return found;
  }
  return undefined;
}

const CAST = /^microsoft\.graph\.(.+)$/;

// What a path leads to: { type, list } of the answer, the operation at its end, or "reference" for …/$ref.
export function resolvePath(path) {
  const schema = graphSchema();
  const parts = path.split('/').filter(Boolean).map(decodeURIComponent);
  let at = schema.sets[parts.shift()];
  if (!at) return { unknown: 'no such entity set' };
  for (const [i, part] of parts.entries()) {
    const last = i === parts.length - 1;
    if (last && part === '$ref') return { ...at, reference: true };
    if (last && part === '$count') return { type: 'Edm.String', list: false };
    const operation = operationOn(at, part);
    const [, cast] = CAST.exec(part) ?? [];
    if (operation) {
      if (!last) return { unknown: `'${part}' is an operation and has nothing below it` };
      return { ...(operation.returns ?? { type: undefined, list: false }), operation };
    }
    if (cast) {
      if (!isA(schema, `graph.${cast}`, at.type)) return { unknown: `${cast} is no ${at.type}` };
      at = { type: `graph.${cast}`, list: at.list };
    } else if (at.list) {
      at = { type: at.type, list: false }; // a key
    } else {
      if (!schema.types[at.type]) return { unknown: false };
      const member = memberOf(schema, at.type, part) ?? memberOfDerived(schema, at.type, part);
      if (!member) return { unknown: `${at.type} has no '${part}'` };
      at = { type: member.type, list: member.list, opened: at };
    }
  }
  return at;
}

// /directory/deletedItems/{id}/restore and the like work on what the object really is.
const memberOfDerived = (schema, type, name) => (type === 'graph.directoryObject' ? memberOfAny(schema, type, name) : undefined);

function checkSelect(list, type, where, findings) {
  for (const name of list.split(',').map((one) => one.trim()))
    if (!memberOfAny(graphSchema(), type, name)) findings.push(`${where}: $select of '${name}', which ${type} has not`);
}

// "manager($select=id,displayName),members"
function checkExpand(text, type, where, findings) {
  for (const [, name, options = ''] of text.matchAll(/(\w+)(?:\(([^)]*)\))?/g)) {
    const member = memberOfAny(graphSchema(), type, name);
    if (member?.kind !== 'navigation') findings.push(`${where}: $expand of '${name}', which ${type} has not`);
    const [, select] = /\$select=([^;]*)/.exec(options) ?? [];
    if (member && select) checkSelect(select, member.type, where, findings);
  }
}

// The properties that a filter names: before an operator, or first in a function.
function checkFilter(text, type, where, findings) {
  const plain = text.replace(/'(?:[^']|'')*'/g, "''");
  for (const [, a, b] of plain.matchAll(/(?:([\w/]+)\s+(?:eq|ne|gt|ge|lt|le|in)\b|(?:startswith|endswith|contains)\(([\w/]+),)/g)) {
    const name = (a ?? b).split('/')[0];
    if (!memberOfAny(graphSchema(), type, name)) findings.push(`${where}: $filter on '${name}', which ${type} has not`);
  }
}

function checkQuery(query, target, where, findings) {
  if (!target.type) return;
  if (query.has('$select')) checkSelect(query.get('$select'), target.type, where, findings);
  if (query.has('$expand')) checkExpand(query.get('$expand'), target.type, where, findings);
  if (query.has('$filter')) checkFilter(query.get('$filter'), target.type, where, findings);
}

// Names of older actions' parameters are capital in the schema, and matched without case.
function checkParameters(operation, body, where, findings) {
  for (const [name, value] of Object.entries(body)) {
    if (name.startsWith('@')) continue;
    const capital = name[0].toUpperCase() + name.slice(1);
    const parameter = operation.parameters[name] ?? operation.parameters[capital];
    if (!parameter) findings.push(`${where}: ${operation.name} has no parameter '${name}'`);
    else checkValue(graphSchema(), parameter, value, `${where}.${name}`, findings);
  }
  for (const [name, parameter] of Object.entries(operation.parameters))
    if (parameter.required && !Object.keys(body).some((one) => one.toLowerCase() === name.toLowerCase()))
      findings.push(`${where}: ${operation.name} lacks its parameter '${name}'`);
}

// "members@odata.bind": [urls]
function checkBind(body, type, where, findings) {
  for (const name of Object.keys(body).filter((one) => one.endsWith('@odata.bind')))
    if (memberOf(graphSchema(), type, name.replace('@odata.bind', ''))?.kind !== 'navigation')
      findings.push(`${where}: ${type} has no '${name}'`);
}

function checkBody(body, target, where, findings) {
  if (body === null || body === undefined || body === '') return false;
  if (target.reference) {
    if (typeof body['@odata.id'] !== 'string') findings.push(`${where}: a reference needs '@odata.id'`);
  } else if (target.operation) {
    checkParameters(target.operation, body, where, findings);
  } else if (target.type) {
    checkObject(graphSchema(), target.type, body, where, findings);
    checkBind(body, target.type, where, findings);
  }
  return true;
}

function checkError(reply, where, findings) {
  if (typeof reply?.error?.code !== 'string' || typeof reply.error.message !== 'string')
    findings.push(`${where}: an error has a code and a message`);
}

function checkReply(call, target, where, findings) {
  const { reply, status } = call;
  if (reply === null || reply === undefined || status === 0) return false;
  if (status >= 400) {
    checkError(reply, where, findings);
  } else if (target.list && call.method === 'GET') {
    checkValue(graphSchema(), target, reply.value, `${where}.value`, findings);
    if (!Array.isArray(reply.value)) findings.push(`${where}: a collection has 'value'`);
  } else if (target.type && (target.list ? call.method !== 'POST' : true) && target.type.startsWith('Edm.')) {
    checkValue(graphSchema(), target, reply.value, `${where}.value`, findings);
  } else if (target.operation && target.list) {
    checkValue(graphSchema(), target, reply.value, `${where}.value`, findings);
  } else if (target.type) {
    checkObject(graphSchema(), target.type, reply, where, findings);
  }
  return true;
}

// Calls of one log entry, those of a batch by themselves: { method, path, body, reply, status }.
function callsOf(entry) {
  return entry.items ? entry.items.map((item) => ({ ...item, path: `/graph${item.path}` })) : [entry];
}

// { calls, bodies, replies, beta, findings } of the entries of GET /_sim/requests; beta is counted and not checked.
export function checkLog(entries) {
  const sum = { calls: 0, bodies: 0, replies: 0, beta: 0, findings: [] };
  for (const call of entries.filter((one) => one.path.startsWith('/graph/')).flatMap(callsOf)) {
    const [path, query = ''] = call.path.split(/\?(.*)/s);
    const where = `${call.method} ${path}`;
    if (path.startsWith('/graph/beta/')) {
      sum.beta++;
      continue;
    }
    sum.calls++;
    const target = resolvePath(path.replace(/^\/graph\/v1\.0/, '').replace(/\('([^']*)'\)/g, '/$1'));
    if (target.unknown !== undefined) {
      if (target.unknown) sum.findings.push(`${where}: ${target.unknown}`);
      continue;
    }
    checkQuery(new URLSearchParams(query), target, where, sum.findings);
    sum.bodies += checkBody(call.body, target, `${where} body`, sum.findings);
    sum.replies += checkReply(call, target, `${where} answer`, sum.findings);
  }
  // The same in every row of a list is one finding.
  sum.findings = [...new Set(sum.findings.map((text) => text.replace(/\[\d+\]/g, '[]')))];
  return sum;
}
