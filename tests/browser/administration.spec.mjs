// What administrators do: endpoints, deliveries, templates, defaults, tenants, accounts, tokens, prices, the logbook.
import { readFile } from 'node:fs/promises';
import { sinks } from '../support/notify.mjs';
import { until } from '../support/world.mjs';
import { accountOf, expect, fillIn, signIn, test as base, worldOf } from './support/fixtures.mjs';
import { makeOffice, template } from './support/office.mjs';
import { pick, task } from './support/wizard.mjs';

const test = base.extend({
  world: worldOf(() => makeOffice()),
  signedIn: async ({ page, world, watch: _ }, use) => {
    await signIn(page, world, world.admin);
    await use(page);
  },
});

const menu = (page, name) => page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name });
const settings = (page, name) =>
  page.getByRole('navigation', { name: 'Settings' }).getByRole('link', { name });
const title = (page, name) => page.getByRole('heading', { name, level: 1 });
const button = (page, name) => page.getByRole('button', { name, exact: true });
const refused = (page) => page.getByRole('alert', { name: 'Nothing was saved' });
const saved = (page) => expect(page.getByRole('status').filter({ hasText: 'Saved' })).toBeVisible();

test('a webhook is set up, previewed, tested, changed by two people at once, and removed', async ({
  signedIn: page,
  world,
  watch,
}) => {
  await menu(page, 'Settings').click();
  await expect(title(page, 'Notifications')).toBeVisible();
  await button(page, 'New webhook').click();
  await expect(title(page, 'New webhook')).toBeVisible();

  watch.expectRefusal(/^422 PUT /);
  await button(page, 'Add webhook').click();
  await expect(refused(page)).toBeVisible();

  await page.getByLabel('Name').fill('Inventory');
  await page.getByLabel('Address').fill(`${world.simUrl}/sink/generic/one`);
  await page.getByLabel('Format').selectOption('Generic JSON (Standard Webhooks)');
  await button(page, 'Make one').click();
  const secret = page.getByLabel('Signing secret');
  await expect(secret).toHaveValue(/^whsec_/);
  world.made = [(await secret.inputValue()).slice(6)];
  await page.getByLabel('Authentication').selectOption('Own headers, such as an API key');
  await page.getByLabel('Name').last().fill('X-Api-Key');
  await page.getByLabel('Value').fill('sim-key');
  await page.getByRole('checkbox', { name: 'Offboarding planned' }).check();
  await button(page, 'Add webhook').click();
  await expect(title(page, 'Inventory')).toBeVisible();
  await expect(page).toHaveURL(/notifications\/[0-9a-f-]{36}$/);
  await expect(secret, 'what is stored is never shown').toHaveValue('********');
  await expect(page.getByLabel('Address')).toHaveValue(/\/\*{8}$/);

  const preview = page.getByRole('region', { name: 'Preview' }).last();
  await expect(preview).toContainText('"offboarding.finished"');
  await page.getByLabel('Event', { exact: true }).selectOption('Offboarding failed');
  const before = await page.getByLabel('Format').inputValue();
  await expect(preview).toContainText('"offboarding.failed"');

  await page.getByLabel('Format').selectOption('Slack');
  const card = page.getByRole('group', { name: 'The message as it is shown' });
  await expect(card).toContainText('Ann Leaver');
  await expect(card).not.toContainText('"blocks"');
  await button(page, /^As it is sent/).click();
  await expect(preview).toContainText('"blocks"');
  await page.getByLabel('Format').selectOption(before);

  await button(page, 'Send a test').click();
  await expect(page.getByText('It works.')).toBeVisible();
  const [received] = (await sinks(world)).generic ?? Object.values(await sinks(world)).flat();
  expect(JSON.stringify(received), 'the receiver got it').toContain('test');

  // Somebody else changes it meanwhile.
  const got = await world.raw('GET', '/settings/notifications');
  const theirs = await got.json();
  theirs.reminder_minutes = 45;
  await world.api('PUT', '/settings/notifications', theirs, { 'if-match': got.headers.get('etag') });
  watch.expectRefusal(/^412 PUT /);
  await page.getByLabel('Name').first().fill('Stock');
  await expect(button(page, 'Send a test')).toHaveAttribute('aria-disabled', 'true');
  await button(page, 'Save').click();
  await expect(refused(page)).toContainText('changed');
  await button(page, 'Show what is stored now').click();
  await expect(page.getByLabel('Name').first()).toHaveValue('Inventory');
  await page.getByLabel('Name').first().fill('Stock');
  await button(page, 'Save').click();
  await saved(page);
  expect((await world.api('GET', '/settings/notifications')).reminder_minutes).toBe(45);

  await button(page, 'Remove').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(title(page, 'Notifications')).toBeVisible();
  expect((await world.api('GET', '/settings/notifications')).webhooks).toEqual([]);
});

