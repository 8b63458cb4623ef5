/* What the one who is signed in may do; nothing until that is known. The server decides, this only hides what would be
 * refused. */
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries';
import type { Me } from '../api/schema';

/* `whole`: an admin whom no list of tenants binds. */
export type Permission = 'read' | 'operate' | 'approve' | 'admin' | 'whole';

export type Who = Pick<Me, 'permissions' | 'tenants'>;

export const mayOf = (who: Who | undefined, permission: Permission): boolean =>
  permission === 'whole'
    ? mayOf(who, 'admin') && who?.tenants === null
    : (who?.permissions.includes(permission) ?? false);

export function useMay(): (permission: Permission) => boolean {
  const { data: me } = useQuery(meQuery);
  return (permission) => mayOf(me, permission);
}
