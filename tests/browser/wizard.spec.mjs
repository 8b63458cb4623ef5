// The wizard keeps what it was told, explains what it refuses, and needs no mouse.
import { expect, signIn, test } from './support/fixtures.mjs';
import { press, tabTo } from './support/keyboard.mjs';
import * as wizard from './support/wizard.mjs';

const summary = (page) => page.getByRole('alert').filter({ hasText: /your attention/ });

test('a reload keeps the draft on every step', async ({ signedIn: page, leaver }) => {
  await wizard.open(page);
  await page.getByRole('radio', { name: 'Fabrikam' }).check();
  await page.reload();
  await expect(page.getByRole('radio', { name: 'Fabrikam' })).toBeChecked();

  await wizard.chooseTenant(page);
  await wizard.pickUser(page, leaver.address, leaver.name);
  await page.reload();
  await expect(page.getByText('1 user selected')).toBeVisible();
  await expect(wizard.selectedUsers(page)).toContainText(leaver.address);

  await wizard.next(page);
  await wizard.task(page, 'Set Out of Office').check();
  await wizard.write(page, 'Message', 'Gone since %displayname%.');
  await wizard.task(page, 'Forward all e-mail to another user').check();
  await wizard.pick(page, 'Forward to', 'adele', /Adele Vance/);
  await page.getByRole('checkbox', { name: 'Keep a copy of forwarded email' }).check();
  await page.getByRole('radio', { name: 'Schedule' }).check();
  await page.getByLabel('Date').fill('2031-05-06');
  await page.locator('input[type=time]').fill('17:30');
  await page.getByLabel('Reference').fill('T-42');
  await page.getByLabel('Reason').fill('Left the company');
  await page.reload();
  await expect(wizard.editor(page, 'Message')).toHaveText('Gone since %displayname%.');
  await expect(page.getByRole('listbox', { name: 'Forward to: Selected' })).toContainText('Adele Vance');
  await expect(page.getByRole('checkbox', { name: 'Keep a copy of forwarded email' })).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Schedule' })).toBeChecked();
  await expect(page.getByLabel('Date')).toHaveValue('2031-05-06');
  await expect(page.getByLabel('Reference')).toHaveValue('T-42');
  await expect(page.getByLabel('Reason')).toHaveValue('Left the company');

  await wizard.next(page);
  await expect(wizard.heading(page, 'Confirmation')).toBeVisible();
  await page.reload();
  await expect(wizard.heading(page, 'Confirmation')).toBeVisible();
  await expect(page.getByText('Starts 6 May 2031, 17:30 (Europe/Amsterdam)')).toBeVisible();
});

test('back and forth loses nothing, by buttons, by steps and by the browser', async ({
  signedIn: page,
  leaver,
}) => {
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.task(page, 'Revoke all sessions').check();
  await wizard.task(page, 'Set Out of Office').check();
  await wizard.write(page, 'Message', 'Away.');
  await wizard.toConfirmation(page);

  await page.getByRole('button', { name: 'Back' }).click();
  await expect(wizard.editor(page, 'Message')).toHaveText('Away.');
  await page.getByRole('button', { name: 'Tenant Selection, done' }).click();
  await expect(page.getByRole('radio', { name: 'Contoso' })).toBeChecked();
  await page.goBack();
  await expect(wizard.heading(page, 'Offboarding Options')).toBeVisible();
  await expect(wizard.editor(page, 'Message')).toHaveText('Away.');
  await page.goBack();
  await expect(wizard.heading(page, 'Confirmation')).toBeVisible();
  await expect(page.getByRole('region', { name: leaver.name })).toContainText('Message: “Away.”');

  // Away from the wizard, and back.
  await page.getByRole('link', { name: 'Offboardings' }).click();
  await page.getByRole('button', { name: 'New offboarding' }).click();
  await wizard.next(page);
  await expect(wizard.selectedUsers(page)).toContainText(leaver.name);
  await wizard.next(page);
  await expect(wizard.editor(page, 'Message')).toHaveText('Away.');
  await expect(wizard.task(page, 'Revoke all sessions')).toBeChecked();
  await expect(page.getByRole('radio', { name: 'Run now' })).toBeChecked();

  await page.getByRole('button', { name: 'Discard' }).click();
  await page.getByRole('dialog').getByRole('button', { name: 'Discard' }).click();
  await wizard.open(page);
  await expect(page.getByRole('radio', { checked: true })).toHaveCount(0);
});