test('mail, tickets and password links have their settings, and a message to look at', async ({
  signedIn: page,
  world,
  watch,
}) => {
  await page.goto(`${world.url}/settings/notifications`);
  await page.getByRole('link', { name: 'E-mail' }).click();
  await page.getByRole('switch', { name: 'Send mail' }).check();
  await page.getByLabel('Sender', { exact: true }).fill(`adele.vance@${world.tenant.default_domain}`);
  await page.getByLabel('Recipients').fill('desk@example.com\nnot an address');
  watch.expectRefusal(/^422 PUT /);
  await button(page, 'Save').click();
  await expect(refused(page)).toBeVisible();
  await page.getByLabel('Recipients').fill('desk@example.com\nhr@example.com');
  await button(page, 'Save').click();
  await saved(page);
  expect((await world.api('GET', '/settings/notifications')).email).toMatchObject({
    enabled: true,
    to: ['desk@example.com', 'hr@example.com'],
  });
  const mail = page.frameLocator('iframe[title="The message as it is shown"]');
  await expect(mail.getByRole('heading', { level: 1 })).toContainText('Ann Leaver');
  await expect(mail.getByRole('heading', { level: 1 }), 'as its styles say').toHaveCSS('font-size', '20px');
  await expect(mail.locator('a[href]'), 'links of a sample lead nowhere').toHaveCount(0);
  await expect(page.locator('iframe'), 'nothing runs in it').toHaveAttribute('sandbox', 'allow-same-origin');
  await button(page, 'As plain text').click();
  await expect(page.getByRole('region', { name: 'As plain text' })).toContainText('Ann Leaver');

  await page.getByRole('link', { name: 'Notifications', exact: true }).last().click();
  await page.getByRole('link', { name: 'PSA tickets' }).click();
  await page.getByLabel('System').selectOption('HaloPSA');
  await page.getByLabel('Address of the authorisation server').fill(`${world.simUrl}/sink/halopsa/auth`);
  await page.getByLabel('Address of the resource server').fill(`${world.simUrl}/sink/halopsa`);
  await page.getByLabel('Client ID').fill('sim-halo');
  await page.getByLabel('Client secret').fill('sim-halo-secret');
  await page.getByLabel('Ticket type').fill('21');
  await page.getByLabel('Company').fill('12');
  await button(page, 'Save').click();
  await saved(page);
  await button(page, 'Send a test').click();
  await expect(page.getByText('It works.')).toBeVisible();

  await page.goto(`${world.url}/settings/notifications/password-links`);
  await page.getByLabel('Views').fill('3');
  await button(page, 'Save').click();
  await saved(page);
  expect((await world.api('GET', '/settings/notifications')).password_links.views).toBe(3);

  // The tenant can have its own: its company of the PSA is found by name.
  await page.goto(`${world.url}/tenants/${world.tenant.id}/defaults`);
  await page.getByLabel('Webhook').selectOption('Off');
  await page.getByLabel('Find the company by name').fill('a');
  await page
    .getByRole('button', { name: /\(\d+\)$/ })
    .first()
    .click();
  await button(page, 'Save').click();
  await saved(page);
  const { notify } = await world.api('GET', `/tenants/${world.tenant.id}/defaults`);
  expect(notify.webhook).toBe(false);
  expect(notify.psa_company).toBeGreaterThan(0);
});

