/* What a set of options does, in a line. Pure. */
import type { Catalog, Options } from '../api/schema';
import { t } from '../i18n/t';

const SHOWN = 3;

const isChosen = (value: Options[string] | undefined) =>
  value !== undefined && value !== null && value !== false;

export function tasksOf(options: Options, catalog: Catalog | undefined): string[] {
  const chosen = Object.keys(options).filter((id) => isChosen(options[id]));
  const order = new Map(catalog?.tasks.map(({ id }, at) => [id, at]));
  const labels = new Map(catalog?.tasks.map(({ id, label }) => [id, label]));
  return chosen
    .sort((one, two) => (order.get(one) ?? 999) - (order.get(two) ?? 999))
    .map((id) => labels.get(id) ?? id);
}

export function summaryOf(options: Options, catalog: Catalog | undefined): string {
  const tasks = tasksOf(options, catalog);
  if (tasks.length === 0) return t('options.nothing');
  if (tasks.length <= SHOWN + 1) return tasks.join(', ');
  return t('value.more', { first: tasks.slice(0, SHOWN).join(', '), count: tasks.length - SHOWN });
}
