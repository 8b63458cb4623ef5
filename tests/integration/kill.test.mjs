// SIGKILL at twenty different moments of an offboarding; after the restart it finishes, every promise holds, and no
// task is reported twice.
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisesHold } from '../support/promises.mjs';
import { ALL, World } from '../support/world.mjs';

const worlds = [];
before(async () => {
  worlds.push(...(await Promise.all([1, 2, 3, 4].map(() => World.make()))));
});
after(() => Promise.all(worlds.map((world) => world.close())));

async function endings(world, id) {
  const response = await fetch(`${world.url}/api/v1/offboardings/${id}/events?last_event_id=0`, {
    headers: { authorization: `Bearer ${world.token}`, accept: 'text/event-stream' },
  });
  let text = '';
  for await (const chunk of response.body) {
    text += Buffer.from(chunk).toString();
    if (text.includes('event: end')) break;
  }
  const ends = {};
  for (const block of text.split('\n\n')) {
    const data = block.split('\n').find((line) => line.startsWith('data:'));
    if (!/^event: task$/m.test(block) || !data) continue;
    const task = JSON.parse(data.slice(5));
    const one = task.task?.id ? task.task : task;
    if (one.ended_at) ends[one.id] = (ends[one.id] ?? 0) + 1;
  }
  return ends;
}

async function killedAfter(world, ms) {
  await world.sim('POST', '/reset');
  await world.sim('PUT', '/latency', { graph: 40, exchange: 60 });
  const start = await world.look();
  const { id } = await world.offboard(start.user.id, ALL);
  await sleep(ms);
  await world.stop('SIGKILL');
  await world.start();
  const done = await world.finished(id);
  assert.match(done.status, /^succeeded/, JSON.stringify(done.tasks.filter((task) => task.status === 'failed')));
  promisesHold(start, await world.look());
  for (const [task, count] of Object.entries(await endings(world, id))) assert.equal(count, 1, `${task} was reported ${count} times`);
}

// Most of the time goes by waiting for the conversion: several worlds wait at once.
describe('SIGKILL', { concurrency: 4 }, () => {
  for (let moment = 0; moment < 20; moment++)
    test(`killed ${moment * 45} ms after the request`, async () => {
      const world = worlds.pop();
      await killedAfter(world, moment * 45).finally(() => worlds.push(world));
    });
});
