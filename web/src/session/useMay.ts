/* What the one who is signed in may do; nothing until that is known. The server decides, this only hides buttons. */
import { useQuery } from '@tanstack/react-query';
import { meQuery } from '../api/queries';

export type Permission = 'read' | 'operate' | 'approve' | 'admin';

export function useMay(): (permission: Permission) => boolean {
  const { data: me } = useQuery(meQuery);
  return (permission) => me?.permissions.includes(permission) ?? false;
}
