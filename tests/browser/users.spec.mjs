// Who is leaving: found in a large directory, pasted, read from a file, or named by the address of the page.
import { expect, test } from './support/fixtures.mjs';
import { expectGoodLooksBriefly } from './support/look.mjs';
import * as wizard from './support/wizard.mjs';

test.setTimeout(120_000);

const field = (page) => page.getByRole('combobox', { name: 'Users' });
const options = (page) => page.getByRole('listbox', { name: 'Users' }).getByRole('option');

test('a list is pasted, each line is checked, and what is unclear is asked', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  const twins = (await world.api('GET', `/tenants/${world.tenant.id}/users?search=taylor`)).items;
  await wizard.open(page);
  await wizard.chooseTenant(page);
  await wizard.pickUser(page, 'adele.vance', 'Adele Vance');
  await page.getByRole('button', { name: 'Paste a list or upload a CSV' }).click();
  const dialog = page.getByRole('dialog');
  await dialog.getByRole('button', { name: 'Check the list' }).click();
  await expect(dialog.getByRole('alert')).toContainText('Paste a list or choose a file first.');
  await dialog
    .getByRole('textbox', { name: 'Names or addresses' })
    .fill(`${leaver.address.toUpperCase()}\n\nnobody@contoso.com\nAdele Vance\nTaylor`);
  await dialog.getByRole('button', { name: 'Check the list' }).click();
  await expect(dialog.getByRole('status')).toHaveText('4 lines: 1 found, 2 left over.');
  const line = (text) => dialog.getByRole('listitem').filter({ hasText: text });
  await expect(line(leaver.address.toUpperCase())).toHaveAttribute('data-verdict', 'found');
  await expect(line('nobody@contoso.com')).toContainText('3nobody@contoso.com');
  await expect(line('nobody@contoso.com')).toContainText('Nobody has this name or address');
  await expect(line('Adele Vance')).toContainText('Adele Vance is on the list already');
  await dialog.getByRole('combobox', { name: 'Who is “Taylor”?' }).selectOption({ index: 1 });
  await expectGoodLooksBriefly(page, 'wizard-2-users-list');
  await dialog.getByRole('button', { name: 'Add 2 users' }).click();
  await expect(page.getByText('3 users selected')).toBeVisible();
  await expect(wizard.selectedUsers(page)).toContainText(leaver.name);
  await expect(wizard.selectedUsers(page)).toContainText(/taylor/i);
  expect(twins.length).toBeGreaterThan(1);
  await page.getByRole('button', { name: 'Leave Adele Vance out' }).click();
  await expect(page.getByText('2 users selected')).toBeVisible();
});

test('a table from a spreadsheet is read by its columns', async ({ signedIn: page, leaver }) => {
  await wizard.open(page);
  await wizard.chooseTenant(page);
  await page.getByRole('button', { name: 'Paste a list or upload a CSV' }).click();
  const dialog = page.getByRole('dialog');
  const upload = (buffer) =>
    dialog.getByLabel('Choose a CSV file').first().setInputFiles({ name: 'leavers.csv', mimeType: 'text/csv', buffer });
  await upload(Buffer.from([0x50, 0x4b, 0, 0]));
  await expect(dialog.getByRole('alert')).toContainText('“leavers.csv” is not a text file');
  await upload(Buffer.from(`\uFEFFName;User principal name;Last day\r\n"Somebody; else";${leaver.address};1-1-2031\r\n`));
  await dialog.getByRole('button', { name: 'Check the list' }).click();
  await expect(dialog.getByRole('listitem')).toHaveText([`2${leaver.address}${leaver.name}`]);
  await dialog.getByRole('button', { name: 'Add 1 user' }).click();
  await expect(wizard.selectedUsers(page)).toContainText(leaver.name);
});

