// The main job: somebody leaves, and everything is done about it in the browser. Whether it is true is asked of the
// simulator, never of the product.
import { countReads, expect, test } from './support/fixtures.mjs';
import { screenshotForReadme } from './support/look.mjs';
import * as wizard from './support/wizard.mjs';
import { promisesHold } from '../support/promises.mjs';

const TASKS = [
  'Disable Sign-In',
  'Reset Password',
  'Revoke all sessions',
  'Hide from Global Address List',
  'Convert to Shared Mailbox',
  'Remove from all Groups',
  'Remove Licenses',
];

test('a user is offboarded from the first click to the last promise', async ({ signedIn: page, world }) => {
  const adele = 'adele.vance@contoso.com';
  const before = await world.look(adele);

  await wizard.open(page);
  await wizard.chooseTenant(page);

  // Found while one types, by a part of the name.
  const search = page.getByRole('combobox', { name: 'Users' });
  const found = page.getByRole('listbox', { name: 'Users' }).getByRole('option');
  await search.pressSequentially('van');
  await expect(found.filter({ hasText: 'Sanne van Dijk' })).toBeVisible();
  await search.pressSequentially('ce');
  await expect(found).toHaveCount(1);
  await expect(found).toContainText(/adele\.vance@contoso\.com.*Account Executive · Sales/);
  await found.click();
  await wizard.next(page);

  for (const name of TASKS) await wizard.task(page, name).check();

  await wizard.task(page, 'Set Out of Office').check();
  const message = wizard.editor(page, 'Message');
  const tools = page.getByRole('toolbar', { name: 'Formatting: Message', exact: true });
  await message.click();
  const write = async (text) => {
    await expect(message).toBeFocused();
    await page.keyboard.type(text);
  };
  await tools.getByRole('button', { name: 'Bold' }).click();
  await write('Adele has left.');
  await tools.getByRole('button', { name: 'Bold' }).click();
  await write(' Please write to ');
  await tools.getByRole('button', { name: 'Insert a variable' }).click();
  await page.getByRole('menuitem', { name: '%manageremail%' }).click();
  await expect(message.locator('.variable')).toHaveText('%manageremail%');
  await write('.');

  await wizard.task(page, 'Forward all e-mail to another user').check();
  await wizard.pick(page, 'Forward to', 'manager', /The user's manager/);
  await page.getByRole('checkbox', { name: 'Keep a copy of forwarded email' }).check();

  await wizard.task(page, 'Mailbox Full Access (no automap)').check();
  await wizard.pick(page, 'Who gets access', 'manager', /The user's manager/);
  await wizard.pick(page, 'Who gets access', 'bram', /Bram Hoekstra/);

  await page.getByLabel('Reference').fill('HR-2041');
  await wizard.toConfirmation(page);

  const review = page.getByRole('region', { name: 'Adele Vance' });
  await expect(review.getByRole('listitem')).toHaveText([
    /^1Disable Sign-In/,
    /^2Reset Password.*Cannot be undone/,
    /^3Revoke all sessions.*Runs after Disable Sign-In and Reset Password/,
    /^4Set Out of Office.*“Adele has left\. Please write to %manageremail%\.”/,
    /^5Forward all e-mail to another user.*The user's manager.*Keep a copy/,
    /^6Hide from Global Address List/,
    /^7Convert to Shared Mailbox/,
    /^8Remove from all Groups/,
    /^9Mailbox Full Access.*Runs after Convert to Shared Mailbox/,
    /^10Remove Licenses/,
  ]);
  const fact = (label) =>
    review.locator('dt', { hasText: new RegExp(`^${label}`) }).locator('xpath=../dd');
  await expect(fact('Manager')).toHaveText(before.manager.displayName);
  await expect(fact('Sign-in')).toHaveText('Allowed');
  await expect(fact('Licenses')).toContainText('Microsoft 365 Business Premium');
  await expect(fact('Mailbox').first()).toHaveText('User mailbox');

  // Nothing starts before each warning has been read.
  const warnings = review.getByRole('checkbox');
  const count = await warnings.count();
  expect(count).toBeGreaterThan(0);
  const submit = page.getByRole('button', { name: 'Offboard 1 user now' });
  await submit.click();
  await expect(page.getByRole('alert')).toHaveText(/Acknowledge \d+ warnings? first\./);
  await expect(warnings.first()).toBeFocused();
  expect((await world.look(adele)).user.accountEnabled, 'nothing has started').toBe(true);
  for (const warning of await warnings.all()) await warning.check();
  await screenshotForReadme(page, 'confirmation');

  // Slow enough to be watched; the page is told and does not ask.
  await world.sim('PUT', '/latency', { '*': 150 });
  await world.sim('PUT', '/timing', { conversion_ms: 3000 });
  const reads = countReads(page);
  await submit.click();
  await expect(page.getByRole('heading', { name: 'Offboarding of Adele Vance' })).toBeFocused();
  await expect(page.locator('[data-offboarding-status="running"]')).toBeVisible();
  const row = (id) => page.locator(`[data-task="${id}"]`);
  await expect(row('disable_sign_in')).toHaveAttribute('data-status', 'succeeded');
  await expect(row('remove_licenses'), 'licenses wait for the conversion').toHaveAttribute(
    'data-status',
    'pending',
  );
  await expect(row('convert_to_shared')).toHaveAttribute('data-status', /running|waiting/);
  await expect(row('remove_from_groups')).toHaveAttribute('data-status', 'succeeded');
  await screenshotForReadme(page, 'run');
  await expect(page.locator('[data-offboarding-status="succeeded_with_warnings"]')).toBeVisible({
    timeout: 30_000,
  });
  await expect(page.getByText('10 of 10 tasks done').first()).toBeVisible();
  await expect(page.getByText('HR-2041')).toBeVisible();
  expect(reads(), 'the page follows the events').toBeLessThanOrEqual(2);
  await world.sim('PUT', '/latency', {});

  const after = await world.look(adele);
  promisesHold(before, after);
  expect(after.mailbox._auto_reply.InternalMessage).toContain('<strong>Adele has left.</strong>');
  const { user: bram } = await world.look('bram.hoekstra@contoso.com');
  expect(after.mailbox._permissions.find((one) => one.user === bram.id)?.rights).toContain('FullAccess');

  // What each task touched, and the proof of it.
  await row('remove_from_groups').getByRole('button', { name: 'Remove from all Groups' }).click();
  const items = row('remove_from_groups').getByRole('list', { name: /^Items of/ });
  await expect(items.getByRole('listitem')).toHaveCount(
    before.groups.filter((group) => group._is_member).length,
  );
  await row('convert_to_shared').getByRole('button', { name: 'Convert to Shared Mailbox' }).click();
  await expect(
    page.getByRole('table', { name: 'Evidence of Convert to Shared Mailbox' }).getByRole('row').nth(1),
  ).toHaveText('Recipient type detailsUserMailboxSharedMailbox');

  // The draft is spent.
  await page.getByRole('button', { name: 'New offboarding' }).click();
  await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
  await expect(page.getByRole('radio', { name: /Contoso/ }).locator('xpath=../..')).toContainText(
    'Recently used',
  );
});

test('what fails is said where it failed, with what Microsoft said; the rest goes on', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  await world.sim('POST', '/faults', [
    {
      service: 'graph',
      path: '*assignLicense*',
      status: 403,
      body: {
        error: {
          code: 'Authorization_RequestDenied',
          message: 'Insufficient privileges to complete the operation.',
        },
      },
    },
  ]);
  await wizard.confirmWith(page, leaver, [
    'Disable Sign-In',
    'Hide from Global Address List',
    'Remove Licenses',
  ]);
  await wizard.acknowledgeAll(page);
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.locator('[data-offboarding-status="failed"]')).toBeVisible();
  await world.sim('DELETE', '/faults');
  await expect(page.getByText('3 of 3 tasks ended, 1 failed').first()).toBeVisible();
  const failed = page.locator('[data-task="remove_licenses"]');
  await expect(failed, 'what failed is open').toContainText('Authorization_RequestDenied');
  await expect(failed).toContainText(/request id [0-9a-f-]{36}/);
  const { user, mailbox } = await world.look(leaver.address);
  expect([user.accountEnabled, mailbox.HiddenFromAddressListsEnabled]).toEqual([false, true]);
  expect(user.assignedLicenses.length).toBeGreaterThan(0);
});

