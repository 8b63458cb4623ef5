// Microsoft Graph's schema (CSDL) read into plain objects, and the check of a JSON value against a type of it.
//
// A type: { kind: 'entity' | 'complex' | 'enum', name, base, open, properties: { name: { type, list, required } },
// navigation: { name: { type, list } }, members: Set }. Names are "graph.user", "teamsAdministration.numberAssignment".
const TAG = /<(\/?)([\w:]+)((?:\s+[\w:]+="[^"]*")*)\s*(\/?)>/g;

const attributes = (text) => Object.fromEntries([...text.matchAll(/([\w:]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]));

// "Collection(microsoft.graph.user)" to { type: 'graph.user', list: true }
function reference(text) {
  const [, inner] = /^Collection\((.*)\)$/.exec(text) ?? [];
  const type = (inner ?? text)
    .replace(/^microsoft\.graph\.teamsAdministration\./, 'teamsAdministration.')
    .replace(/^microsoft\.graph\./, 'graph.');
  return { type, list: inner !== undefined };
}

export function readCsdl(text) {
  const schema = { types: {}, operations: [], sets: {} };
  let alias, type, operation;
  for (const [, closes, tag, rest, empty] of text.matchAll(TAG)) {
    const at = attributes(rest);
    if (closes) {
      if (/^(EntityType|ComplexType|EnumType)$/.test(tag)) type = undefined;
      if (/^(Action|Function)$/.test(tag)) operation = undefined;
    } else if (tag === 'Schema') {
      alias = at.Alias;
    } else if (/^(EntityType|ComplexType|EnumType)$/.test(tag)) {
      const name = `${alias}.${at.Name}`;
      type = schema.types[name] = {
        kind: tag.replace('Type', '').toLowerCase(),
        name,
        base: at.BaseType && reference(at.BaseType).type,
        open: at.OpenType === 'true',
        flags: at.IsFlags === 'true',
        properties: {},
        navigation: {},
        members: new Set(),
      };
      if (empty) type = undefined;
    } else if (tag === 'Property' && type) {
      type.properties[at.Name] = { ...reference(at.Type), required: at.Nullable === 'false' };
    } else if (tag === 'NavigationProperty' && type) {
      type.navigation[at.Name] = reference(at.Type);
    } else if (tag === 'Member' && type) {
      type.members.add(at.Name);
    } else if (tag === 'Action' || tag === 'Function') {
      operation = { kind: tag.toLowerCase(), name: at.Name, bound: at.IsBound === 'true', parameters: {} };
      schema.operations.push(operation);
    } else if (tag === 'Parameter' && operation) {
      if (operation.bound && !operation.on) operation.on = reference(at.Type);
      else operation.parameters[at.Name] = { ...reference(at.Type), required: at.Nullable === 'false' };
    } else if (tag === 'ReturnType' && operation) {
      operation.returns = reference(at.Type);
    } else if (tag === 'EntitySet') {
      schema.sets[at.Name] = { ...reference(at.EntityType), list: true };
    } else if (tag === 'Singleton') {
      schema.sets[at.Name] = reference(at.Type);
    }
  }
  return schema;
}

export function ancestors(schema, name) {
  const found = [];
  for (let type = schema.types[name]; type; type = schema.types[type.base]) found.push(type);
  return found;
}

export const isA = (schema, name, wanted) => ancestors(schema, name).some((type) => type.name === wanted);

// A property or navigation property of the type or of what it is derived from.
export function memberOf(schema, typeName, name) {
  for (const type of ancestors(schema, typeName)) {
    if (Object.hasOwn(type.properties, name)) return { ...type.properties[name], kind: 'property' };
    if (Object.hasOwn(type.navigation, name)) return { ...type.navigation[name], kind: 'navigation' };
  }
  return undefined;
}

// As memberOf, but what any derived type has counts too: $select on a collection of directoryObject.
export function memberOfAny(schema, typeName, name) {
  return (
    memberOf(schema, typeName, name) ??
    Object.keys(schema.types)
      .filter((one) => isA(schema, one, typeName))
      .map((one) => memberOf(schema, one, name))
      .find(Boolean)
  );
}

const DATE = '\\d{4}-\\d{2}-\\d{2}';
const TIME = '\\d{2}:\\d{2}:\\d{2}(\\.\\d{1,12})?';
const text = (pattern) => (value) => typeof value === 'string' && (!pattern || new RegExp(`^${pattern}$`).test(value));
const whole = (bits) => (value) => Number.isInteger(value) && Math.abs(value) <= 2 ** (bits - 1);
const PRIMITIVES = {
  'Edm.String': text(),
  'Edm.Binary': text('[A-Za-z0-9+/_-]*=*'),
  'Edm.Boolean': (value) => typeof value === 'boolean',
  'Edm.Guid': text('[0-9a-fA-F]{8}(-[0-9a-fA-F]{4}){3}-[0-9a-fA-F]{12}'),
  'Edm.Int16': whole(16),
  'Edm.Int32': whole(32),
  'Edm.Int64': whole(64),
  'Edm.Double': (value) => typeof value === 'number' || ['INF', '-INF', 'NaN'].includes(value),
  'Edm.Single': (value) => typeof value === 'number',
  'Edm.Date': text(DATE),
  'Edm.TimeOfDay': text(TIME),
  'Edm.DateTimeOffset': text(`${DATE}T${TIME}(Z|[+-]\\d{2}:\\d{2})`),
  'Edm.Duration': text('-?P(\\d+D)?(T(\\d+H)?(\\d+M)?(\\d+(\\.\\d+)?S)?)?'),
};

function checkOne(schema, type, value, where, findings) {
  if (value === '***') return; // a secret that the log has cut
  if (type.startsWith('Edm.')) {
    const check = PRIMITIVES[type];
    if (check && !check(value)) findings.push(`${where}: ${JSON.stringify(value)} is no ${type}`);
    return;
  }
  const known = schema.types[type];
  if (!known) return; // the cut schema does not have it
  if (known.kind === 'enum') {
    const words = typeof value === 'string' ? value.split(',') : [];
    if (!words.length || (!known.flags && words.length > 1) || words.some((word) => !known.members.has(word)))
      findings.push(`${where}: ${JSON.stringify(value)} is no member of ${type}`);
    return;
  }
  checkObject(schema, type, value, where, findings);
}

// Answered though the schema does not have it.
const UNDECLARED = new Set(['graph.identity email']);

// What a JSON value says against a type reference { type, list, required }.
export function checkValue(schema, wanted, value, where, findings) {
  if (value === undefined) return;
  if (value === null) {
    if (wanted.required || wanted.list) findings.push(`${where}: null is not allowed`);
  } else if (wanted.list) {
    if (!Array.isArray(value)) findings.push(`${where}: no list`);
    else value.forEach((one, i) => checkOne(schema, wanted.type, one, `${where}[${i}]`, findings));
  } else {
    checkOne(schema, wanted.type, value, where, findings);
  }
}

// An object of the type, or of the derived type that its "@odata.type" names.
export function checkObject(schema, typeName, value, where, findings) {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    findings.push(`${where}: no object of ${typeName}`);
    return;
  }
  const tag = value['@odata.type'];
  let own = typeName;
  if (typeof tag === 'string') {
    own = reference(tag.replace(/^#/, '')).type;
    if (!schema.types[own]) return; // a type of the future, or of beta
    if (!isA(schema, own, typeName)) findings.push(`${where}: ${own} is no ${typeName}`);
  }
  for (const [name, part] of Object.entries(value)) {
    if (name.startsWith('@') || name.includes('@odata.')) continue;
    const member = memberOf(schema, own, name);
    if (member) checkValue(schema, { ...member, required: member.kind === 'property' && member.required }, part, `${where}.${name}`, findings);
    else if (!UNDECLARED.has(`${own} ${name}`) && !(schema.types[own]?.open && name.startsWith('extension_')))
      findings.push(`${where}: ${own} has no '${name}'`);
  }
}
