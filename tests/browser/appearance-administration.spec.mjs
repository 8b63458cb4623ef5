// The pages around the offboardings in every size and colour, with something on them; empty where that looks different.
import { expect, signIn, test as base, worldOf } from './support/fixtures.mjs';
import { expectGoodLooks, expectGoodLooksBriefly, screenshotForReadme } from './support/look.mjs';
import { addEndpoints, addLeavers, makeOffice, taggedPut, template } from './support/office.mjs';

// One for all: what is on the pages takes longer to make than to look at.
async function furnished() {
  const world = await makeOffice();
  await addEndpoints(world);
  await addLeavers(world);
  world.template = await world.api('POST', '/templates', template);
  await world.api('POST', '/templates', {
    name: 'Contractor',
    tenant: world.tenant.id,
    options: { disable_sign_in: true },
  });
  const { licenses } = await world.api('GET', '/stats');
  await taggedPut(world, '/settings/prices', () => ({
    currency: 'EUR',
    prices: licenses.products.slice(0, 1).map(({ sku_id }) => ({ sku_id, monthly_price: '20.60' })),
  }));
  await world.api('POST', '/tokens', { name: 'Ticket system', role: 'technician' });
  await world.api('GET', `/tenants/${world.tenant.id}/health`);
  return world;
}

const test = base.extend({ world: worldOf(furnished, 120_000) });

test.setTimeout(120_000);

const title = (page, name) => page.getByRole('heading', { name, level: 1 });

async function look(page, world, pages) {
  await signIn(page, world, world.admin);
  for (const [name, path, heading, shown] of pages) {
    await page.goto(world.url + path);
    await expect(title(page, heading)).toBeVisible();
    if (shown) await expect(page.getByText(shown).first()).toBeVisible();
    await expectGoodLooks(page, name);
  }
}

test('the dashboard', async ({ page, world, watch: _ }) => {
  await look(page, world, [['dashboard', '/', 'Dashboard', 'HR-120']]);
  await screenshotForReadme(page, 'dashboard');
  await page.getByLabel('Tenant', { exact: true }).selectOption('Northwind Traders plc');
  await expect(page.getByRole('heading', { name: 'Nobody has been offboarded yet' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'dashboard-empty');
});

test('templates', async ({ page, world, watch: _ }) => {
  await look(page, world, [
    ['templates', '/templates', 'Templates', 'Contractor'],
    ['template', `/templates/${world.template.id}`, template.name, 'Lock out'],
  ]);
});

test('tenants', async ({ page, world, watch: _ }) => {
  const { id } = world.tenant;
  await look(page, world, [
    ['tenants', '/tenants', 'Tenants', 'Permissions missing'],
    ['tenant', `/tenants/${id}`, 'Contoso B.V.', 'Sites.FullControl.All'],
    ['tenant-defaults', `/tenants/${id}/defaults`, 'Defaults of Contoso B.V.', 'Lock out'],
  ]);
});

test('notifications and deliveries', async ({ page, world, watch: _ }) => {
  const { webhooks } = await world.api('GET', '/settings/notifications');
  const [delivery] = (await world.api('GET', '/deliveries?limit=1')).items;
  await look(page, world, [
    ['notifications', '/settings/notifications', 'Notifications', 'Service desk'],
    ['notifications-webhook', `/settings/notifications/${webhooks[0].id}`, 'Service desk', 'Ann Leaver'],
    ['notifications-email', '/settings/notifications/email', 'E-mail', 'Ann Leaver'],
    ['notifications-psa', '/settings/notifications/psa', 'PSA tickets', 'Ann Leaver'],
    ['notifications-links', '/settings/notifications/password-links', 'Password links', 'Shown by'],
    ['deliveries', '/deliveries?event=failed', 'Deliveries', 'Service desk'],
    ['delivery', `/deliveries/${delivery.id}`, /./, 'Attempt 1'],
  ]);
});

test('accounts, tokens, prices and the logbook', async ({ page, world, watch: _ }) => {
  await look(page, world, [
    ['accounts', '/settings/accounts', 'Accounts', 'robin'],
    ['tokens', '/settings/tokens', 'API tokens', 'Ticket system'],
    ['prices', '/settings/prices', 'List prices', 'Freed and without a price'],
    ['logbook', '/logbook?text=contoso', 'Logbook', 'requested to offboard'],
  ]);
});

test('my preferences, about, and what lies over a page', async ({ page, world, watch: _ }) => {
  await look(page, world, [
    ['preferences', '/preferences', 'My preferences', 'Change password'],
    ['about', '/about', 'About Lastday', 'This one answered you'],
  ]);
  await page.keyboard.press('Control+k');
  await expect(page.getByRole('combobox', { name: /^Go to/ })).toBeFocused();
  await page.keyboard.type('con');
  await expect(page.getByRole('option', { name: /Contoso B\.V\./ }).first()).toBeVisible();
  await expectGoodLooksBriefly(page, 'palette');
  await page.keyboard.press('Escape');
  await page.keyboard.press('?');
  await expect(page.getByRole('dialog', { name: 'Keyboard shortcuts' })).toBeVisible();
  await expectGoodLooksBriefly(page, 'shortcuts');
});

test('what one may not see, and what is not there', async ({ page, world, watch }) => {
  watch.expectRefusal(/^404 /);
  await signIn(page, world);
  await page.goto(`${world.url}/settings`);
  await expect(title(page, 'Your role does not open this page')).toBeVisible();
  await expectGoodLooksBriefly(page, 'not-allowed');
  const nobody = '00000000-0000-7000-8000-000000000000';
  for (const [path, heading] of [
    ['templates', 'There is no such template'],
    ['tenants', 'There is no such tenant'],
    ['deliveries', 'There is no such delivery'],
  ]) {
    await page.goto(`${world.url}/${path}/${nobody}`);
    await expect(title(page, heading)).toBeVisible();
  }
});
