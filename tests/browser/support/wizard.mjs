// The wizard, as a person goes through it.
import { expect } from '@playwright/test';

export const heading = (page, name) => page.getByRole('heading', { name, level: 2 });
export const next = (page) => page.getByRole('button', { name: 'Next' }).click();
export const task = (page, name) => page.getByRole('switch', { name, exact: true });

export async function open(page) {
  await page.getByRole('button', { name: 'New offboarding' }).click();
  await expect(heading(page, 'Tenant Selection')).toBeVisible();
}

export async function chooseTenant(page, name = 'Contoso B.V.') {
  await page.getByRole('radio', { name }).check();
  await next(page);
  await expect(heading(page, 'User Selection')).toBeVisible();
}

export async function pick(page, field, search, name) {
  await page.getByRole('combobox', { name: field }).fill(search);
  await page.getByRole('listbox', { name: field, exact: true }).getByRole('option', { name }).click();
  await expect(
    page.getByRole('listbox', { name: `${field}: Selected` }).getByRole('option', { name }),
  ).toBeVisible();
}

export const selectedUsers = (page) => page.getByRole('list', { name: 'Users: Selected' });

export async function pickUser(page, search, name) {
  await page.getByRole('combobox', { name: 'Users' }).fill(search);
  const option = page.getByRole('listbox', { name: 'Users' }).getByRole('option', { name });
  await option.first().click();
  await expect(selectedUsers(page)).toContainText(name);
}

export async function chooseUser(page, search, name) {
  await pickUser(page, search, name);
  await next(page);
  await expect(heading(page, 'Offboarding Options')).toBeVisible();
}

// From the list to the options of one user.
export async function toOptions(page, search, name) {
  await open(page);
  await chooseTenant(page);
  await chooseUser(page, search, name);
}

export async function toConfirmation(page) {
  await page.getByRole('radio', { name: 'Run now' }).check();
  await next(page);
  await expect(heading(page, 'Confirmation')).toBeVisible();
}

export const editor = (page, name) => page.getByRole('textbox', { name, exact: true });

export async function write(page, name, text) {
  await editor(page, name).click();
  await page.keyboard.type(text);
}

// From the list to the confirmation, with tasks that need to be told nothing.
export async function confirmWith(page, leaver, tasks) {
  await toOptions(page, leaver.address, leaver.name);
  for (const name of tasks) await task(page, name).check();
  await toConfirmation(page);
}

// Once every user has been read.
export async function acknowledgeAll(page, users = 1) {
  await expect(page.getByRole('button', { name: 'Facts and plan' })).toHaveCount(users);
  for (const tick of await page.getByRole('checkbox').all()) await tick.check();
}
