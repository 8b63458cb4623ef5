/* The page is served with `require-trusted-types-for 'script'`: markup from strings goes through DOMPurify, script
 * addresses must be our own, and scripts from strings do not exist. Imported before anything else. */
import DOMPurify from 'dompurify';

interface PolicyFactory {
  createPolicy(
    name: string,
    rules: { createHTML(text: string): string; createScriptURL(text: string): string },
  ): unknown;
}

const factory = (window as { trustedTypes?: PolicyFactory }).trustedTypes;

factory?.createPolicy('default', {
  createHTML: (text) => DOMPurify.sanitize(text),
  createScriptURL: (text) => {
    const url = new URL(text, window.location.href);
    if (url.origin === window.location.origin && url.pathname.startsWith('/assets/')) return url.href;
    throw new TypeError('Only the scripts of this program may run.');
  },
});
