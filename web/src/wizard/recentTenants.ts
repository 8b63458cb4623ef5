/* The tenants that were used last in this browser, newest first. */
const KEY = 'lastday.recent_tenants';
const KEPT = 3;

export function recentTenants(): string[] {
  try {
    const ids: unknown = JSON.parse(localStorage.getItem(KEY) ?? '[]');
    return Array.isArray(ids) ? ids.filter((id): id is string => typeof id === 'string') : [];
  } catch {
    return [];
  }
}

export const rememberTenant = (id: string) =>
  localStorage.setItem(
    KEY,
    JSON.stringify([id, ...recentTenants().filter((one) => one !== id)].slice(0, KEPT)),
  );

export function recentFirst<T extends { id: string }>(items: T[], recent: string[]): T[] {
  const rank = ({ id }: T) => (recent.includes(id) ? recent.indexOf(id) : recent.length);
  return items.map((item) => item).sort((a, b) => rank(a) - rank(b));
}
