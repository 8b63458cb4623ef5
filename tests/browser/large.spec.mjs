// Large requests: a second person lets them go in two stages; and the brakes.
import { accountOf, expect, fillIn, makeWorld, ordinaryMembers, signIn, test as base, worldOf } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly } from './support/look.mjs';
import * as wizard from './support/wizard.mjs';

const MANY = 12;

const test = base.extend({
  world: worldOf(() => makeWorld({ settings: { LASTDAY_ENGINE_APPROVE_ABOVE: '10' } })),
});

test.setTimeout(180_000);

let people;

test.beforeAll(async ({ world }) => {
  people = await ordinaryMembers(world);
});

const addresses = (users) => users.map(({ userPrincipalName }) => userPrincipalName);

// How many of them the simulator has locked out.
async function lockedOut(world, users) {
  const { users: after } = await world.whole();
  return users.filter(({ id }) => !after[id].accountEnabled).length;
}

async function signInAs(page, who) {
  const { href } = new URL(page.url());
  await page.context().clearCookies();
  await page.goto(href);
  await fillIn(page, who);
}

const together = (page) => page.getByRole('region', { name: `Started together: ${MANY} users` });

test('twelve wait for a second person, who lets five go and then the others', async ({ page, world, watch: _ }) => {
  const leavers = people.splice(0, MANY);
  await signIn(page, world);
  await page.goto(`${world.url}/offboardings/new?tenant=contoso.com&users=${addresses(leavers).join(',')}`);
  await wizard.task(page, 'Disable Sign-In').check();
  await wizard.toConfirmation(page);
  await expect(page.getByText('These are more than 10 users.')).toBeVisible();
  await wizard.acknowledgeAll(page, MANY);
  await expectGoodLooksBriefly(page, 'confirm-second-person');
  await page.getByRole('button', { name: `Ask for approval of ${MANY} users` }).click();

  await expect(together(page)).toContainText('12 offboardings wait for a second person. You asked for them');
  await expect(together(page).getByRole('button', { name: /^Let the/ })).toBeHidden();
  await page.getByRole('combobox', { name: 'Status' }).selectOption('Failed');
  await expect(together(page), 'whatever the list is narrowed down to').toContainText('12 offboardings wait');
  await page.getByRole('combobox', { name: 'Status' }).selectOption('All statuses');

  await signInAs(page, await accountOf(world, 'approver'));
  await expect(together(page)).toContainText('robin asked for them.');
  await expectGoodLooks(page, 'batch-approval');
  await together(page).getByRole('button', { name: 'Let the first 5 go' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('textbox', { name: 'Reason' }).fill('The site is closed');
  await expectGoodLooksBriefly(page, 'batch-approval-dialog');
  await dialog.getByRole('button', { name: 'Let the first 5 go' }).click();
  await expect(dialog).toBeHidden();

  await together(page).getByRole('button', { name: 'Let the other 7 go' }).click({ timeout: 60_000 });
  expect(await lockedOut(world, leavers)).toBe(5);
  await dialog.getByRole('button', { name: 'Let the other 7 go' }).click();
  await expect(together(page)).toContainText('12 / 12', { timeout: 60_000 });
  await expect(together(page).getByText(/wait for a second person/)).toBeHidden();
  expect(await lockedOut(world, leavers)).toBe(MANY);
});

test('all of a request are stopped at once', async ({ page, world, watch: _ }) => {
  const leavers = people.splice(0, MANY);
  await signIn(page, world);
  const { batch } = await world.api('POST', '/offboardings', {
    tenant: world.tenant.id,
    users: addresses(leavers),
    options: { disable_sign_in: true },
    acknowledged_warnings: ['*'],
  });
  await page.goto(`${world.url}/offboardings?batch=${batch}`);
  await expect(together(page), 'a technician approves nothing').toContainText('An approver or an administrator has to let them go.');
  await together(page).getByRole('button', { name: 'Stop all of these' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: `Stop ${MANY}` }).click();
  await expect(together(page)).toContainText('12 / 12');
  await expect(page.locator('[data-offboarding]').filter({ hasText: 'Cancelled' })).toHaveCount(MANY);
  expect(await lockedOut(world, leavers)).toBe(0);
});

test('everything under way stops, and only after the words were typed', async ({ page, world, watch: _ }) => {
  const [late, planned] = people.splice(0, 2);
  await world.sim('PUT', '/timing', { conversion_ms: 600_000 });
  const running = await world.offboard(late.id, { convert_to_shared: true, remove_licenses: true });
  const later = await world.offboard(planned.id, { disable_sign_in: true }, {
    schedule: { at: '2031-01-01T09:00:00', time_zone: 'Europe/Amsterdam' },
  });
  await signIn(page, world);
  const row = ({ id }) => page.locator(`[data-offboarding="${id}"]`);
  await expect(row(running)).toContainText('Waiting');
  await page.getByRole('button', { name: 'More commands' }).click();
  await page.getByRole('menuitem', { name: 'Stop everything under way' }).click();
  const dialog = page.getByRole('dialog');
  const confirm = dialog.getByRole('button', { name: 'Stop everything' });
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('stop');
  await expect(confirm).toBeDisabled();
  await dialog.getByRole('textbox').fill('Stop everything');
  await expectGoodLooksBriefly(page, 'stop-everything');
  await confirm.click();
  await expect(page.getByText('1 offboarding was stopped.')).toBeVisible();
  await expectGoodLooksBriefly(page, 'stopped');
  await expect(row(running)).toContainText('Cancelled');
  await expect(row(later)).toContainText('Planned');
  expect((await world.look(late.id)).user.assignedLicenses.length).toBeGreaterThan(0);
});