test('a delivery that failed is seen with its attempts, and sent again by hand', async ({
  signedIn: page,
  world,
  leaver,
}) => {
  const before = await world.raw('GET', '/settings/notifications');
  await before.text();
  await world.api(
    'PUT',
    '/settings/notifications',
    {
      webhooks: [
        {
          name: 'Gone',
          url: `${world.simUrl}/sink/generic/gone`,
          format: 'generic',
          events: ['planned'],
        },
      ],
    },
    { 'if-match': before.headers.get('etag') },
  );
  await world.sim('POST', '/faults', [{ service: 'sink', path: '/sink/generic/gone', times: 1, status: 410 }]);
  await world.offboard(
    leaver.id,
    { disable_sign_in: true },
    { schedule: { at: '2031-01-01T09:00:00', time_zone: 'UTC' }, notify: { webhook: true } },
  );
  await until(
    'the delivery has failed',
    async () => (await world.api('GET', '/deliveries?status=failed')).items.length > 0,
  );
  await menu(page, 'Deliveries').click();
  await expect(title(page, 'Deliveries')).toBeVisible();
  const row = page.getByRole('row').filter({ hasText: 'Gone' });
  await expect(row).toContainText('Not delivered');
  await expect(row).toContainText(leaver.name);
  await page.getByLabel('State').selectOption('Delivered');
  await expect(row).toHaveCount(0);
  await page.getByLabel('State').selectOption('Not delivered');
  await expect(page).toHaveURL(/status=failed/);
  await row.getByRole('link').click();
  await expect(page.getByText(/^Answered 410/)).toBeVisible();
  await page.getByRole('button', { name: 'What was sent' }).click();
  await expect(page.getByRole('region', { name: 'What was sent' })).toContainText('offboarding.planned');

  // The server has switched it off; an administrator switches it on again.
  const [hook] = (await world.api('GET', '/settings/notifications')).webhooks;
  await page.goto(`${world.url}/settings/notifications/${hook.id}`);
  if (!hook.enabled) {
    await expect(page.getByText('The server switched this off')).toBeVisible();
    await page.getByRole('switch', { name: 'Switched on' }).check();
    await button(page, 'Save').click();
    await saved(page);
  }
  await page.goBack();
  await button(page, 'Send again').click();
  await expect(page.getByText('Attempt 2')).toBeVisible();
  await expect(page.locator('main').getByText('Delivered', { exact: true })).toBeVisible();
});

test('a template is made, cloned, changed and deleted', async ({ signedIn: page, world, watch }) => {
  await menu(page, 'Templates').click();
  await expect(page.getByRole('heading', { name: 'There is no template yet' })).toBeVisible();
  await page.getByRole('link', { name: 'New template' }).click();
  await page.getByLabel('Name').fill(template.name);
  await task(page, 'Disable Sign-In').check();
  await task(page, 'Mailbox Full Access (automap)').check();
  watch.expectRefusal(/^422 POST /);
  await button(page, 'Add template').click();
  await expect(
    page.getByRole('group', { name: 'Mailbox Full Access (automap)' }).getByRole('alert'),
    'nobody is named who gets access',
  ).toBeVisible();
  await page.getByLabel('For', { exact: true }).selectOption('Contoso B.V.');
  await pick(page, 'Who gets access', 'bram', 'Bram Hoekstra');
  await button(page, 'Add template').click();
  await expect(title(page, template.name)).toBeVisible();
  const [stored] = (await world.api('GET', '/templates')).items;
  expect(stored.tenant.id).toBe(world.tenant.id);
  expect(Object.keys(stored.options).sort()).toEqual(['disable_sign_in', 'grant_mailbox_access_automap']);

  await page.reload();
  await expect(task(page, 'Disable Sign-In')).toBeChecked();
  await task(page, 'Disable Sign-In').uncheck();
  await button(page, 'Discard changes').click();
  await expect(task(page, 'Disable Sign-In')).toBeChecked();
  await task(page, 'Remove Licenses').check();
  await button(page, 'Save').click();
  await saved(page);
  expect((await world.api('GET', `/templates/${stored.id}`)).options).toHaveProperty('remove_licenses');

  await button(page, 'Clone').click();
  await expect(page.getByLabel('Name')).toHaveValue(`Copy of ${template.name}`);
  await expect(task(page, 'Remove Licenses')).toBeChecked();
  await button(page, 'Add template').click();
  await expect(title(page, `Copy of ${template.name}`)).toBeVisible();

  await menu(page, 'Templates').click();
  await page.getByRole('searchbox', { name: 'Search templates' }).fill('copy');
  await expect(page.getByRole('row')).toHaveCount(2);
  await button(page, `Delete Copy of ${template.name}`).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('heading', { name: 'No template matches' })).toBeVisible();
  expect((await world.api('GET', '/templates')).items).toHaveLength(1);
});