test('options that exclude each other say so before anything is sent', async ({ signedIn: page, leaver }) => {
  await wizard.toOptions(page, leaver.address, leaver.name);
  const forward = wizard.task(page, 'Forward all e-mail to another user');
  const disable = wizard.task(page, 'Disable forwarding');
  await disable.check();
  await expect(forward).toBeDisabled();
  await expect(forward).toHaveAccessibleDescription(
    /Not possible together with “Disable forwarding”\. Forwarding cannot be set and removed at once\./,
  );
  await disable.uncheck();
  await expect(forward).toBeEnabled();
  await forward.check();
  await expect(disable).toBeDisabled();
  await expect(disable).toHaveAccessibleDescription(
    /Not possible together with “Forward all e-mail to another user”\./,
  );
});

test('what is missing is named at its field, and the summary leads there', async ({
  signedIn: page,
  watch,
  leaver,
}) => {
  watch.expectRefusal(/^422 POST \S+\/preflight$/);
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.next(page);
  await expect(summary(page)).toContainText('Choose at least one task.');
  await expect(summary(page)).toContainText('Choose whether to run now or at a later time.');
  await expect(summary(page)).toBeFocused();

  await wizard.task(page, 'Set Out of Office').check();
  await page.getByRole('radio', { name: 'Run now' }).check();
  await wizard.next(page);
  const editor = wizard.editor(page, 'Message');
  await expect(editor).toHaveAttribute('aria-invalid', 'true');
  await expect(editor).toHaveAccessibleDescription(/Message is needed\./);
  await page.getByRole('button', { name: 'Set Out of Office: Message is needed.' }).click();
  await expect(editor, 'where one types, not the first button above it').toBeFocused();

  // Nothing but spaces is nothing.
  await page.keyboard.type('   ');
  await wizard.next(page);
  await expect(editor).toHaveAttribute('aria-invalid', 'true');

  await editor.click();
  await page.keyboard.type('Write to %nobody%.');
  await expect(editor, 'put right, the mark goes').toHaveAttribute('aria-invalid', 'false');
  await wizard.next(page);
  await expect(editor).toHaveAccessibleDescription(/%nobody%/);
  await expect(wizard.heading(page, 'Offboarding Options')).toBeVisible();

  await editor.press('Control+a');
  await page.keyboard.type('Write to %manageremail%.');
  await expect(summary(page)).toBeHidden();
  await wizard.next(page);
  await expect(wizard.heading(page, 'Confirmation')).toBeVisible();
});

test('what is pasted into the editor keeps its words and loses what is dangerous', async ({
  signedIn: page,
  world,
  watch,
  leaver,
}) => {
  // The page's policy refuses what comes along while it is being cleaned.
  watch.expectRefusal(/^console: securitypolicyviolation: (style|script)-src-attr inline $/);
  watch.expectRefusal(/^console: (Applying inline style|Executing inline event handler) violates/);
  await wizard.toOptions(page, leaver.address, leaver.name);
  await wizard.task(page, 'Set Out of Office').check();
  await wizard.editor(page, 'Message').click();
  await page.evaluate(() => {
    const data = new DataTransfer();
    data.setData(
      'text/html',
      `<p class="MsoNormal" style="background:url(https://track.example/x.gif)">I have <b>left</b>.
       <a href="javascript:alert(1)" onclick="alert(2)">Here</a> is <a href="https://contoso.com/help">help</a></p>
       <script>alert(3)</script><img src="https://track.example/y.gif" onerror="alert(4)"><iframe src="https://evil.example"></iframe>
       <table><tr><td>cell</td></tr></table>`,
    );
    document.activeElement.dispatchEvent(
      new ClipboardEvent('paste', { clipboardData: data, bubbles: true, cancelable: true }),
    );
  });
  await wizard.toConfirmation(page);
  const before = await world.look(leaver.address);
  await wizard.acknowledgeAll(page);
  await page.getByRole('button', { name: 'Offboard 1 user now' }).click();
  await expect(page.locator('[data-offboarding-status^="succeeded"]')).toBeVisible();
  const { mailbox } = await world.look(leaver.address);
  const message = mailbox._auto_reply.InternalMessage;
  expect(before.mailbox._auto_reply.InternalMessage ?? '').not.toBe(message);
  for (const words of [
    '<strong>left</strong>',
    'Here',
    '<a href="https://contoso.com/help">help</a>',
    'cell',
  ])
    expect(message).toContain(words);
  expect(message).not.toMatch(/script|style|class|javascript|onclick|onerror|img|iframe|track|table|alert/i);
});

