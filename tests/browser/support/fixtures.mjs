// What every browser test has: a world of its own for each worker (the real programs), an account, and a page that
// fails the test when the client makes a mistake which nobody would see on the screen.
import { expect, test as base } from '@playwright/test';
import { World } from '../../support/world.mjs';

export { expect };

export const account = { name: 'robin', password: 'correct horse battery staple' };

async function addAccount(world, { name, password }, role = 'technician') {
  const added = await world.run(
    ['admin', 'user-add', '--username', name, '--role', role, '--password-stdin'],
    {
      input: `${password}\n`,
    },
  );
  if (added.code !== 0) throw new Error(`admin user-add: ${added.stderr}`);
}

export async function makeWorld(options) {
  const world = await World.make(options);
  await addAccount(world, account);
  return world;
}

// The `world` of all tests of a worker.
export function worldOf(make, timeout = 60_000) {
  return [
    async ({}, use) => {
      const world = await make();
      await use(world);
      await world.close();
    },
    { scope: 'worker', timeout },
  ];
}

// Somebody with another role; made once in each world.
export async function accountOf(world, role) {
  world.accounts ??= {};
  world.accounts[role] ??= addAccount(world, { ...account, name: role }, role);
  await world.accounts[role];
  return { ...account, name: role };
}

// Whom the main job offboards, and to whom it hands over.
export const reserved = ['adele.vance@contoso.com', 'bram.hoekstra@contoso.com'];

// Members with a mailbox that may lose its license, a manager and no admin role.
export async function ordinaryMembers(world) {
  const { users, mailboxes } = await world.whole();
  return Object.values(users).filter(
    (user) =>
      user.accountEnabled &&
      user.userType === 'Member' &&
      user._manager &&
      mailboxes[user.id] &&
      !mailboxes[user.id].LitigationHoldEnabled &&
      mailboxes[user.id]._size_bytes < 50 * 2 ** 30 &&
      !user._roles?.length &&
      !reserved.includes(user.userPrincipalName),
  );
}

// Notes what the client does wrong. A refusal that a test provokes is announced with expectRefusal before it happens;
// the one of /me is how the client learns that nobody is signed in.
class Watch {
  #mistakes = [];
  #expected = [/^401 GET \/api\/v1\/me$/];

  constructor(page) {
    page.on('console', (message) => {
      // The rules of axe try themselves in every frame; the one that shows a mail lets nothing run.
      if (/^Blocked script execution in 'about:blank'.*'allow-scripts'/.test(message.text())) return;
      // A refused request is seen below, with its status and its address.
      if (message.type() === 'error' && !message.text().startsWith('Failed to load resource'))
        this.#mistake(`console: ${message.text()}`);
    });
    page.on('pageerror', (error) => this.#mistake(`page error: ${error.stack ?? error}`));
    page.on('response', (response) => {
      if (response.status() >= 400) this.#refusal(String(response.status()), response.request());
    });
    page.on('requestfailed', (request) => {
      const { errorText } = request.failure() ?? {};
      // What the client has given up itself is not a failure.
      if (errorText !== 'net::ERR_ABORTED') this.#refusal(errorText, request);
    });
  }

  #refusal(what, request) {
    this.#mistake(`${what} ${request.method()} ${new URL(request.url()).pathname}`);
  }

  #mistake(line) {
    if (!this.#expected.some((pattern) => pattern.test(line))) this.#mistakes.push(line);
  }

  expectRefusal(pattern) {
    this.#expected.push(pattern);
  }

  // The server goes away and comes back; while it starts or stops it says so with 503.
  expectAway() {
    this.#expected.push(/^net::ERR_/, /^503 /);
  }

  check() {
    expect(this.#mistakes, 'what the client did wrong').toEqual([]);
  }
}

export const test = base.extend({
  // One for each worker; a test that needs to be alone in one has its own.
  world: worldOf(() => makeWorld()),
  // Makes a world, with World's options, for this test alone. Set up before the page, so that it goes after the page.
  ownWorld: [
    async ({}, use) => {
      const worlds = [];
      await use(async (options) => {
        const world = await makeWorld(options);
        worlds.push(world);
        return world;
      });
      for (const world of worlds) await world.close();
    },
    { auto: true },
  ],
  // Somebody whom no other test has offboarded: an ordinary member with a mailbox, a manager and no admin role.
  leaver: async ({ world }, use) => {
    world.leavers ??= await ordinaryMembers(world);
    const user = world.leavers.shift();
    await use({ id: user.id, name: user.displayName, address: user.userPrincipalName });
  },
  watch: async ({ page }, use) => {
    const watch = new Watch(page);
    await page.addInitScript(() => {
      document.addEventListener('securitypolicyviolation', (event) =>
        console.error(
          `securitypolicyviolation: ${event.violatedDirective} ${event.blockedURI} ${event.sample}`,
        ),
      );
    });
    await use(watch);
    watch.check();
  },
  // A page that somebody has signed in to, in the way people do.
  signedIn: async ({ page, world, watch: _ }, use) => {
    await signIn(page, world);
    await use(page);
  },
});

export async function fillIn(page, { name, password }) {
  await page.getByLabel('Username').fill(name);
  await page.getByLabel('Password').fill(password);
  await page.getByRole('button', { name: 'Sign in' }).click();
}

export async function signIn(page, world, who = account) {
  await page.goto(`${world.url}/offboardings`);
  await fillIn(page, who);
  await expect(page.getByRole('heading', { name: 'Offboardings', level: 1 })).toBeVisible();
}

// How often the page asks for a whole offboarding from here on; what changes it is told by events.
export function countReads(page) {
  let reads = 0;
  page.on('request', (request) => {
    if (request.method() === 'GET' && /\/api\/v1\/offboardings\/[0-9a-f-]+$/.test(request.url())) reads++;
  });
  return () => reads;
}