test('a tenant has defaults and protected users, is renamed, added and removed', async ({
  signedIn: page,
  world,
  watch,
}) => {
  await menu(page, 'Tenants').click();
  await page.getByRole('searchbox', { name: 'Search tenants' }).fill('fabrikam');
  await expect(page.getByRole('row')).toHaveCount(2);
  await page.getByRole('link', { name: /Fabrikam/ }).click();
  await expect(page.getByText('Permission scan')).toBeVisible();
  await button(page, 'Look now').click();
  await expect(page.getByRole('status').filter({ hasText: /permitted|permissions/ })).toBeVisible();
  const id = new URL(page.url()).pathname.split('/').at(-1);

  await button(page, 'Rename').click();
  await page.getByRole('dialog').getByLabel('Name').fill('Fabrikam Nord');
  await page.getByRole('dialog').getByRole('button', { name: 'Rename' }).click();
  await expect(title(page, 'Fabrikam Nord')).toBeVisible();

  await page.getByRole('link', { name: 'Change' }).click();
  await expect(title(page, 'Defaults of Fabrikam Nord')).toBeVisible();
  const [user] = (await world.api('GET', `/tenants/${id}/users?limit=1`)).items;
  await pick(page, 'Protected users', user.user_principal_name, user.display_name);
  await page.getByRole('switch', { name: 'Mail may be forwarded outside the tenant' }).check();
  await task(page, 'Disable Sign-In').check();
  await button(page, 'Save').click();
  await saved(page);
  expect(await world.api('GET', `/tenants/${id}/defaults`)).toMatchObject({
    options: { disable_sign_in: true },
    protected_users: [user.id],
    allow_external_forwarding: true,
  });
  await page.getByRole('link', { name: 'Fabrikam Nord' }).click();
  await expect(page.getByText(user.display_name)).toBeVisible();

  await button(page, 'Remove').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Remove' }).click();
  await expect(title(page, 'Tenants')).toBeVisible();
  await button(page, 'Add tenant').click();
  const dialog = page.getByRole('dialog');
  watch.expectRefusal(/^422 POST /);
  await dialog.getByLabel('Tenant id').fill('nonsense');
  await dialog.getByRole('button', { name: 'Add tenant' }).click();
  await expect(dialog.getByRole('alert').first()).toBeVisible();
  await dialog.getByLabel('Tenant id').fill(id);
  await dialog.getByLabel('Default domain').fill('fabrikam.de');
  await dialog.getByLabel('Name').fill('Fabrikam again');
  await dialog.getByRole('button', { name: 'Add tenant' }).click();
  await expect(title(page, 'Fabrikam again')).toBeVisible();

  await menu(page, 'Tenants').click();
  watch.expectRefusal(/POST \/api\/v1\/tenants\/sync$/);
  await button(page, 'Sync from the partner account').click();
  await expect(
    page.getByText(/The partner account cannot be read|Read from the partner account/),
  ).toBeVisible();
});

