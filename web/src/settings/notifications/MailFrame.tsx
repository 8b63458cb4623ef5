/* A mail as a client of mail shows it: in a frame of its own, in which nothing runs, nothing is loaded and no link leads
 * anywhere. */
import { makeStyles, tokens } from '@fluentui/react-components';
import DOMPurify from 'dompurify';
import { useEffect, useRef } from 'react';

const useStyles = makeStyles({
  frame: {
    display: 'block',
    boxSizing: 'border-box',
    width: '100%',
    height: '480px',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: '#ffffff',
    colorScheme: 'light',
  },
});

/* The Content-Security-Policy refuses styles in markup, not those that a script sets: they travel as data. */
function cleaned(html: string): DocumentFragment {
  const fragment = DOMPurify.sanitize(html.replace(/\sstyle="/g, ' data-style="'), {
    RETURN_DOM_FRAGMENT: true,
    FORBID_ATTR: ['style'],
    FORBID_TAGS: ['style', 'title', 'img'],
  });
  for (const element of fragment.querySelectorAll<HTMLElement>('[data-style]')) {
    const style = element.dataset.style ?? '';
    if (!/url\s*\(/i.test(style)) element.style.cssText = style;
    delete element.dataset.style;
  }
  for (const link of fragment.querySelectorAll('a')) link.removeAttribute('href');
  return fragment;
}

export function MailFrame({ html, label }: { html: string; label: string }) {
  const frame = useRef<HTMLIFrameElement>(null);
  useEffect(() => {
    const element = frame.current;
    const page = element?.contentDocument;
    if (!element || !page?.body) return;
    /* A whole page has margins of its own; what a ticket takes is a part of one. */
    const margin = /<body/i.test(html) ? 0 : '12px';
    page.body.style.cssText = `margin:${margin};overflow-wrap:anywhere;font:14px/20px "Segoe UI",Arial,sans-serif;color:#242424`;
    page.body.replaceChildren(page.adoptNode(cleaned(html)));
    /* As high as the mail; wide ones scroll. */
    const resize = () => {
      element.style.height = '0';
      element.style.height = `${page.documentElement.scrollHeight + 2}px`;
    };
    resize();
    let width = element.clientWidth;
    const watch = new ResizeObserver(() => {
      if (element.clientWidth === width) return;
      width = element.clientWidth;
      resize();
    });
    watch.observe(element);
    return () => watch.disconnect();
  }, [html]);
  return <iframe ref={frame} className={useStyles().frame} sandbox="allow-same-origin" title={label} />;
}
