/* Single letters as shortcuts, in the manner of mail programs: `g` and then the letter of a page. They can be switched
 * off (WCAG 2.1.4), and do nothing while one types or a dialog is open. Ctrl+K works always. */
import { useEffect, useRef } from 'react';
import { dialogIsOpen } from '../ui/dialogIsOpen';

const TOGETHER_MS = 1500;

interface Shortcuts {
  /* By the letter after `g`. */
  pages: ReadonlyMap<string, string>;
  letters: boolean;
  go(to: string): void;
  palette(): void;
  help(): void;
}

const typesInto = (target: EventTarget | null) =>
  target instanceof HTMLElement &&
  (target.isContentEditable || target.closest('input, textarea, select, [role="combobox"]') !== null);

const isTaken = () => dialogIsOpen() || document.querySelector('[role="menu"]') !== null;

function focusSearch(): boolean {
  const box = document.querySelector<HTMLInputElement>('main input[type="search"]');
  box?.focus();
  box?.select();
  return box !== null;
}

export function useShortcuts(shortcuts: Shortcuts) {
  const current = useRef(shortcuts);
  current.current = shortcuts;
  useEffect(() => {
    let goingSince = 0;
    const onKeyDown = (event: KeyboardEvent) => {
      const { pages, letters, go, palette, help } = current.current;
      if (event.defaultPrevented || event.isComposing) return;
      if ((event.ctrlKey || event.metaKey) && !event.altKey && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        if (!isTaken()) palette();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey || typesInto(event.target) || isTaken()) return;
      if (!letters) return;
      const going = event.timeStamp - goingSince < TOGETHER_MS && goingSince > 0;
      goingSince = 0;
      const to = going ? pages.get(event.key) : undefined;
      if (to) go(to);
      else if (event.key === '?') help();
      else if (event.key === 'n') go('/offboardings/new');
      else if (event.key === 'g') {
        goingSince = event.timeStamp;
        return;
      } else if (event.key !== '/' || !focusSearch()) return;
      event.preventDefault();
    };
    window.addEventListener('keydown', onKeyDown);
    return () => window.removeEventListener('keydown', onKeyDown);
  }, []);
}
