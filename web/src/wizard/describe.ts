/* What a chosen task was given, in one line for the confirmation. Pure. */
import type { CatalogParameter, CatalogTask } from '../api/schema';
import { list } from '../i18n/format';
import { t } from '../i18n/t';
import { type Choice, MANAGER, type ParameterValue, type Person } from './draft';

const nameOf = (person: Person) => (person.id === MANAGER ? t('people.manager') : person.name || person.id);

export const textOf = (html: string) =>
  html
    .replace(/<(?:br|\/p|\/li)[^>]*>/gi, ' ')
    .replace(/<[^>]*>/g, '')
    .replaceAll('&nbsp;', ' ')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&')
    .trim();

function describe(parameter: CatalogParameter, value: ParameterValue | undefined): string | null {
  const { label } = parameter;
  if (value === undefined || value === '' || value === false) return null;
  if (value === true) return t('param.yes', { label });
  if (Array.isArray(value))
    return value.length ? t('param.value', { label, value: list(value.map(nameOf)) }) : null;
  if (parameter.type === 'html') return t('param.value', { label, value: `“${textOf(value)}”` });
  const choice = parameter.choices.find((one) => one.value === value);
  return t('param.value', { label, value: choice?.label ?? value });
}

export const describeChoice = (task: CatalogTask, choice: Choice | undefined): string[] =>
  task.parameters.flatMap((parameter) => describe(parameter, choice?.parameters[parameter.id]) ?? []);
