/* What a form makes of what is stored, until it is saved or taken back. */
import { useCallback, useState } from 'react';

interface DraftOf<T> {
  draft: T;
  dirty: boolean;
  /* Another one whenever the form begins anew: the key of those parts that hold their own values. */
  round: number;
  set(change: Partial<T>): void;
  begin(stored: T): void;
}

export function useDraft<T>(stored: T | (() => T), dirtyAtFirst = false): DraftOf<T> {
  const [draft, setDraft] = useState(stored);
  const [dirty, setDirty] = useState(dirtyAtFirst);
  const [round, setRound] = useState(0);
  const set = useCallback((change: Partial<T>) => {
    setDraft((now) => ({ ...now, ...change }));
    setDirty(true);
  }, []);
  const begin = useCallback((now: T) => {
    setDraft(now);
    setDirty(false);
    setRound((one) => one + 1);
  }, []);
  return { draft, dirty, round, set, begin };
}
