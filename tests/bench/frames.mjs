// How smoothly the wizard's list of users scrolls in the largest sample tenant, and while one types: prints how many frames
// came late; fails when more than one in a hundred did. Takes the address from LASTDAY_URL, the password from LASTDAY_PASSWORD, the tenant as its argument.
import { chromium } from '../node_modules/playwright/index.mjs';

const [, , tenant] = process.argv;
const LATE_MS = 34; // more than two frames of 60 Hz
const SECONDS = Number(process.env.BENCH_SECONDS ?? 5);

const browser = await chromium.launch({ executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium-headless-shell', args: ['--no-sandbox', '--disable-gpu'] });
const page = await browser.newPage({ viewport: { width: 1440, height: 900 }, locale: 'en-GB' });
await page.goto(`${process.env.LASTDAY_URL}/offboardings`);
await page.getByLabel('Username').fill('admin');
await page.getByLabel('Password').fill(process.env.LASTDAY_PASSWORD);
await page.getByRole('button', { name: 'Sign in' }).click();
await page.getByRole('button', { name: 'New offboarding' }).click();
await page.getByRole('radio', { name: tenant }).check();
await page.getByRole('button', { name: 'Next' }).click();
const list = page.getByRole('listbox', { name: 'Users' });
await list.getByRole('option').first().waitFor();

// The times between frames, in the page itself.
async function frames(what, act, done) {
  await page.evaluate(() => {
    window.frames_ = [];
    let before = performance.now();
    const note = (now) => {
      window.frames_.push(now - before);
      before = now;
      window.going_ = requestAnimationFrame(note);
    };
    window.going_ = requestAnimationFrame(note);
  });
  const end = Date.now() + SECONDS * 1000;
  for (let turn = 0; Date.now() < end; turn++) await act(turn);
  const times = await page.evaluate(() => {
    cancelAnimationFrame(window.going_);
    return window.frames_.slice(1);
  });
  const late = times.filter((ms) => ms > LATE_MS).length;
  console.log(
    `${what.padEnd(42)} ${String(times.length).padStart(10)} frames, ${late} late, longest ${Math.max(...times).toFixed(0)} ms; ${await done()}`,
  );
  if (late > times.length / 100) process.exitCode = 1;
}

const box = await list.boundingBox();
await page.mouse.move(box.x + 100, box.y + 200);
await frames('scrolling the list of users', async () => {
  await page.mouse.wheel(0, 1200);
  await page.waitForTimeout(16);
}, async () => {
  const row = Number(await list.getByRole('option').last().getAttribute('aria-posinset'));
  if (row < 500) throw new Error(`The list came to row ${row} only: that was no scrolling.`);
  return `came to row ${row}`;
});
let words = 0;
const WORDS = ['anna', 'smith', 'van de', 'garcia', 'nobody at all', 'jan'];
await frames('the list while one types', async (turn) => {
  const word = WORDS[turn % WORDS.length];
  await page.getByRole('combobox', { name: 'Users' }).fill('');
  await page.getByRole('combobox', { name: 'Users' }).pressSequentially(word, { delay: 80 });
  if (word === 'smith') await list.getByRole('option', { name: /smith/i }).first().waitFor();
  words++;
}, async () => `${words} words`);
await browser.close();