test('an offboarding can be stopped; what has not begun does not run', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  await world.sim('PUT', '/timing', { conversion_ms: 60_000 });
  await wizard.confirmWith(page, leaver, ['Disable Sign-In', 'Convert to Shared Mailbox', 'Remove Licenses']);
  await wizard.acknowledgeAll(page);
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.locator('[data-task="disable_sign_in"]')).toHaveAttribute('data-status', 'succeeded');
  await page.getByRole('button', { name: 'Cancel offboarding' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Let it run' }).click();
  await page.getByRole('button', { name: 'Cancel offboarding' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel it' }).click();
  await expect(page.locator('[data-offboarding-status="cancelled"]')).toBeVisible();
  await expect(page.getByRole('button', { name: 'Cancel offboarding' })).toBeHidden();
  const { user } = await world.look(leaver.address);
  expect(user.accountEnabled).toBe(false);
  expect(user.assignedLicenses.length).toBeGreaterThan(0);
  await world.sim('PUT', '/timing', { conversion_ms: 0 });
});

test('a user whose offboarding is open is not started twice', async ({ signedIn: page, world, leaver }) => {
  await world.offboard(
    leaver.id,
    { disable_sign_in: true },
    { schedule: { at: '2031-01-01T09:00:00', time_zone: 'UTC' } },
  );
  await wizard.confirmWith(page, leaver, ['Hide from Global Address List']);
  await expect(page.getByText('An offboarding of this user is not finished yet.')).toBeVisible();
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.getByText('One user cannot be offboarded now.', { exact: false })).toBeVisible();
  expect((await world.look(leaver.address)).mailbox.HiddenFromAddressListsEnabled).toBe(false);
});
