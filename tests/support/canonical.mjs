// JSON in the form of RFC 8785, by other means than the product's: JSON.stringify writes texts and numbers as it asks,
// and sorts nothing.
export function canonical(value) {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (value === null || typeof value !== 'object') return JSON.stringify(value);
  const members = Object.keys(value).sort(); // by UTF-16 code units, as the RFC says
  return `{${members.map((name) => `${JSON.stringify(name)}:${canonical(value[name])}`).join(',')}}`;
}
