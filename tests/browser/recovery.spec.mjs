// The server dies under the page that watches it. The page says so, comes back by itself and has missed nothing.
import { ALL } from '../support/world.mjs';
import { countReads, expect, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooksBriefly, screenshot } from './support/look.mjs';
import { acknowledgeAll, confirmWith } from './support/wizard.mjs';

// What the page shows of each task, to be held against what the server tells.
const shownTasks = (page) =>
  page
    .locator('[data-task]')
    .evaluateAll((rows) =>
      rows.map((row) => ({ id: row.dataset.task, status: row.dataset.status, text: row.textContent })),
    );

test('killed and started again in the middle of a run', async ({ signedIn: page, world, watch, leaver }) => {
  watch.expectAway();
  await world.sim('PUT', '/latency', { '*': 100 });
  await world.sim('PUT', '/timing', { conversion_ms: 6000 });
  await page.goto(`${world.url}/offboardings`);
  await expect(page.getByRole('heading', { name: 'Offboardings' })).toBeVisible();
  const { id } = await world.offboard(leaver.id, ALL);
  await page.locator(`a[href$="${id}"]`).click(); // there by an event, so the stream is too
  await expect(page.locator('[data-task="disable_sign_in"]')).toHaveAttribute('data-status', 'succeeded');
  await page.evaluate(() => (window.neverReloaded = true));

  await world.stop('SIGKILL');
  const bar = page.getByText('The connection to the server is lost. Trying again…');
  await expect(bar).toBeVisible();
  await expect(page.locator('[data-task="disable_sign_in"]'), 'what is known stays').toBeVisible();
  await screenshot(page, 'run-server-lost');
  const reads = countReads(page);
  await world.start();
  await expect(bar).toBeHidden();
  await expect(page.getByText('Connected again.')).toBeAttached();
  await expect(page.locator('[data-offboarding-status^="succeeded"]')).toBeVisible({ timeout: 40_000 });
  expect(await page.evaluate(() => window.neverReloaded)).toBe(true);
  expect(reads(), 'the events tell all that was missed').toBe(0);

  const { tasks } = await world.api('GET', `/offboardings/${id}`);
  const shown = await shownTasks(page);
  expect(shown.map((one) => [one.id, one.status])).toEqual(tasks.map((one) => [one.id, one.status]));
  for (const { id: task, items } of tasks.filter((one) => one.items.length))
    expect(shown.find((one) => one.id === task).text).toContain(`${items.length} item`);
  await world.sim('PUT', '/latency', {});
  await world.sim('PUT', '/timing', { conversion_ms: 0 });
});

test('a server that cannot be reached when something is sent', async ({
  signedIn: page,
  world,
  watch,
  leaver,
}) => {
  watch.expectAway();
  await confirmWith(page, leaver, ['Disable Sign-In']);
  await acknowledgeAll(page);
  await world.stop();
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.getByText('Nothing was started', { exact: false })).toBeVisible();
  await world.start();
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.locator('[data-offboarding-status^="succeeded"]')).toBeVisible();
  const { items } = await world.api('GET', `/offboardings?search=${encodeURIComponent(leaver.address)}`);
  expect(items).toHaveLength(1);
});

test('a tenant that Microsoft refuses says why, and goes on after a look that gets through', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld();
  const planned = { schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' } };
  const { id } = await world.offboard('adele.vance@contoso.com', { disable_sign_in: true }, planned);
  await world.stop();
  await world.sim('POST', '/faults', [
    {
      service: 'login',
      status: 401,
      body: { error: 'invalid_client', error_description: 'AADSTS7000222: The keys are expired.', error_codes: [7000222] },
    },
  ]);
  await world.start();
  await world.api('POST', `/offboardings/${id}/run-now`);
  await signIn(page, world);
  await expect(page.locator(`[data-offboarding="${id}"]`)).toContainText('Waiting');
  await page.getByRole('link', { name: 'Tenants' }).click();
  const bar = page.getByText('Microsoft refuses the application in 1 tenant');
  await expect(bar).toBeVisible();
  await expect(page.getByText(/^Contoso B\.V\.: The client secret has expired.*\(AADSTS7000222\) Since /)).toBeVisible();
  await expect(page.getByRole('row', { name: /Contoso/ })).toContainText('Disconnected');
  await expectGoodLooksBriefly(page, 'tenants-disconnected');
  await page.getByRole('link', { name: 'Contoso B.V.' }).click();
  await expect(page.getByText(/^The client secret has expired.* have waited for that since/)).toBeVisible();
  await expectGoodLooksBriefly(page, 'tenant-disconnected');
  await world.sim('DELETE', '/faults');
  await page.getByRole('button', { name: 'Look now' }).click();
  await expect(page.getByText('have waited for that since')).toBeHidden();
  await world.finished(id);
  expect((await world.look()).user.accountEnabled).toBe(false);
  await page.getByRole('link', { name: 'Tenants' }).first().click();
  await expect(page.getByRole('row', { name: /Contoso/ })).toBeVisible();
  await expect(bar).toBeHidden();
});
