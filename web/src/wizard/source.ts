/* What the options begin from. Pure. */
import type { Defaults, Options, Template } from '../api/schema';
import { AS_BEFORE, NOTHING } from './draft';

const none: Options = {};

/* The tenant's defaults are a template, or options of their own. */
export function sourceOptions(source: string, defaults?: Defaults, templates: Template[] = []): Options {
  if (source === NOTHING || source === AS_BEFORE) return none;
  const template = source || defaults?.template;
  if (template) return templates.find(({ id }) => id === template)?.options ?? none;
  return defaults?.options ?? none;
}

export const hasDefaults = (defaults?: Defaults) =>
  Boolean(defaults && (defaults.template || Object.keys(defaults.options).length));
