// How a page looks and whether everybody can use it: in the sizes and the colours that people have.
import AxeBuilder from '@axe-core/playwright';
import { expect } from '@playwright/test';
import { artifacts } from './paths.mjs';

const desktop = { width: 1440, height: 900 };
const tablet = { width: 768, height: 1024 };
const phone = { width: 390, height: 844 };
const forced = { width: 320, height: 640, theme: 'forced', rules: 'structure' }; // its colours are the system's
// What a theme changes is colours, and what a size changes shows at its ends: a tablet has nothing of its own.
const all = [
  { ...desktop, theme: 'light', rules: 'all' },
  { ...desktop, theme: 'dark', rules: 'colours' },
  { ...tablet, theme: 'light' },
  { ...tablet, theme: 'dark' },
  { ...phone, theme: 'light', rules: 'structure' },
  { ...phone, theme: 'dark', rules: 'colours' },
  forced,
];
// For what differs from a page that is looked at in all of them by a message or a dialog.
const some = [{ ...desktop, theme: 'light', rules: 'all' }, { ...phone, theme: 'dark', rules: 'all' }, forced];

async function settle(page) {
  await page.evaluate(() => new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done))));
}

// Makes the window as high as the page, so that what sticks to an edge covers nothing.
async function showWhole(page) {
  const { width, height } = page.viewportSize();
  const whole = await page.evaluate(() => document.documentElement.scrollHeight);
  await page.setViewportSize({ width, height: Math.max(height, whole) });
  await settle(page);
}

const save = (page, name, { width, height }, theme) =>
  page.screenshot({
    path: `${artifacts}/screenshots/${name}-${width}x${height}-${theme}.png`,
    animations: 'disabled',
  });

// What the window shows now.
export const screenshot = (page, name, theme = 'light') => save(page, name, page.viewportSize(), theme);

// What the README shows: copied from there to docs/screenshots when it has changed.
export async function screenshotForReadme(page, name) {
  const before = page.viewportSize();
  await page.setViewportSize({ width: 1200, height: 1000 });
  await page.evaluate(() => window.scrollTo(0, 0));
  await settle(page);
  await page.screenshot({ path: `${artifacts}/screenshots/readme-${name}.png`, animations: 'disabled' });
  await page.setViewportSize(before);
}

// Tabster's ends of a focus trap are hidden and yet focusable: that is their work.
const isFocusTrap = (id, { html }) => id === 'aria-hidden-focus' && html.includes('data-tabster-dummy');

// What an open menu lies over is whole again when it is closed.
const isUnderMenu = (id, { failureSummary }) =>
  id === 'target-size' && failureSummary.includes('partially obscured');

// WCAG 2.2, A and AA, as far as a program can tell; of that the contrasts alone, which take most of the time, or the rest.
export async function expectAccessible(page, where, rules = 'all') {
  const axe = new AxeBuilder({ page })
    .setLegacyMode() // without frames it need not open a second page to join what it found in each
    .options({ resultTypes: ['violations'] });
  if (rules === 'colours') axe.withRules(['color-contrast']);
  else axe.withTags(['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']);
  if (rules === 'structure') axe.disableRules(['color-contrast']);
  const { violations } = await axe.analyze();
  const menu = await page.getByRole('menu').count();
  const lines = violations.flatMap(({ id, help, nodes }) =>
    nodes
      .filter((node) => !isFocusTrap(id, node) && !(menu && isUnderMenu(id, node)))
      .map(({ target, failureSummary }) => `${id} (${help}): ${target.join(' ')}\n  ${failureSummary}`),
  );
  expect(lines, `accessibility of ${where}`).toEqual([]);
}

// WCAG 1.4.10: at 320 px nobody has to scroll sideways.
export async function expectNoSidewaysScroll(page, where) {
  const wide = await page.evaluate(() => {
    const { scrollWidth, clientWidth } = document.documentElement;
    if (scrollWidth <= clientWidth) return [];
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > clientWidth + 1)
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`);
  });
  expect(wide, `wider than the screen: ${where}`).toEqual([]);
}

// The page as it is, in every size and colour; at 320 px in the colours of the system.
export const expectGoodLooks = (page, name) => expectLooks(page, name, all);
export const expectGoodLooksBriefly = (page, name) => expectLooks(page, name, some);

async function expectLooks(page, name, looks) {
  const before = page.viewportSize();
  for (const look of looks) {
    const { width, height, theme, rules } = look;
    const where = `${name} at ${width} px, ${theme}`;
    await page.emulateMedia({
      colorScheme: theme === 'dark' ? 'dark' : 'light',
      forcedColors: theme === 'forced' ? 'active' : 'none',
    });
    await page.setViewportSize({ width, height });
    await settle(page);
    await expectNoSidewaysScroll(page, where);
    await showWhole(page);
    await save(page, name, look, theme);
    if (rules) await expectAccessible(page, where, rules);
  }
  await page.emulateMedia({ colorScheme: 'light', forcedColors: 'none' });
  await page.setViewportSize(before);
}