test('a tenant is chosen anywhere on its card; another one begins anew', async ({
  signedIn: page,
  leaver,
}) => {
  await wizard.open(page);
  await wizard.next(page);
  await expect(summary(page)).toContainText('Choose a tenant.');
  const card = await page.getByRole('radio', { name: 'Northwind' }).locator('xpath=../..').boundingBox();
  await page.mouse.click(card.x + card.width - 60, card.y + card.height / 2);
  await expect(page.getByRole('radio', { name: 'Northwind' })).toBeChecked();
  await wizard.next(page);
  await expect(wizard.heading(page, 'User Selection')).toBeVisible();
  await wizard.next(page);
  await expect(summary(page)).toContainText('Choose at least one user.');
  await page.getByRole('combobox', { name: 'Users' }).fill('e');
  await expect(page.getByText(/^[\d,]+ matches$/)).toBeVisible();
  await page.getByRole('option').first().click();
  await expect(page.getByText('1 user selected')).toBeVisible();
  await page.getByRole('button', { name: 'Back' }).click();
  await wizard.chooseTenant(page);
  await expect(page.getByText('0 users selected')).toBeVisible();
  await page.getByRole('combobox', { name: 'Users' }).fill('nobody is called this');
  await expect(page.getByText('Nobody matches “nobody is called this”.')).toBeVisible();
  await wizard.pickUser(page, leaver.address, leaver.name);
  await expect(page.getByText('1 user selected')).toBeVisible();
});

test('with a single tenant there is nothing to choose', async ({ page, ownWorld, watch: _ }) => {
  const world = await ownWorld({ tenants: 1 });
  await signIn(page, world);
  await page.getByRole('button', { name: 'New offboarding' }).click();
  await expect(wizard.heading(page, 'User Selection')).toBeVisible();
  await expect(page.getByText('Who is leaving Contoso B.V.?')).toBeVisible();
});

test('Enter takes nobody who was offered for other letters', async ({ signedIn: page, leaver }) => {
  await wizard.open(page);
  await wizard.chooseTenant(page);
  const field = page.getByRole('combobox', { name: 'Users' });
  const offered = page.getByRole('listbox', { name: 'Users' }).getByRole('option');
  await field.pressSequentially('a');
  await expect(offered.filter({ hasText: 'Adele Vance' })).toBeVisible();
  // The answer to the new letters comes after the key.
  let press;
  const pressed = new Promise((done) => (press = done));
  await page.route(/\/users\?.*search=/, async (route) => {
    await pressed;
    await route.continue();
  });
  await field.fill(leaver.address);
  await field.press('Enter');
  press();
  await expect(offered).toHaveText([new RegExp(leaver.address)]);
  await expect(page.getByText('0 users selected')).toBeVisible();
  await field.press('Enter');
  await expect(wizard.selectedUsers(page)).toContainText(leaver.address);
});

