// Every other page in every size and colour.
import { ALL } from '../support/world.mjs';
import { account, expect, fillIn, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly } from './support/look.mjs';

test.setTimeout(120_000);

test('signing in', async ({ page, world, watch }) => {
  watch.expectRefusal(/^401 /);
  await page.goto(`${world.url}/offboardings`);
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  await expectGoodLooks(page, 'sign-in');
  await fillIn(page, { ...account, password: 'wrong' });
  await expect(page.getByRole('alert')).toBeVisible();
  await expectGoodLooksBriefly(page, 'sign-in-refused');
  await fillIn(page, account);
  await page.getByRole('button', { name: /^Account/ }).click();
  await expect(page.getByRole('menuitem', { name: 'Sign out' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'account-menu');
  await page.keyboard.press('Escape');
  await page.context().clearCookies();
  await page.getByRole('link', { name: 'Templates' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectGoodLooksBriefly(page, 'session-ended');
});

test('the list', async ({ page, ownWorld, watch }) => {
  watch.expectRefusal(/^404 /);
  const world = await ownWorld();
  await signIn(page, world);
  await expect(page.getByRole('heading', { name: 'Nobody has been offboarded yet' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'list-empty');

  const later = { schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' } };
  await world.sim('POST', '/faults', [
    { service: 'exchange', cmdlet: 'Set-Mailbox', times: 1, status: 403 },
  ]);
  const failed = await world.offboard('anke.hoffmann@contoso.com', {
    disable_sign_in: true,
    hide_from_gal: true,
  });
  await world.finished(failed.id);
  const done = await world.offboard('charlotte_partner-example.com#EXT#@contoso.onmicrosoft.com', {
    disable_sign_in: true,
  });
  await world.finished(done.id);
  await world.sim('PUT', '/timing', { conversion_ms: 600_000 });
  const open = await world.offboard('adele.vance@contoso.com', ALL, { reference: 'HR-2041' });
  await world.offboard('mei-ling.vandenberg@contoso.com', { disable_sign_in: true }, later);
  const { id } = await world.offboard('esmee.kuipers@contoso.com', { disable_sign_in: true }, later);
  await world.api('POST', `/offboardings/${id}/cancel`);
  await expect(page.getByRole('row')).toHaveCount(6);
  await expect(page.locator(`[data-offboarding="${open.id}"]`)).toContainText('7 of 10');
  await expectGoodLooks(page, 'list');
  await page.getByRole('searchbox').fill('nobody');
  await expect(page.getByRole('heading', { name: 'No offboarding matches' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'list-none-found');
  await page.goto(`${world.url}/offboardings/00000000-0000-7000-8000-000000000000`);
  await expect(page.getByRole('heading', { name: 'There is no such offboarding' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'not-found');
});

test('a run', async ({ signedIn: page, world, leaver, watch }) => {
  watch.expectAway();
  await world.sim('PUT', '/timing', { conversion_ms: 600_000 });
  await world.sim('POST', '/faults', [
    { service: 'exchange', cmdlet: 'Set-MailboxAutoReplyConfiguration', status: 403 },
  ]);
  const { id } = await world.offboard(leaver.id, ALL, {
    reference: 'HR-2041',
    reason: 'Left the company on her own wish',
  });
  await page.goto(`${world.url}/offboardings/${id}`);
  const row = (task) => page.locator(`[data-task="${task}"]`);
  await expect(row('set_out_of_office')).toHaveAttribute('data-status', 'failed');
  await expect(row('convert_to_shared')).toHaveAttribute('data-status', 'waiting');
  await expect(row('remove_from_groups')).toHaveAttribute('data-status', 'succeeded');
  await expectGoodLooks(page, 'run');
  await page.getByRole('button', { name: 'Cancel offboarding' }).click();
  await expect(page.getByRole('alertdialog')).toBeVisible();
  await expectGoodLooksBriefly(page, 'run-cancel');
  await page.keyboard.press('Escape');
  await world.sim('DELETE', '/faults');
  await world.sim('PUT', '/timing', { conversion_ms: 0 });
  await world.sim('POST', '/clock', { advance_ms: 600_000 });
  await expect(page.locator('[data-offboarding-status="failed"]')).toBeVisible({ timeout: 40_000 });
  await row('remove_from_groups').getByRole('button').first().click();
  await row('convert_to_shared').getByRole('button').first().click();
  await row('convert_to_shared').getByRole('button', { name: 'As Microsoft told it' }).click();
  await expectGoodLooks(page, 'run-ended');
});
