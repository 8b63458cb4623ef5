/* Addresses that open the wizard with something filled in. Pure.
 *
 *   /offboardings/new?tenant=contoso.com&users=adele@contoso.com,bram@contoso.com&template=Leaver
 *   /offboardings/new?from=OFFBOARDING    the same tenant and options as that one
 *
 * tenant: id or default domain; users: ids or user principal names, in one parameter or several; template: id or name. */
import type { Template } from '../api/schema';

export interface DeepLink {
  tenant: string | null;
  users: string[];
  template: string | null;
  from: string | null;
}

const NAMES = ['tenant', 'users', 'user', 'template', 'from'];

/* Null when the address asks for nothing. */
export function linkOf(params: URLSearchParams): DeepLink | null {
  if (!NAMES.some((name) => params.get(name))) return null;
  const users = [...params.getAll('users'), ...params.getAll('user')]
    .flatMap((value) => value.split(','))
    .map((value) => value.trim())
    .filter(Boolean);
  return {
    tenant: params.get('tenant') || null,
    users: [...new Set(users)],
    template: params.get('template') || null,
    from: params.get('from') || null,
  };
}

/* The address without what was asked for. */
export function withoutLink(params: URLSearchParams): URLSearchParams {
  const next = new URLSearchParams(params);
  for (const name of NAMES) next.delete(name);
  return next;
}

export const templateNamed = (named: string, templates: Template[]): Template | undefined =>
  templates.find(({ id }) => id === named) ??
  templates.find(({ name }) => name.toLowerCase() === named.toLowerCase());
