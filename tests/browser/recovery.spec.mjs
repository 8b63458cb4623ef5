// The server dies under the page that watches it. The page says so, comes back by itself and has missed nothing.
import { ALL } from '../support/world.mjs';
import { countReads, expect, test } from './support/fixtures.mjs';
import { screenshot } from './support/look.mjs';
import { acknowledgeAll, confirmWith } from './support/wizard.mjs';

// What the page shows of each task, to be held against what the server tells.
const shownTasks = (page) =>
  page
    .locator('[data-task]')
    .evaluateAll((rows) =>
      rows.map((row) => ({ id: row.dataset.task, status: row.dataset.status, text: row.textContent })),
    );

test('killed and started again in the middle of a run', async ({ signedIn: page, world, watch, leaver }) => {
  watch.expectRefusal(/^net::ERR_/);
  await world.sim('PUT', '/latency', { '*': 100 });
  await world.sim('PUT', '/timing', { conversion_ms: 6000 });
  const { id } = await world.offboard(leaver.id, ALL);
  await page.goto(`${world.url}/offboardings/${id}`);
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
  watch.expectRefusal(/^net::ERR_/);
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
