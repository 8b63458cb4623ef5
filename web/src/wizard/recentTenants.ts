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

/* Favourites first, then what was used last, then the rest as it came. */
export function likelyFirst<T extends { id: string }>(
  items: T[],
  favourites: string[],
  recent: string[],
): T[] {
  const likely = [...new Set([...favourites, ...recent])];
  const rank = ({ id }: T) => (likely.includes(id) ? likely.indexOf(id) : likely.length);
  return items.map((item) => item).sort((a, b) => rank(a) - rank(b));
}
