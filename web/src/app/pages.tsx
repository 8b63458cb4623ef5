/* The pages that one can go to from anywhere: what the navigation, the command palette and the shortcuts are drawn
 * from. */
import {
  BookRegular,
  BuildingMultipleRegular,
  DataTrendingRegular,
  DocumentBulletListRegular,
  InfoRegular,
  KeyRegular,
  MoneyRegular,
  PeopleRegular,
  PersonSettingsRegular,
  PersonSubtractRegular,
  SendRegular,
  SettingsRegular,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { Key } from '../i18n/en';
import { mayOf, type Permission, type Who } from '../session/useMay';

export interface Page {
  to: string;
  label: Extract<Key, `page.${string}`>;
  icon: ReactElement;
  /* In the navigation, among the settings, or about oneself. */
  place: 'main' | 'settings' | 'me';
  /* The letter after `g` that leads here. */
  letter?: string;
  /* What one has to be permitted; without it, it is for everybody. */
  needs?: Permission;
}

const pages: Page[] = [
  { to: '/', label: 'page.dashboard', icon: <DataTrendingRegular />, place: 'main', letter: 'd' },
  {
    to: '/offboardings',
    label: 'page.offboardings',
    icon: <PersonSubtractRegular />,
    place: 'main',
    letter: 'o',
  },
  {
    to: '/templates',
    label: 'page.templates',
    icon: <DocumentBulletListRegular />,
    place: 'main',
    letter: 't',
  },
  { to: '/tenants', label: 'page.tenants', icon: <BuildingMultipleRegular />, place: 'main', letter: 'c' },
  { to: '/deliveries', label: 'page.deliveries', icon: <SendRegular />, place: 'main', letter: 'e' },
  {
    to: '/logbook',
    label: 'page.logbook',
    icon: <BookRegular />,
    place: 'main',
    letter: 'l',
    needs: 'admin',
  },
  {
    to: '/settings',
    label: 'page.settings',
    icon: <SettingsRegular />,
    place: 'main',
    letter: 's',
    needs: 'whole',
  },
  {
    to: '/settings/notifications',
    label: 'page.notifications',
    icon: <SendRegular />,
    place: 'settings',
    needs: 'whole',
  },
  { to: '/settings/prices', label: 'page.prices', icon: <MoneyRegular />, place: 'settings', needs: 'whole' },
  {
    to: '/settings/accounts',
    label: 'page.accounts',
    icon: <PeopleRegular />,
    place: 'settings',
    needs: 'whole',
  },
  { to: '/settings/tokens', label: 'page.tokens', icon: <KeyRegular />, place: 'settings', needs: 'whole' },
  { to: '/preferences', label: 'page.preferences', icon: <PersonSettingsRegular />, place: 'me' },
  { to: '/about', label: 'page.about', icon: <InfoRegular />, place: 'me' },
];

export function pagesFor(who: Who | undefined, place?: Page['place']): Page[] {
  return pages.filter((page) => (!place || page.place === place) && (!page.needs || mayOf(who, page.needs)));
}