test('an account is added, given another role, disabled, and cannot sign in', async ({
  signedIn: page,
  world,
  watch,
  browser,
}) => {
  await menu(page, 'Settings').click();
  await settings(page, 'Accounts').click();
  await button(page, 'Add account').click();
  const dialog = page.getByRole('dialog');
  watch.expectRefusal(/^422 POST /);
  await dialog.getByLabel('Username').fill('kim');
  await dialog.getByLabel('Password').fill('short');
  await dialog.getByRole('button', { name: 'Add account' }).click();
  await expect(dialog.getByText(/10 characters/).first()).toBeVisible();
  await dialog.getByLabel('Password').fill('a very long secret of kim');
  await dialog.getByRole('button', { name: 'Add account' }).click();
  const row = page.getByRole('row').filter({ hasText: 'kim' });
  await expect(row).toContainText('Technician');

  const act = async (name) => {
    await button(page, 'Actions for kim').click();
    await page.getByRole('menuitem', { name }).click();
  };
  await act('Change role');
  await page.getByRole('dialog').getByLabel('Role').selectOption('Viewer');
  await page.getByRole('dialog').getByRole('button', { name: 'Change role' }).click();
  await expect(row).toContainText('Viewer');
  await act('Disable');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Disable' }).click();
  await expect(row).toContainText('Disabled');

  const other = await browser.newPage();
  await other.goto(world.url);
  await fillIn(other, { name: 'kim', password: 'a very long secret of kim' });
  await expect(other.getByRole('alert')).toBeVisible();
  await other.close();

  watch.expectRefusal(/^409 (PATCH|DELETE) /);
  await button(page, 'Actions for admin').click();
  await page.getByRole('menuitem', { name: 'Delete' }).click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(page.getByRole('alertdialog').getByRole('alert'), 'the last admin stays').toBeVisible();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Cancel' }).click();
  await act('Delete');
  await page.getByRole('alertdialog').getByRole('button', { name: 'Delete' }).click();
  await expect(row).toHaveCount(0);
});

test('a token is shown once, works, and does not any more when it is revoked', async ({
  signedIn: page,
  world,
}) => {
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await page.goto(`${world.url}/settings/tokens`);
  await button(page, 'Make a token').click();
  const dialog = page.getByRole('dialog');
  await dialog.getByLabel('Name').fill('Ticket system');
  await dialog.getByRole('radio', { name: 'Only these tenants' }).check();
  await dialog.getByRole('checkbox', { name: 'Contoso B.V.' }).check();
  await dialog.getByRole('button', { name: 'Make a token' }).click();
  const token = await page.getByLabel('Token', { exact: true }).inputValue();
  await button(page, 'Copy').click();
  await expect(page.getByRole('button', { name: 'Copied' })).toBeVisible();
  expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(token);
  const ask = async () =>
    fetch(`${world.url}/api/v1/tenants`, { headers: { authorization: `Bearer ${token}` } });
  const answer = await ask();
  expect((await answer.json()).items.map(({ id }) => id)).toEqual([world.tenant.id]);

  await page.reload();
  await expect(page.getByRole('row').filter({ hasText: 'Ticket system' })).toContainText('1 tenant');
  await expect(page.getByLabel('Token', { exact: true })).toHaveCount(0);
  await button(page, 'Revoke Ticket system').click();
  await page.getByRole('alertdialog').getByRole('button', { name: 'Revoke' }).click();
  await expect(page.getByRole('row').filter({ hasText: 'Ticket system' })).toContainText('Revoked');
  expect((await ask()).status).toBe(401);
});

test('prices give freed licenses a value on the dashboard', async ({ signedIn: page, world, leaver }) => {
  await world.finished((await world.offboard(leaver.id, { remove_licenses: true })).id);
  await page.goto(`${world.url}/settings/prices`);
  const [freed] = (await world.api('GET', '/stats')).licenses.products;
  await button(page, freed.name).click();
  await page.getByRole('textbox', { name: 'Price' }).fill('20,50');
  await button(page, 'Save').click();
  await saved(page);
  await menu(page, 'Dashboard').click();
  await expect(title(page, 'Dashboard')).toBeVisible();
  await expect(page.getByRole('listitem').filter({ hasText: 'Licenses freed' })).toContainText(
    `€${(20.5 * freed.freed).toFixed(2)} a month`,
  );
});

