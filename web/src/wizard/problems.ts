/* Puts problems at their fields and takes the reader to one of them. */
import type { FieldPath, UseFormSetError } from 'react-hook-form';
import type { Draft } from './draft';
import type { FieldProblem } from './request';

/* The name under which a problem is kept in the form: one about all options must not hide those of single fields. */
export const errorName = (path: string) => (path === 'options' ? 'root.options' : path);

export function putAtFields(setError: UseFormSetError<Draft>, problems: FieldProblem[]) {
  for (const { path, message } of problems)
    setError(errorName(path) as FieldPath<Draft>, { type: 'server', message });
}

/* Where one types, when a field has buttons of its own as well. */
const typed = '[contenteditable="true"], [role="combobox"]';
const focusable = 'input:not([disabled]), select, textarea, button, [contenteditable="true"]';

/* Focuses the field at `path`, or the nearest one around it. */
export function goToField(path: string) {
  const parts = path.split('.');
  for (let depth = parts.length; depth > 0; depth--) {
    const field = document.querySelector<HTMLElement>(
      `[data-field="${CSS.escape(parts.slice(0, depth).join('.'))}"]`,
    );
    const target =
      (depth === parts.length && field?.querySelector<HTMLElement>(typed)) ||
      field?.querySelector<HTMLElement>(focusable);
    if (target) {
      target.focus();
      target.scrollIntoView({ block: 'center' });
      return;
    }
  }
}
