// What one does with an offboarding once it is there: try again, undo, hand the password over, change the time.
import { readFile } from 'node:fs/promises';
import { accountOf, expect, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly } from './support/look.mjs';

test.setTimeout(120_000);

const row = (page, task) => page.locator(`[data-task="${task}"]`);
const status = (page, name) => page.locator(`[data-offboarding-status^="${name}"]`);
const choose = async (page, name) => {
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name }).click();
};
const later = { schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' } };

test('what failed is tried again by itself, and all of it is undone by its plan', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  const before = await world.look(leaver.id);
  await world.sim('POST', '/faults', [
    { service: 'exchange', cmdlet: 'Set-MailboxAutoReplyConfiguration', times: 1, status: 403 },
  ]);
  const { id } = await world.offboard(leaver.id, {
    disable_sign_in: true,
    reset_password: true,
    hide_from_gal: true,
    remove_from_groups: true,
    set_out_of_office: { message_html: '<p>Gone</p>' },
  });
  await page.goto(`${world.url}/offboardings/${id}`);
  await expect(status(page, 'failed')).toBeVisible();
  const failed = row(page, 'set_out_of_office');
  await expect(failed, 'the request id is Microsoft’s').toContainText(/Microsoft request id [0-9a-f-]{36}/);
  await failed.getByRole('button', { name: 'Try again: Set Out of Office' }).click();
  await expect(status(page, 'succeeded')).toBeVisible();
  expect((await world.look(leaver.id)).mailbox._auto_reply.InternalMessage).toContain('Gone');

  // Before beside after, in words.
  await row(page, 'disable_sign_in').getByRole('button').first().click();
  await expect(page.getByRole('table', { name: 'Evidence of Disable Sign-In' }).getByRole('row').nth(1)).toHaveText(
    'Account enabledYesNo',
  );
  await expect(page.locator('[data-bar]')).toHaveCount(5);
  await expect(page.getByRole('img', { name: /^Timeline: .* up to \d tasks at once/ })).toBeVisible();

  await choose(page, 'Undo…');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('checkbox')).toHaveCount(4);
  await expect(dialog).toContainText('This stays as it is');
  await expect(dialog.getByRole('listitem').filter({ hasText: 'Reset Password' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'run-undo');
  await dialog.getByRole('checkbox', { name: /Hide from Global/ }).uncheck();
  await dialog.getByRole('button', { name: 'Undo 3 tasks' }).click();
  await expect(page.locator('[data-undo-status="succeeded"]')).toBeVisible();
  await expect(row(page, 'undo-disable_sign_in')).toHaveAttribute('data-status', 'succeeded');
  await expect(row(page, 'disable_sign_in'), 'what was done stays to be seen').toHaveAttribute(
    'data-status',
    'succeeded',
  );
  await expectGoodLooks(page, 'run-undone');
  const after = await world.look(leaver.id);
  expect(after.user.accountEnabled).toBe(true);
  expect(after.mailbox.HiddenFromAddressListsEnabled).toBe(true);
  expect(after.groups.map((group) => group.id).sort()).toEqual(before.groups.map((group) => group.id).sort());
});

test('the new password is handed over by a link that works once', async ({ signedIn: page, world, leaver }) => {
  const { id } = await world.offboard(leaver.id, { reset_password: true });
  await page.goto(`${world.url}/offboardings/${id}`);
  const panel = page.getByRole('region', { name: 'New password' });
  await panel.getByRole('combobox', { name: 'Works for' }).selectOption('3 days');
  await panel.getByRole('button', { name: 'Make a one-time link' }).click();
  const link = panel.getByRole('textbox', { name: 'One-time link' });
  await expect(link).toHaveValue(/\/s\/\S+$/);
  await expect(panel.getByText('Copy it now: it is not shown again.')).toBeVisible();
  await expectGoodLooksBriefly(page, 'run-password');

  const reader = await page.context().browser().newContext();
  const read = await reader.newPage();
  await read.goto(await link.inputValue());
  await read.getByRole('button').first().click();
  const { user } = await world.look(leaver.id);
  await expect(read.locator('body')).toContainText(user._password);
  await reader.close();
  expect(await page.content(), 'the password itself is never here').not.toContain(user._password);

  await page.reload();
  await expect(panel.getByText('Used up')).toBeVisible();
  await panel.getByRole('button', { name: 'Make a one-time link' }).click();
  await panel.getByRole('button', { name: 'Take back' }).click();
  await expect(panel.getByText('Taken back')).toBeVisible();
});

test('the report comes as a file in each format', async ({ signedIn: page, world, leaver }) => {
  const { id } = await world.offboard(leaver.id, { disable_sign_in: true });
  await world.finished(id);
  await page.goto(`${world.url}/offboardings/${id}`);
  for (const [name, begins] of [
    ['PDF', '%PDF-'],
    ['HTML', '<!'],
    ['JSON', '{"report":'],
  ]) {
    const download = page.waitForEvent('download');
    await page.getByRole('button', { name: 'Report' }).click();
    await page.getByRole('menuitem', { name: `Report as ${name}` }).click();
    const file = await (await download).path();
    expect((await readFile(file, 'latin1')).toLowerCase().startsWith(begins.toLowerCase()), name).toBe(true);
  }
});

test('a planned one gets another time, and then runs now', async ({ signedIn: page, world, leaver }) => {
  const { id } = await world.offboard(leaver.id, { disable_sign_in: true }, later);
  await page.goto(`${world.url}/offboardings/${id}`);
  await expect(status(page, 'planned')).toBeVisible();
  await choose(page, 'Change the time…');
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByLabel('Date')).toHaveValue('2031-01-01');
  await dialog.getByLabel('Date').fill('2020-01-01');
  await dialog.getByRole('button', { name: 'Change the time' }).click();
  await expect(dialog.getByText('This time is past. Choose a later one.')).toBeVisible();
  await dialog.getByLabel('Date').fill('2031-02-03');
  await expectGoodLooksBriefly(page, 'run-reschedule');
  await dialog.getByRole('button', { name: 'Change the time' }).click();
  await expect(page.getByText('Europe/Amsterdam: 3 Feb 2031, 09:00')).toBeVisible();
  await page.getByRole('button', { name: 'Run now' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(status(page, 'succeeded')).toBeVisible();
  expect((await world.look(leaver.id)).user.accountEnabled).toBe(false);
});

test('what stands in the way is lifted by an approver, with a reason', async ({ page, world, leaver, watch: _ }) => {
  const { id } = await world.offboard(leaver.id, { disable_sign_in: true }, later);
  const defaults = await world.raw('GET', `/tenants/${world.tenant.id}/defaults`);
  const policy = await defaults.json();
  await world.api(
    'PUT',
    `/tenants/${world.tenant.id}/defaults`,
    { ...policy, protected_users: [leaver.id] },
    { 'if-match': defaults.headers.get('etag') },
  );
  await world.api('POST', `/offboardings/${id}/run-now`);
  await signIn(page, world);
  await page.goto(`${world.url}/offboardings/${id}`);
  await expect(status(page, 'needs_attention')).toBeVisible();
  await expect(page.getByText('list of protected users').first()).toBeVisible();
  await expect(page.getByRole('button', { name: 'Go on in spite of it' })).toBeHidden();

  await page.context().clearCookies();
  await page.goto(world.url);
  await signIn(page, world, await accountOf(world, 'approver'));
  await page.goto(`${world.url}/offboardings/${id}`);
  await expectGoodLooksBriefly(page, 'run-needs-attention');
  await page.getByRole('button', { name: 'Go on in spite of it' }).click();
  const dialog = page.getByRole('dialog');
  await expect(dialog.getByRole('button', { name: 'Go on in spite of it' })).toBeDisabled();
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The board asked for it');
  await dialog.getByRole('button', { name: 'Go on in spite of it' }).click();
  await expect(status(page, 'succeeded')).toBeVisible();
  const { warnings } = await world.api('GET', `/offboardings/${id}`);
  expect(warnings.find(({ code }) => code === 'protected_user').override).toMatchObject({
    by: 'approver',
    reason: 'The board asked for it',
  });
});