test('the logbook is filtered, and taken away as a table and as JSON', async ({ signedIn: page }) => {
  await menu(page, 'Logbook').click();
  await page.getByLabel('Kind').selectOption('Signing in and out');
  const rows = page.getByRole('row').filter({ hasText: 'signed in' });
  await expect(rows.first()).toContainText('admin');
  await expect(page.getByRole('row').filter({ hasText: 'added the tenant' })).toHaveCount(0);
  await page.getByRole('searchbox', { name: 'Account or token' }).fill('nobody of that name');
  await expect(page.getByRole('heading', { name: 'Nothing matches' })).toBeVisible();
  await button(page, 'Clear the filters').click();
  await page.getByLabel('Kind').selectOption('Signing in and out');
  await expect(rows.first()).toBeVisible();

  const save = async (name) => {
    const started = page.waitForEvent('download');
    await button(page, 'Export').click();
    await page.getByRole('menuitem', { name }).click();
    const file = await started;
    return [file.suggestedFilename(), await readFile(await file.path(), 'utf8')];
  };
  const [csvName, csv] = await save('As a table (CSV)');
  expect(csvName).toMatch(/^logbook-.*\.csv$/);
  expect(csv).toContain('sign_in');
  expect(csv).not.toContain('tenant_added');
  const [, json] = await save('As JSON');
  expect(JSON.parse(json).every(({ what }) => what.startsWith('sign_'))).toBe(true);
});

test('roles see what they may do, and are told where they may not go', async ({ page, world, watch: _ }) => {
  await signIn(page, world, await accountOf(world, 'viewer'));
  await expect(button(page, 'New offboarding')).toHaveCount(0);
  await expect(menu(page, 'Settings')).toHaveCount(0);
  await expect(menu(page, 'Logbook')).toHaveCount(0);
  await menu(page, 'Tenants').click();
  await expect(title(page, 'Tenants')).toBeVisible();
  await expect(button(page, 'Add tenant')).toHaveCount(0);
  for (const path of ['/settings/accounts', '/logbook', `/tenants/${world.tenant.id}/defaults`]) {
    await page.goto(world.url + path);
    await expect(title(page, 'Your role does not open this page')).toBeVisible();
  }
});

test('my password is changed with the old one; what I prefer follows me', async ({ page, world, watch }) => {
  const me = await accountOf(world, 'approver');
  await signIn(page, world, me);
  await button(page, `Account: ${me.name}`).click();
  await page.getByRole('menuitem', { name: 'My preferences' }).click();
  await page.getByRole('radio', { name: 'Dark' }).check();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
  watch.expectRefusal(/^4\d\d PATCH /);
  await page.getByLabel('Password now').fill('wrong');
  await page.getByLabel('New password').fill('another long password');
  await button(page, 'Change password').click();
  await expect(page.getByRole('alert').first()).toBeVisible();
  await page.getByLabel('Password now').fill(me.password);
  await button(page, 'Change password').click();
  await saved(page);

  watch.expectRefusal(/^401 /);
  await page.context().clearCookies();
  await page.evaluate(() => localStorage.clear());
  await page.goto(world.url);
  await fillIn(page, { ...me, password: 'another long password' });
  await expect(title(page, 'Dashboard')).toBeVisible();
  await expect(page.locator('html')).toHaveAttribute('data-theme', 'dark');
});

test('about says what runs and how it is', async ({ signedIn: page, world }) => {
  const { version } = await (await fetch(`${world.url}/healthz`)).json();
  await page.goto(`${world.url}/about`);
  await expect(page.getByRole('definition').filter({ hasText: version })).toBeVisible();
  await expect(page.getByRole('table', { name: 'Nodes' })).toContainText('This one answered you');
  await expect(page.getByText('Ready', { exact: true })).toBeVisible();
  await until('the stream is open', async () => page.getByText('Connected', { exact: true }).isVisible());
});
