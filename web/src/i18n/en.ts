/* Every sentence of the client, a file for each part of it. `{name}` is filled in; an object holds one form for each
 * plural rule and is chosen by `count`. Names of tasks, phases and parameters come from the server's catalogue, sentences
 * about errors from its answers. */
import { dashboard } from './en/dashboard';
import { deliveries } from './en/deliveries';
import { logbook } from './en/logbook';
import { notifications } from './en/notifications';
import { offboardings } from './en/offboardings';
import { run } from './en/run';
import { session } from './en/session';
import { settings } from './en/settings';
import { shell } from './en/shell';
import { templates } from './en/templates';
import { tenants } from './en/tenants';
import { wizard } from './en/wizard';
import { words } from './en/words';

export const en = {
  ...shell,
  ...session,
  ...dashboard,
  ...offboardings,
  ...run,
  ...wizard,
  ...templates,
  ...tenants,
  ...notifications,
  ...deliveries,
  ...logbook,
  ...settings,
  ...words,
} as const;

export type Catalogue = typeof en;
export type Key = keyof Catalogue;
