/* The two sections of the options, as people know them: what is done to the account, and who takes over. Pure. */
import type { Catalog, CatalogTask } from '../api/schema';

export type Section = 'settings' | 'access';

const namesPeople = ({ parameters }: CatalogTask) => parameters.some(({ type }) => type.startsWith('user'));
const writes = ({ parameters }: CatalogTask) => parameters.some(({ type }) => type === 'html');

/* Whatever names people or speaks to them hands over, and so does the rest of the handing over; the opposite of such a
 * task stands beside it. */
export function sectionOf(task: CatalogTask, { tasks }: Catalog): Section {
  const handsOver = (one: CatalogTask) => namesPeople(one) || writes(one) || one.phase === 'data';
  const opposite = tasks.some(
    (other) =>
      other.phase === task.phase &&
      handsOver(other) &&
      (other.conflicts.includes(task.id) || task.conflicts.includes(other.id)),
  );
  return handsOver(task) || opposite ? 'access' : 'settings';
}