test('the list goes on as one scrolls, and by keys', async ({ signedIn: page }) => {
  await wizard.open(page);
  await wizard.chooseTenant(page, 'Northwind');
  await expect(page.getByText(/^6,000 matches$/)).toBeVisible();
  const counted = await options(page).count();
  expect(counted, 'only what is seen is there').toBeLessThan(40);
  await field(page).focus();
  const active = async () => page.locator(`[id="${await field(page).getAttribute('aria-activedescendant')}"]`);
  await expect(async () => {
    await page.keyboard.press('PageDown');
    expect(Number(await (await active()).getAttribute('aria-posinset', { timeout: 1000 }))).toBeGreaterThan(180);
  }, 'beyond the first page of the server').toPass({ intervals: [20] });
  const reached = await active();
  await expect(reached).toBeInViewport();
  await expect(reached).toHaveAttribute('aria-setsize', '6000');
  await page.keyboard.press('Enter');
  await expect(reached).toHaveAttribute('aria-selected', 'true');
  await expect(page.getByText('1 user selected')).toBeVisible();
  await page.keyboard.press('Enter');
  await expect(page.getByText('0 users selected')).toBeVisible();
  expect(await options(page).count()).toBeLessThan(40);
});

test('however fast one scrolls, each page of the list is asked for once', async ({ signedIn: page }) => {
  const asked = [];
  page.on('request', (request) => {
    const cursor = new URL(request.url()).searchParams.get('cursor');
    if (cursor) asked.push(cursor);
  });
  await wizard.open(page);
  await wizard.chooseTenant(page, 'Northwind');
  await expect(page.getByText(/^6,000 matches$/)).toBeVisible();
  await options(page).first().hover();
  await expect(async () => {
    await page.mouse.wheel(0, 1200);
    expect(asked.length).toBeGreaterThan(9);
  }).toPass({ intervals: [16], timeout: 30_000 });
  expect(new Set(asked).size).toBe(asked.length);
});

test('an address opens the wizard with tenant and users filled in, and loses no draft', async ({
  signedIn: page,
  world,
  leaver,
  watch,
}) => {
  watch.expectRefusal(/^404 GET \S+\/users\/nobody%40contoso\.com$/);
  await page.goto(
    `${world.url}/offboardings/new?tenant=contoso.com&users=${leaver.address},nobody@contoso.com`,
  );
  await expect(wizard.heading(page, 'Offboarding Options')).toBeVisible();
  await expect(page.getByText('The link names what is not there: nobody@contoso.com.')).toBeVisible();
  await expect(page).toHaveURL(/\/new\?step=options$/);
  await page.getByRole('button', { name: 'Back' }).click();
  await expect(wizard.selectedUsers(page)).toContainText(leaver.address);

  await page.goto(`${world.url}/offboardings/new?tenant=fabrikam.com`);
  await expect(wizard.heading(page, 'User Selection')).toBeVisible();
  await expect(page.getByText('0 users selected')).toBeVisible();
  await page.getByRole('button', { name: 'Bring it back' }).click();
  await wizard.next(page);
  await expect(wizard.selectedUsers(page)).toContainText(leaver.address);
});

test('the same way as before', async ({ signedIn: page, world, leaver }) => {
  const done = await world.offboard(leaver.id, {
    disable_sign_in: true,
    forward_email: { to: 'bram.hoekstra@contoso.com', keep_copy: true }, // a manager may have left in another test
  });
  await world.finished(done.id);
  await page.goto(`${world.url}/offboardings/${done.id}`);
  await page.getByRole('button', { name: 'More actions' }).click();
  await page.getByRole('menuitem', { name: 'Offboard somebody the same way' }).click();
  await expect(wizard.heading(page, 'User Selection')).toBeVisible();
  await wizard.pickUser(page, 'adele.vance', 'Adele Vance');
  await wizard.next(page);
  await expect(wizard.task(page, 'Disable Sign-In')).toBeChecked();
  await expect(wizard.task(page, 'Forward all e-mail to another user')).toBeChecked();
  await expect(page.getByRole('checkbox', { name: 'Keep a copy of forwarded email' })).toBeChecked();
  await expect(
    page.getByRole('radiogroup', { name: 'When' }).getByRole('radio', { checked: true }),
    'when to run is always a decision',
  ).toHaveCount(0);
});
