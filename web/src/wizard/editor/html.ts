/* The message as it is sent. Exchange's own clients put space around a paragraph inside a list item, so it is taken
 * off; the server cleans again with the same list of allowed elements. */
export function messageHtml(html: string): string {
  const flat = html.replace(/<li><p>(.*?)<\/p>/gs, '<li>$1').replace(/(?:<p><\/p>)+$/, '');
  return flat === '<p></p>' ? '' : flat;
}

const allowed = /^(?:https:\/\/|mailto:|tel:)\S+$/i;

export const isAllowedLink = (href: string) => allowed.test(href.trim());

interface Variable {
  from: number;
  to: number;
  known: boolean;
}

/* Where `%words%` stand in a text. */
export function findVariables(text: string, known: ReadonlySet<string>): Variable[] {
  return [...text.matchAll(/%([a-z]+)%/gi)].map((match) => ({
    from: match.index,
    to: match.index + match[0].length,
    known: known.has((match[1] ?? '').toLowerCase()),
  }));
}
