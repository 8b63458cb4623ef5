// Going anywhere: the command palette, single letters, the menu of phones.
import { expect, signIn, test } from './support/fixtures.mjs';
import { press } from './support/keyboard.mjs';

const title = (page, name) => page.getByRole('heading', { name, level: 1 });
const palette = (page) => page.getByRole('combobox', { name: 'Go to a page, a tenant or an offboarding' });

test('the command palette finds pages, tenants and offboardings, by keyboard alone', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  const { id } = await world.offboard(leaver.id, { hide_from_gal: true }, { reference: 'PALETTE-1' });
  await press(page, 'Control+k');
  await expect(palette(page)).toBeFocused();
  await page.keyboard.type('templ');
  await expect(page.getByRole('option')).toHaveText(['Templates']);
  await press(page, 'Enter');
  await expect(title(page, 'Templates')).toBeVisible();

  await press(page, 'Control+k');
  await expect(palette(page)).toBeFocused();
  await page.keyboard.type('contoso');
  const option = page.getByRole('option', { name: /Contoso B\.V\..*contoso/ }).first();
  await expect(option).toBeVisible();
  await press(page, 'ArrowDown');
  await press(page, 'ArrowUp');
  await press(page, 'Enter');
  await expect(title(page, 'Contoso B.V.')).toBeVisible();

  await page.getByRole('button', { name: 'Go to a page, a tenant or an offboarding' }).click();
  await expect(palette(page)).toBeFocused();
  await page.keyboard.type('PALETTE-1');
  await page.getByRole('option', { name: new RegExp(leaver.name) }).click();
  await expect(page).toHaveURL(new RegExp(id));

  await press(page, 'Control+k');
  await expect(palette(page)).toBeFocused();
  await page.keyboard.type('nothing of that kind');
  await expect(page.getByText('Nothing matches “nothing of that kind”.')).toBeVisible();
  await press(page, 'Escape');
  await expect(palette(page)).toBeHidden();
});

test('letters lead to pages, are listed on ?, keep out of the way, and can be switched off', async ({
  signedIn: page,
  world,
}) => {
  await press(page, '?');
  const help = page.getByRole('dialog', { name: 'Keyboard shortcuts' });
  await expect(help).toContainText('Go anywhere');
  await expect(help).toContainText('Dashboard');
  await press(page, 'g');
  await press(page, 't');
  await expect(help, 'a dialog keeps its keys').toBeVisible();
  await press(page, 'Escape');
  await expect(help).toBeHidden();

  await press(page, 'g');
  await press(page, 't');
  await expect(title(page, 'Templates')).toBeVisible();
  await press(page, 'g');
  await press(page, 'o');
  await expect(title(page, 'Offboardings')).toBeVisible();
  await press(page, 'g');
  await press(page, 'c');
  await expect(title(page, 'Tenants')).toBeVisible();
  const search = page.getByRole('searchbox', { name: 'Search tenants' });
  await expect(search).toBeVisible();
  await press(page, '/');
  await expect(search).toBeFocused();
  await page.keyboard.type('n?g');
  await expect(search).toHaveValue('n?g');
  await expect(help).toBeHidden();

  await page.goto(`${world.url}/preferences`);
  const letters = page.getByRole('switch', { name: 'Single letters are shortcuts' });
  await letters.click();
  await expect(letters).not.toBeChecked();
  await title(page, 'My preferences').click();
  await press(page, 'n');
  await press(page, '?');
  await expect(title(page, 'My preferences')).toBeVisible();
  await expect(help).toBeHidden();
  await page.reload();
  await expect(letters, 'it is kept on the server').not.toBeChecked();
  await letters.click();
  await expect(letters).toBeChecked();
  await title(page, 'My preferences').click();
  await press(page, 'n');
  await expect(title(page, 'New offboarding')).toBeVisible();
});

test('on a phone the pages are in a menu', async ({ page, world, watch: _ }) => {
  await page.setViewportSize({ width: 390, height: 844 });
  await signIn(page, world);
  await page.getByRole('button', { name: 'Pages' }).click();
  await expect(page.getByRole('menuitem')).toHaveText([
    'Dashboard',
    'Offboardings',
    'Templates',
    'Tenants',
    'Deliveries',
  ]);
  await page.getByRole('menuitem', { name: 'Dashboard' }).click();
  await expect(title(page, 'Dashboard')).toBeVisible();
});

test('the dashboard follows what happens, and keeps its filters in the address', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  await page.goto(world.url);
  const coming = page.getByRole('region', { name: 'Coming up' });
  await expect(coming).toBeVisible();
  const planned = await world.offboard(
    leaver.id,
    { disable_sign_in: true },
    { schedule: { at: '2031-01-01T09:00:00', time_zone: 'UTC' } },
  );
  await expect(coming).toContainText(leaver.name);
  await world.api('POST', `/offboardings/${planned.id}/run-now`);
  await world.finished(planned.id);
  await expect(coming).not.toContainText(leaver.name);
  const week = page.getByRole('listitem').filter({ hasText: 'Leavers this week' });
  await expect(week).not.toContainText('0 this month');

  await page.getByLabel('Time', { exact: true }).selectOption('Last 7 days');
  await expect(page).toHaveURL(/days=7/);
  await page.getByLabel('Tenant', { exact: true }).selectOption('Northwind Traders plc');
  await expect(page.getByRole('heading', { name: 'Nobody has been offboarded yet' })).toBeVisible();
  await page.reload();
  await expect(page.getByLabel('Time', { exact: true })).toHaveValue('7');
  await expect(page.getByRole('heading', { name: 'Nobody has been offboarded yet' })).toBeVisible();
});
