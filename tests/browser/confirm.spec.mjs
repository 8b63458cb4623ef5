// What the options begin from, and what is asked for before anything runs.
import { accountOf, expect, reserved, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooksBriefly } from './support/look.mjs';
import { taggedPut } from './support/office.mjs';
import * as wizard from './support/wizard.mjs';

test.setTimeout(120_000);

const status = (page, name) => page.locator(`[data-offboarding-status^="${name}"]`);

const putDefaults = (world, change) =>
  taggedPut(world, `/tenants/${world.tenant.id}/defaults`, (now) => ({ ...now, ...change }));

test('a tenant, its defaults and a template, each said openly', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld();
  await putDefaults(world, { options: { disable_sign_in: true, revoke_sessions: true } });
  await world.api('POST', '/templates', {
    name: 'Contractor',
    description: 'Nobody takes over.',
    options: { disable_sign_in: true, hide_from_gal: true },
  });
  await signIn(page, world);

  // A favourite comes first, in every browser.
  await wizard.open(page);
  const star = page.getByRole('button', { name: 'Favourite: Northwind' });
  await star.click();
  await expect(star).toHaveAttribute('aria-pressed', 'true');
  await page.reload();
  await expect(page.getByRole('radio').first()).toHaveAccessibleName(/Northwind/);

  await wizard.chooseTenant(page);
  await wizard.chooseUser(page, 'adele.vance', 'Adele Vance');
  const source = page.getByRole('combobox', { name: 'Start from' });
  const said = page.getByRole('status').filter({ hasText: /Using|preset/ });
  await expect(said).toHaveText('Using tenant defaults: what Contoso B.V. has set.');
  await expect(wizard.task(page, 'Revoke all sessions')).toBeChecked();
  await wizard.task(page, 'Reset Password').check();
  await expect(said).toHaveText(/Using tenant defaults.* 1 changed\.$/);
  await expectGoodLooksBriefly(page, 'wizard-3-options-defaults');
  await source.selectOption('Contractor');
  await expect(said).toHaveText('Using the template “Contractor”.');
  await expect(page.getByText('Nobody takes over.')).toBeVisible();
  await expect(wizard.task(page, 'Hide from Global Address List')).toBeChecked();
  await expect(wizard.task(page, 'Reset Password')).not.toBeChecked();
  await page.getByRole('button', { name: 'Bring my changes back' }).click();
  await expect(wizard.task(page, 'Reset Password')).toBeChecked();
  await page.getByRole('button', { name: 'Reset', exact: true }).click();
  await expect(wizard.task(page, 'Reset Password')).not.toBeChecked();
  await source.selectOption('Nothing');
  await expect(page.getByRole('switch', { checked: true })).toHaveCount(0);

  await page.goto(`${world.url}/offboardings/new?tenant=contoso.com&users=anke.hoffmann@contoso.com&template=contractor`);
  await expect(said).toHaveText('Using the template “Contractor”.');
  await wizard.toConfirmation(page);
  await expect(page.getByRole('region', { name: 'Anke Hoffmann' })).toContainText('Hide from Global Address List');
});

test('a deletion is typed out', async ({ signedIn: page, world, leaver }) => {
  await wizard.confirmWith(page, leaver, ['Delete User']);
  await wizard.acknowledgeAll(page);
  const submit = page.getByRole('button', { name: 'Offboard 1 user now' });
  const typed = page.getByRole('textbox', { name: `Type “${leaver.address}” to confirm` });
  await submit.click();
  await expect(typed).toBeFocused();
  await typed.fill('yes');
  await submit.click();
  await expect(page.getByText(`Type exactly: ${leaver.address}`)).toBeVisible();
  await expectGoodLooksBriefly(page, 'wizard-4-deletion');
  expect((await world.look(leaver.id)).user).toBeTruthy();
  await typed.fill(leaver.address);
  await submit.click();
  await expect(status(page, 'succeeded')).toBeVisible();
  const { users } = await world.whole();
  expect(users[leaver.id]?._deleted ?? !users[leaver.id]).toBeTruthy();
});

test('blockers are lifted by those who may, with a reason', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld();
  const adele = await world.api('GET', `/tenants/${world.tenant.id}/users/adele.vance@contoso.com`);
  await putDefaults(world, { protected_users: [adele.id] });
  const leaver = { address: adele.user_principal_name, name: adele.display_name };
  await signIn(page, world);
  await wizard.confirmWith(page, leaver, ['Disable Sign-In']);
  await wizard.acknowledgeAll(page);
  await expect(page.getByText('An approver or an administrator can go on', { exact: false })).toBeVisible();
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.getByText('One user cannot be offboarded now.', { exact: false })).toBeVisible();

  await page.context().clearCookies();
  await page.evaluate(() => sessionStorage.clear());
  await signIn(page, world, await accountOf(world, 'approver'));
  await wizard.confirmWith(page, leaver, ['Disable Sign-In']);
  await wizard.acknowledgeAll(page);
  await page.getByRole('textbox', { name: 'Reason to go on' }).fill('Asked for by the board');
  await expectGoodLooksBriefly(page, 'wizard-4-override');
  await page.reload();
  await expect(page.getByRole('textbox', { name: 'Reason to go on' })).toHaveValue('Asked for by the board');
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(status(page, 'succeeded')).toBeVisible();
  expect((await world.look(adele.id)).user.accountEnabled).toBe(false);
});

test('the warnings of many are read once', async ({ signedIn: page, world }) => {
  const { items } = await world.api('GET', `/tenants/${world.tenant.id}/users?search=an&limit=200`);
  const { users } = await world.whole(); // one may have been deleted by another test
  const people = items
    .filter((user) => user.account_enabled && !user.guest && !user.open_offboarding && user.licensed)
    .filter((user) => users[user.id] && !reserved.includes(user.user_principal_name))
    .slice(0, 6);
  await page.goto(
    `${world.url}/offboardings/new?tenant=contoso.com&users=${people.map(({ id }) => id).join(',')}`,
  );
  await wizard.task(page, 'Remove Licenses').check();
  await wizard.toConfirmation(page);
  const shared = page.getByRole('region', { name: /^Warnings/ });
  await expect(page.getByRole('button', { name: 'Facts and plan' })).toHaveCount(6);
  const loses = shared.getByRole('checkbox', { name: /loses its license.*For 6 users/ });
  await loses.check();
  for (const { display_name } of people)
    await expect(
      page.getByRole('region', { name: display_name }).getByRole('checkbox', { name: /loses its license/ }).first(),
    ).toBeChecked();
  await page.getByRole('region', { name: people[0].display_name }).getByRole('checkbox', { name: /loses/ }).first().uncheck();
  await expect(loses).toHaveJSProperty('indeterminate', true);
  await expectGoodLooksBriefly(page, 'wizard-4-many');
  for (const tick of await shared.getByRole('checkbox').all()) await tick.check();
  await page.getByRole('button', { name: 'Offboard 6 users now' }).click();
  await expect(page.getByRole('region', { name: 'Started together: 6 users' })).toContainText('6 / 6', {
    timeout: 30_000,
  });
});
