// Many offboardings: chosen in the list, followed as one, planned in a calendar, found again by a saved view.
import { expect, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly } from './support/look.mjs';

test.setTimeout(120_000);

const row = (page, { id }) => page.locator(`[data-offboarding="${id}"]`);
const at = (schedule) => ({ schedule: { at: schedule, time_zone: 'Europe/Amsterdam' } });

test('two hundred at once are followed as one, and what failed is tried again', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld({ settings: { LASTDAY_ENGINE_APPROVE_ABOVE: '0' } });
  await signIn(page, world);
  const northwind = (await world.tenants()).find(({ display_name }) => display_name.startsWith('Northwind'));
  const { items } = await world.api('GET', `/tenants/${northwind.id}/users?limit=200&search=a`);
  await world.sim('POST', '/faults', [{ service: 'graph', method: 'PATCH', path: '*/users/*', times: 1, status: 403 }]);
  const { batch, offboardings } = await world.api('POST', '/offboardings', {
    tenant: northwind.id,
    users: items.map(({ id }) => id),
    options: { disable_sign_in: true },
    acknowledged_warnings: ['*'],
  });
  expect(offboardings).toHaveLength(200);
  await page.goto(`${world.url}/offboardings?batch=${batch}`);
  const together = page.getByRole('region', { name: 'Started together: 200 users' });
  await expect(together.getByText('200 / 200')).toBeVisible({ timeout: 60_000 });
  await expect(page.getByRole('row')).toHaveCount(201);
  await expect(together).toContainText(/Locked out after \(median\)[\d.<]+/);
  await together.getByRole('button', { name: 'Try 1 again' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Try 1 again' }).click();
  await expect(page.getByRole('dialog')).toBeHidden();
  await expect(together).toContainText('Failed0');
  await page.getByRole('combobox', { name: 'Order' }).selectOption('By name');
  await expect(page).toHaveURL(/sort=user/);
  const after = await world.sim('GET', `/state?tenant=${northwind.id}`);
  expect(items.every(({ id }) => after.users[id].accountEnabled === false)).toBe(true);
});

test('those that are ticked get another time, are cancelled, and say what did not work', async ({
  signedIn: page,
  world,
  leaver,
  watch,
}) => {
  watch.expectRefusal(/^409 POST \S+\/reschedule$/);
  const first = await world.offboard(leaver.id, { disable_sign_in: true }, at('2031-03-01T09:00:00'));
  const second = await world.offboard('anke.hoffmann@contoso.com', { disable_sign_in: true }, at('2031-03-02T09:00:00'));
  await page.getByRole('searchbox', { name: 'Search offboardings' }).fill('contoso.com');
  for (const { user } of [first, second]) await page.getByRole('checkbox', { name: `Choose ${user.display_name}` }).check();
  const chosen = page.getByRole('region', { name: 'Chosen offboardings' });
  await expect(chosen).toContainText('2 chosen');
  await expect(chosen.getByRole('button', { name: /again/ })).toBeHidden();
  await expectGoodLooksBriefly(page, 'list-chosen');

  await chosen.getByRole('button', { name: 'Change the time of 2' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Date').fill('2031-04-05');
  await dialog.locator('input[type=time]').fill('17:30');
  await expectGoodLooksBriefly(page, 'list-reschedule');
  await world.api('POST', `/offboardings/${second.id}/cancel`);
  await dialog.getByRole('button', { name: 'Change the time of 2' }).click();
  await expect(dialog.getByRole('alert')).toContainText('This did not work for 1 of 2');
  await expect(dialog.getByRole('alert')).toContainText(`${second.user.display_name}: `);
  await dialog.getByRole('button', { name: 'Close' }).click();
  expect((await world.api('GET', `/offboardings/${first.id}`)).scheduled_at).toMatch(/^2031-04-05T15:30:00/);

  await chosen.getByRole('button', { name: 'Cancel 1 offboarding' }).click();
  await dialog.getByRole('button', { name: 'Cancel 1 offboarding' }).click();
  await expect(row(page, first)).toContainText('Cancelled');
  await expect(chosen).toBeHidden();
});

test('a view keeps filters and columns, with the account', async ({ signedIn: page, world, leaver }) => {
  const done = await world.offboard(leaver.id, { disable_sign_in: true }, { reference: 'VIEW-1' });
  await world.finished(done.id);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Succeeded');
  await page.getByRole('button', { name: 'Columns' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Reference' }).click();
  await page.getByRole('menuitemcheckbox', { name: 'Time to lockout' }).click();
  await page.keyboard.press('Escape');
  await expect(row(page, done)).toContainText(/VIEW-1locked out after/);

  const views = page.getByRole('button', { name: 'Views' });
  await views.click();
  await page.getByRole('menuitem', { name: 'Save or remove views…' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox').fill('Done, with references');
  await dialog.getByRole('button', { name: 'Save' }).click();
  await expect(dialog.getByRole('listitem')).toHaveText(['Done, with references']);
  await expectGoodLooksBriefly(page, 'list-views');
  await dialog.getByRole('button', { name: 'Close' }).click();

  await page.evaluate(() => localStorage.clear());
  await page.goto(`${world.url}/offboardings`);
  await expect(page.getByRole('columnheader', { name: 'Reference' })).toBeHidden();
  await views.click();
  await page.getByRole('menuitem', { name: 'Done, with references' }).click();
  await expect(page.getByRole('columnheader', { name: 'Reference' })).toBeVisible();
  await expect(page.getByRole('combobox', { name: 'Status' })).toHaveValue('succeeded,succeeded_with_warnings');
  await views.click();
  await page.getByRole('menuitem', { name: 'Save or remove views…' }).click();
  await dialog.getByRole('button', { name: 'Remove Done, with references' }).click();
  await expect(dialog.getByRole('listitem')).toHaveCount(0);
});

test('what is planned stands in a calendar', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld();
  const people = ['adele.vance', 'anke.hoffmann', 'esmee.kuipers', 'mei-ling.vandenberg', 'florian.vogel'];
  for (const [n, name] of people.entries())
    await world.offboard(`${name}@contoso.com`, { disable_sign_in: true }, at(`2031-01-0${n < 4 ? 7 : 9}T0${9 - n}:00:00`));
  await signIn(page, world);
  await page.goto(`${world.url}/offboardings?view=calendar&month=2031-01`);
  const day = (key) => page.locator(`[data-day="${key}"]`);
  await expect(page.getByText('5 planned')).toBeVisible();
  await expect(day('2031-01-07').getByRole('link')).toHaveText([/^06:00 Mei/, /^07:00 Esm/, /^08:00 Anke/]);
  await day('2031-01-07').getByRole('button', { name: '1 more' }).click();
  await expect(day('2031-01-07').getByRole('link')).toHaveCount(4);
  await expectGoodLooks(page, 'calendar');
  await page.getByRole('button', { name: 'The month after' }).click();
  await expect(page.getByRole('heading', { name: 'February 2031' })).toBeVisible();
  await expect(page.getByText('0 planned')).toBeVisible();
  await page.goBack();
  await page.goto(`${world.url}/offboardings?view=calendar&month=2031-01`);
  await day('2031-01-09').getByRole('link').click();
  await expect(page.getByRole('heading', { name: 'Offboarding of Florian Vogel' })).toBeVisible();
});
