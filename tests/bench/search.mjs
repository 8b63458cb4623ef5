// Searches among the users of a tenant as somebody types: other letters each time, the next 100 ms after the answer. Prints how
// long half and 95 of 100 answers took at most, and the longest; fails when 95 took longer than is promised. Takes address
// and token from LASTDAY_URL and LASTDAY_TOKEN, the tenant as its argument.
import { setTimeout as sleep } from 'node:timers/promises';

const PROMISED_MS = 150;
const WORDS = ['a', 'an', 'ann', 'j', 'ja', 'jan', 'smith', 'mül', 'adele', 'van de', 'e', 'er', 'garc', '@north', 'zz', 'nobody'];
const [, , tenant] = process.argv;
const times = [];

const end = Date.now() + 2000 * Number(process.env.BENCH_SECONDS ?? 5);
for (let turn = 0; Date.now() < end; turn++) {
  const search = new URLSearchParams({ limit: 50, search: WORDS[turn % WORDS.length] });
  const begin = performance.now();
  const answer = await fetch(`${process.env.LASTDAY_URL}/api/v1/tenants/${tenant}/users?${search}`, {
    headers: { authorization: `Bearer ${process.env.LASTDAY_TOKEN}` },
  });
  await answer.json();
  if (!answer.ok) throw new Error(`The search for ${search} was answered ${answer.status}.`);
  times.push(performance.now() - begin);
  await sleep(100);
}
times.sort((one, two) => one - two);
const within = (share) => times[Math.floor(share * (times.length - 1))];
console.log(
  `${String(times.length).padStart(10)} searches, 50 % within ${within(0.5).toFixed(0)} ms, 95 % within ${within(0.95).toFixed(0)} ms, ` +
    `longest ${times.at(-1).toFixed(0)} ms`,
);
if (within(0.95) >= PROMISED_MS) process.exitCode = 1;
