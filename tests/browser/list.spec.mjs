// All offboardings: found, filtered, followed live.
import { expect, test } from './support/fixtures.mjs';

const later = { schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' } };

test('searching and filtering are in the address, and come back with it', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  const done = await world.offboard(leaver.id, { hide_from_gal: true }, { reference: 'LIST-1' });
  await world.finished(done.id);
  const planned = await world.offboard(
    leaver.id,
    { disable_sign_in: true },
    { ...later, reference: 'LIST-2' },
  );
  const row = ({ id }) => page.locator(`[data-offboarding="${id}"]`);
  await expect(row(done)).toContainText('Succeeded');
  await expect(row(planned)).toContainText(/planned for 1 Jan 2031/);

  await page.getByRole('searchbox', { name: 'Search offboardings' }).fill('LIST-2');
  await expect(row(done)).toBeHidden();
  await expect(row(planned)).toBeVisible();
  await expect(page).toHaveURL(/search=LIST-2/);
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Succeeded');
  await expect(page.getByRole('heading', { name: 'No offboarding matches' })).toBeVisible();
  await page.reload();
  await expect(page.getByRole('searchbox')).toHaveValue('LIST-2');
  await expect(page.getByRole('heading', { name: 'No offboarding matches' })).toBeVisible();
  await page.getByRole('button', { name: 'Clear the filters' }).click();
  await expect(row(done)).toBeVisible();

  await row(planned).getByRole('cell').nth(2).click();
  await expect(page.getByRole('heading', { name: `Offboarding of ${leaver.name}` })).toBeVisible();
  await expect(page.getByText('Nothing has happened yet.')).toBeVisible();
  await page.goBack();
  await row(done).getByRole('link', { name: leaver.name }).click();
  await expect(page.locator('[data-offboarding-status="succeeded"]')).toBeVisible();
});

test('a row appears and moves by itself, in every tab', async ({ signedIn: page, world, leaver }) => {
  const second = await page.context().newPage();
  await second.goto(`${world.url}/offboardings`);
  await world.sim('PUT', '/timing', { conversion_ms: 6000 });
  const { id } = await world.offboard(leaver.id, { disable_sign_in: true, convert_to_shared: true });
  const seen = async (tab) => {
    const row = tab.locator(`[data-offboarding="${id}"]`);
    await expect(row).toContainText('1 of 2 tasks done');
    await expect(row).toContainText('Succeeded');
    await expect(row).toContainText('2 of 2 tasks done');
  };
  await Promise.all([page, second].map(seen));
  await world.sim('PUT', '/timing', { conversion_ms: 0 });
});

test('an address that leads nowhere says so', async ({ signedIn: page, world, watch }) => {
  watch.expectRefusal(/^404 GET \/api\/v1\/offboardings\//);
  await page.goto(`${world.url}/offboardings/00000000-0000-7000-8000-000000000000`);
  await expect(page.getByRole('heading', { name: 'There is no such offboarding' })).toBeVisible();
  await page.goto(`${world.url}/nowhere`);
  await expect(page.getByRole('heading', { name: 'There is no such page' })).toBeVisible();
  await page.getByRole('link', { name: 'Go to the offboardings' }).click();
  await expect(page.getByRole('heading', { name: 'Offboardings', level: 1 })).toBeVisible();
});