test('later, for two people at once', async ({ signedIn: page, world }) => {
  const people = (await world.api('GET', `/tenants/${world.tenant.id}/users?search=taylor`)).items;
  await wizard.open(page);
  await wizard.chooseTenant(page);
  for (const one of people) await wizard.pickUser(page, one.user_principal_name, one.display_name);
  await wizard.next(page);
  await wizard.task(page, 'Disable Sign-In').check();
  await page.getByRole('radio', { name: 'Schedule' }).check();
  await wizard.next(page);
  await expect(page.getByText('Choose a date.').last()).toBeVisible();
  await page.getByLabel('Date').fill('2020-01-01');
  await page.locator('input[type=time]').fill('09:00');
  await wizard.next(page);
  await expect(page.getByText('This time is past. Choose a later one.').last()).toBeVisible();
  await page.getByLabel('Date').fill('2031-01-15');
  await page.getByRole('combobox', { name: 'Time zone' }).selectOption('America/New_York');
  await expect(
    page.getByText('That is 15 Jan 2031, 15:00 where you are, 15 Jan 2031, 14:00 UTC.'),
  ).toBeVisible();
  await wizard.next(page);
  await wizard.acknowledgeAll(page, people.length);
  await page.getByRole('button', { name: `Schedule the offboarding of ${people.length} users` }).click();
  await expect(page.getByText(`Started together: ${people.length} users`)).toBeVisible();
  for (const one of people) {
    await expect(page.getByRole('row').filter({ hasText: one.user_principal_name })).toContainText('Planned');
    expect((await world.look(one.user_principal_name)).user.accountEnabled).toBe(true);
  }
});

test('without a mouse, from the list to the run', async ({ signedIn: page, world, leaver }) => {
  await tabTo(page, page.getByRole('button', { name: 'New offboarding' }));
  await press(page, 'Enter');
  await expect(wizard.heading(page, 'Tenant Selection')).toBeFocused();
  await tabTo(page, page.getByRole('radio').first());
  await press(page, 'Space');
  await expect(page.getByRole('radio', { name: 'Contoso' })).toBeChecked();
  await tabTo(page, page.getByRole('button', { name: 'Next' }));
  await press(page, 'Enter');

  await expect(wizard.heading(page, 'User Selection')).toBeFocused();
  await tabTo(page, page.getByRole('combobox', { name: 'Users' }));
  await page.keyboard.type(leaver.address);
  await expect(page.getByRole('listbox', { name: 'Users' }).getByRole('option')).toHaveText([
    new RegExp(leaver.address),
  ]);
  await expect(page.getByText('1 match')).toBeVisible(); // until then Enter takes nobody
  await press(page, 'Enter');
  await expect(page.getByText('1 user selected')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Next' }));
  await press(page, 'Enter');

  await expect(wizard.heading(page, 'Offboarding Options')).toBeFocused();
  await tabTo(page, wizard.task(page, 'Disable Sign-In'));
  await press(page, 'Space');
  await tabTo(page, wizard.task(page, 'Set Out of Office'));
  await press(page, 'Space');
  await tabTo(page, wizard.editor(page, 'Message'));
  await press(page, 'Control+b');
  await page.keyboard.type('Gone.');
  await expect(wizard.editor(page, 'Message').locator('strong')).toHaveText('Gone.');
  await tabTo(page, wizard.task(page, 'Hide from Global Address List'));
  await press(page, 'Space');
  await tabTo(page, page.getByRole('radio', { name: 'Run now' }));
  await press(page, 'Space');
  await expect(page.getByRole('radio', { name: 'Run now' })).toBeChecked();
  await tabTo(page, page.getByRole('button', { name: 'Next' }));
  await press(page, 'Enter');

  await expect(wizard.heading(page, 'Confirmation')).toBeFocused();
  await expect(page.getByRole('region', { name: leaver.name }).getByRole('list')).toBeVisible();
  for (const tick of await page.getByRole('checkbox').all()) {
    await tabTo(page, tick);
    await press(page, 'Space');
  }
  await tabTo(page, page.getByRole('button', { name: 'Offboard 1 user now' }));
  await press(page, 'Enter');
  await expect(page.getByRole('heading', { name: `Offboarding of ${leaver.name}` })).toBeFocused();
  await expect(page.locator('[data-offboarding-status^="succeeded"]')).toBeVisible();
  await tabTo(page, page.getByRole('button', { name: 'Disable Sign-In' }));
  await press(page, 'Enter');
  await expect(page.getByRole('button', { name: 'Disable Sign-In' })).toHaveAttribute(
    'aria-expanded',
    'true',
  );

  const { user, mailbox } = await world.look(leaver.address);
  expect(user.accountEnabled).toBe(false);
  expect(mailbox.HiddenFromAddressListsEnabled).toBe(true);
  expect(mailbox._auto_reply.InternalMessage).toContain('<strong>Gone.</strong>');
});
