// Signing in and out, and what happens when the server forgets somebody in the middle of their work.
import { account, expect, fillIn, makeWorld, signIn, test } from './support/fixtures.mjs';
import { expectGoodLooksBriefly } from './support/look.mjs';
import * as wizard from './support/wizard.mjs';

test('a wrong password is refused in words, and the right one opens the door', async ({
  page,
  world,
  watch,
}) => {
  watch.expectRefusal(/^401 POST \/api\/v1\/session$/);
  await page.goto(world.url);
  await expect(page).toHaveTitle('Sign in · Lastday');

  await page.getByRole('button', { name: 'Sign in' }).click();
  await expect(page.getByText('Enter your username.')).toBeVisible();
  await expect(page.getByText('Enter your password.')).toBeVisible();
  await expect(page.getByLabel('Username')).toBeFocused();

  await fillIn(page, { ...account, password: 'not this one' });
  await expect(page.getByRole('alert')).toHaveText('The username or the password is wrong.');
  await expect(page.getByLabel('Username')).toHaveValue(account.name);
  await expect(page.getByLabel('Password')).toHaveValue('');
  await expect(page.getByLabel('Password')).toBeFocused();

  await page.keyboard.type(account.password);
  await page.keyboard.press('Enter');
  await expect(page.getByRole('heading', { name: 'Dashboard', level: 1 })).toBeVisible();
});

test('an address is asked for, the sign-in stands before it, and it opens afterwards', async ({
  page,
  world,
  watch: _,
}) => {
  await page.goto(`${world.url}/offboardings/new`);
  await fillIn(page, account);
  await expect(wizard.heading(page, 'Tenant Selection')).toBeVisible();
});

test('the identity provider is offered where there is one, and what went wrong there is said once', async ({
  page,
  watch,
}) => {
  const world = await makeWorld({
    tenants: 1,
    settings: {
      LASTDAY_AUTH_OIDC_ISSUER: 'http://127.0.0.1:9/nobody-listens',
      LASTDAY_AUTH_OIDC_CLIENT_ID: 'lastday',
      LASTDAY_AUTH_OIDC_CLIENT_SECRET: 'client-secret-that-is-long-enough',
    },
  });
  try {
    await page.goto(`${world.url}/offboardings/new`);
    const provider = page.getByRole('link', { name: 'Sign in with your organisation' });
    await expect(provider).toHaveAttribute('href', /return_to=%2Foffboardings%2Fnew$/);
    await provider.click();
    await expect(page.getByRole('alert')).toHaveText(
      'The identity provider cannot be reached. Try again later.',
    );
    await expectGoodLooksBriefly(page, 'sign-in-provider');
    await page.reload();
    await expect(provider).toBeVisible();
    await expect(page.getByRole('alert')).toHaveCount(0);
    watch.check();
  } finally {
    await world.close();
  }
});

test('signing out ends the session on the server too', async ({ signedIn: page, world }) => {
  const [cookie] = await page.context().cookies();
  await page.getByRole('button', { name: `Account: ${account.name}` }).click();
  await page.getByRole('menuitem', { name: 'Sign out' }).click();
  await expect(page.getByRole('heading', { name: 'Sign in' })).toBeVisible();
  const answer = await fetch(`${world.url}/api/v1/me`, {
    headers: { cookie: `${cookie.name}=${cookie.value}` },
  });
  expect(answer.status).toBe(401);
});

// As if it had expired: the server ends it, the page is not told.
async function endSession(page, world) {
  const { csrf_token } = await (await page.request.get(`${world.url}/api/v1/me`)).json();
  const headers = { 'X-CSRF-Token': csrf_token };
  expect((await page.request.delete(`${world.url}/api/v1/session`, { headers })).status()).toBe(204);
}

test('a session that ends in the wizard is renewed over it, and nothing entered is lost', async ({
  signedIn: page,
  world,
  watch,
  leaver,
}) => {
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.task(page, 'Disable Sign-In').check();
  await wizard.task(page, 'Set Out of Office').check();
  await wizard.write(page, 'Message', 'I no longer work here.');
  await page.getByRole('radio', { name: 'Run now' }).check();

  watch.expectRefusal(/^401 /);
  await endSession(page, world);
  await wizard.next(page);
  const dialog = page.getByRole('alertdialog', { name: 'Your session has ended' });
  await expect(dialog).toBeVisible();
  await expect(dialog.getByLabel('Username')).toHaveValue(account.name);
  await expect(dialog.getByLabel('Password')).toBeFocused();
  await page.keyboard.press('Escape');
  await expect(dialog, 'there is no way around it').toBeVisible();

  await page.keyboard.type('not this one');
  await page.keyboard.press('Enter');
  await expect(dialog.getByRole('alert')).toHaveText('The username or the password is wrong.');
  await page.keyboard.type(account.password);
  await page.keyboard.press('Enter');
  await expect(dialog).toBeHidden();

  await expect(wizard.heading(page, 'Offboarding Options')).toBeVisible();
  await expect(wizard.task(page, 'Disable Sign-In')).toBeChecked();
  await expect(wizard.editor(page, 'Message')).toHaveText('I no longer work here.');
  await wizard.next(page);
  await expect(wizard.heading(page, 'Confirmation')).toBeVisible();
  await expect(page.getByRole('region', { name: leaver.name })).toContainText('I no longer work here.');
});

test('somebody else who signs in sees nothing of the person before', async ({
  page,
  world,
  watch,
  leaver,
}) => {
  const other = { name: 'sascha', password: 'another long password' };
  await world.run(
    ['admin', 'user-add', '--username', other.name, '--role', 'technician', '--password-stdin'],
    {
      input: `${other.password}\n`,
    },
  );
  await signIn(page, world);
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.task(page, 'Disable Sign-In').check();
  await page.getByRole('radio', { name: 'Run now' }).check();
  watch.expectRefusal(/^401 /);
  await endSession(page, world);
  await wizard.next(page);
  const dialog = page.getByRole('alertdialog');
  await expect(dialog).toBeVisible();
  await fillIn(dialog, other);
  await expect(wizard.heading(page, 'Tenant Selection')).toBeVisible();
  await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
});
