// Every step of the wizard in every size and colour.
import { expect, test } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly } from './support/look.mjs';
import * as wizard from './support/wizard.mjs';

test.setTimeout(120_000);

test('tenant and users', async ({ signedIn: page }) => {
  await wizard.open(page);
  await page.getByRole('radio', { name: 'Contoso' }).check();
  await expectGoodLooks(page, 'wizard-1-tenant');
  await wizard.next(page);
  await expect(wizard.heading(page, 'User Selection')).toBeVisible();
  await wizard.pickUser(page, 'vance', /Adele Vance/);
  await wizard.pickUser(page, 'çelik', /Çağlar Çelik/);
  await expectGoodLooks(page, 'wizard-2-users');
  await page.getByRole('combobox', { name: 'Users' }).fill('an');
  await expect(page.getByRole('option').first()).toBeVisible();
  await expectGoodLooksBriefly(page, 'wizard-2-users-searching');
});

test('options', async ({ signedIn: page, leaver }) => {
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.next(page);
  await expect(page.getByRole('alert').first()).toBeFocused();
  await expectGoodLooksBriefly(page, 'wizard-3-options-missing');
  for (const name of [
    'Disable Sign-In',
    'Reset Password',
    'Set Out of Office',
    'Forward all e-mail to another user',
    'Remove from all Groups',
    'Mailbox Full Access (no automap)',
    'Remove Licenses',
  ])
    await wizard.task(page, name).check();
  await wizard.write(page, 'Message', 'I have left. Please write to %manageremail%.');
  await wizard.pick(page, 'Forward to', 'manager', /The user's manager/);
  await page.getByRole('radio', { name: 'Schedule' }).check();
  await page.getByLabel('Date').fill('2031-03-30');
  await page.locator('input[type=time]').fill('02:30');
  await expect(page.getByText('The clocks go forward then', { exact: false })).toBeVisible();
  await expectGoodLooks(page, 'wizard-3-options');
});

test('confirmation', async ({ signedIn: page, world, leaver }) => {
  await world.offboard(
    'marten.ek@contoso.com',
    { disable_sign_in: true },
    { schedule: { at: '2031-01-01T09:00:00', time_zone: 'UTC' } },
  );
  await wizard.open(page);
  await wizard.chooseTenant(page);
  await wizard.pickUser(page, leaver.address, leaver.name);
  await wizard.pickUser(page, 'marten.ek', /Mårten Ek/);
  await wizard.next(page);
  for (const name of [
    'Disable Sign-In',
    'Reset Password',
    'Set Out of Office',
    'Remove from all Groups',
    'Remove Licenses',
  ])
    await wizard.task(page, name).check();
  await wizard.write(page, 'Message', 'I have left. Please write to %manageremail%.');
  await wizard.toConfirmation(page);
  await expect(page.getByText('This stops the offboarding')).toBeVisible();
  await page.getByRole('button', { name: 'Offboard 2 users now' }).click();
  await expectGoodLooksBriefly(page, 'wizard-4-confirmation-blocked');
  await page.getByRole('button', { name: 'Leave Mårten Ek out' }).click();
  await expect(page.getByRole('button', { name: 'Offboard 1 user now' })).toBeVisible();
  await expectGoodLooks(page, 'wizard-4-confirmation');
});
