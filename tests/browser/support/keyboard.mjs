// Hands on the keyboard alone.
import { expect } from '@playwright/test';

const MOST = 80;

export const press = (page, key) => page.keyboard.press(key);

// What has the focus can be seen: it is in the window, and nothing lies over it (WCAG 2.4.11).
async function expectFocusSeen(page) {
  const hidden = await page.evaluate(() => {
    const focused = document.activeElement;
    if (!focused || focused === document.body) return null;
    const { left, top, width, height } = focused.getBoundingClientRect();
    const at = document.elementFromPoint(left + width / 2, top + height / 2);
    const seen = at && (focused.contains(at) || at.contains(focused));
    return seen ? null : `${focused.outerHTML.slice(0, 200)} lies under ${at?.outerHTML.slice(0, 200)}`;
  });
  expect(hidden, 'what has the focus is covered').toBeNull();
}

// Presses Tab until `target` has the focus; every stop on the way must be seen.
export async function tabTo(page, target) {
  await expect(target).toBeVisible();
  for (let stops = 0; stops < MOST; stops++) {
    if (await target.evaluate((element) => element === document.activeElement)) return;
    await press(page, 'Tab');
    await expectFocusSeen(page);
  }
  throw new Error(`${target} is not reached with ${MOST} times Tab`);
}
