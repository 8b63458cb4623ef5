/* What every page does on arrival: name itself in the title, and move the focus to its heading so that a screen reader
 * says where one is. */
import { type RefObject, useEffect, useRef } from 'react';
import { t } from '../i18n/t';
import { dialogIsOpen } from '../ui/dialogIsOpen';

let arrivals = 0;

export function usePage(title: string, focus = true): RefObject<HTMLHeadingElement | null> {
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => {
    document.title = t('app.title', { page: title });
  }, [title]);
  useEffect(() => {
    /* The first page of a visit leaves the focus where the browser puts it, and one that arrives late takes it from no
     * dialog that was opened meanwhile. */
    if (arrivals++ > 0 && focus && !dialogIsOpen()) heading.current?.focus();
  }, [focus]);
  return heading;
}
