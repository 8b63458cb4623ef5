/* Light, dark, or as the system has it; remembered in this browser. */
import {
  type BrandVariants,
  createDarkTheme,
  createLightTheme,
  type Theme,
} from '@fluentui/react-components';
import { useSyncExternalStore } from 'react';

const brand: BrandVariants = {
  10: '#020506',
  20: '#0f1d21',
  30: '#13303a',
  40: '#143f4e',
  50: '#124e63',
  60: '#0c5e79',
  70: '#006e8f',
  80: '#0a7a9f',
  90: '#3489ae',
  100: '#5096b8',
  110: '#69a3c2',
  120: '#82b0cb',
  130: '#9abed4',
  140: '#b2ccde',
  150: '#cbdae7',
  160: '#e4e9f1',
};

const light: Theme = createLightTheme(brand);
const dark: Theme = {
  ...createDarkTheme(brand),
  colorBrandForeground1: brand[110],
  colorBrandForeground2: brand[120],
  colorBrandForegroundLink: brand[110],
  colorBrandForegroundLinkHover: brand[120],
  /* Dark enough for the reds, greens and oranges of a row or a card that is pointed at (4.5 to 1). */
  colorNeutralBackground1Hover: '#333333',
  colorSubtleBackgroundHover: '#333333',
};

export type Appearance = 'system' | 'light' | 'dark';

const KEY = 'lastday.appearance';
const system = window.matchMedia('(prefers-color-scheme: dark)');
const listeners = new Set<() => void>();

function stored(): Appearance {
  const value = localStorage.getItem(KEY);
  return value === 'light' || value === 'dark' ? value : 'system';
}

let appearance = stored();

function show() {
  if (appearance === 'system') delete document.documentElement.dataset.theme;
  else document.documentElement.dataset.theme = appearance;
  for (const listener of listeners) listener();
}

show();
system.addEventListener('change', show);

export function setAppearance(value: Appearance) {
  appearance = value;
  localStorage.setItem(KEY, value);
  show();
}

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const useAppearance = () => useSyncExternalStore(subscribe, () => appearance);

export const useTheme = (): Theme =>
  useSyncExternalStore(subscribe, () =>
    appearance === 'dark' || (appearance === 'system' && system.matches) ? dark : light,
  );
