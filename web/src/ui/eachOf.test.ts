import { describe, expect, it } from 'vitest';
import { eachOf } from './eachOf';

describe('eachOf', () => {
  it('keeps the order and never does more at once than it may', async () => {
    let running = 0;
    let most = 0;
    const told: number[] = [];
    const answers = await eachOf(
      [30, 10, 20, 0],
      2,
      async (ms) => {
        most = Math.max(most, ++running);
        await new Promise((done) => setTimeout(done, ms));
        running--;
        return ms * 2;
      },
      (done) => told.push(done),
    );
    expect(answers).toEqual([60, 20, 40, 0]);
    expect(most).toBe(2);
    expect(told).toEqual([1, 2, 3, 4]);
  });
  it('answers with nothing for nobody', async () => expect(await eachOf([], 3, async () => 1)).toEqual([]));
});
