/* The tenants that one can choose from, [id, name] each; the one in `chosen` too when it is not among the first. */
import { useQuery } from '@tanstack/react-query';
import { tenantsQuery } from '../api/queries';

export function useTenantChoices(chosen: string): [id: string, name: string][] {
  const { data } = useQuery(tenantsQuery(''));
  const known = (data?.items ?? []).map(({ id, display_name }): [string, string] => [id, display_name]);
  return !chosen || known.some(([id]) => id === chosen) ? known : [...known, [chosen, chosen]];
}
