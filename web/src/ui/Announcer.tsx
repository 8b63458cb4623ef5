/* Says something to a screen reader without moving the focus; at most every few seconds, the latest thing only. */
import { useEffect, useRef, useState } from 'react';
import { usePageStyles } from './usePageStyles';

const EVERY_MS = 4000;

export function Announcer({ text }: { text: string }) {
  const { hidden } = usePageStyles();
  const [said, setSaid] = useState('');
  const last = useRef(0);
  useEffect(() => {
    const wait = Math.max(0, last.current + EVERY_MS - Date.now());
    const timer = setTimeout(() => {
      last.current = Date.now();
      setSaid(text);
    }, wait);
    return () => clearTimeout(timer);
  }, [text]);
  return (
    <div role="status" aria-live="polite" className={hidden}>
      {said}
    </div>
  );
}
