/* Whether the server still knows us. A store of its own, because the API client must be able to tell it. */
import { useSyncExternalStore } from 'react';

let ended = false;
const listeners = new Set<() => void>();

function set(value: boolean) {
  if (ended === value) return;
  ended = value;
  for (const listener of listeners) listener();
}

export const sessionEnded = () => set(true);
export const sessionBegan = () => set(false);

function subscribe(listener: () => void) {
  listeners.add(listener);
  return () => {
    listeners.delete(listener);
  };
}

export const useSessionEnded = () => useSyncExternalStore(subscribe, () => ended);
