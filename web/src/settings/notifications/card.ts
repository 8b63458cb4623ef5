/* What a chat service shows of the body that it is sent: read from that body, so that nothing else is previewed. Pure. */

export interface Card {
  title: string;
  /* The line over the card, where the service has one. */
  above: string;
  summary: string[];
  facts: { id: string; label: string; value: string }[];
  problems: string[];
  links: string[];
}

type Part = Record<string, unknown>;

const isPart = (value: unknown): value is Part =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
const partsOf = (value: unknown): Part[] => (Array.isArray(value) ? value.filter(isPart) : []);
const partOf = (value: unknown): Part => (isPart(value) ? value : {});
const textOf = (value: unknown): string => (typeof value === 'string' ? value : '');

const unmark = (text: unknown) => textOf(text).replace(/\\([^a-z0-9\s])/gi, '$1');
const unescapeSlack = (text: unknown) =>
  textOf(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');

const fact = (label: string, value: string) => ({ id: label, label, value });
const bullet = /^(?:- |• )/;

/* Lines of text: those with a bullet are problems, the others say what it is about. */
function addLines(card: Card, lines: string[], read: (text: string) => string) {
  for (const line of lines.filter((one) => one.trim())) {
    if (bullet.test(line)) card.problems.push(read(line.replace(bullet, '')));
    else card.summary.push(read(line));
  }
}

function teams(body: Part, card: Card) {
  const content = partOf(partsOf(body.attachments)[0]?.content);
  for (const part of partsOf(content.body)) {
    if (part.type === 'FactSet')
      card.facts = partsOf(part.facts).map(({ title, value }) => fact(textOf(title), unmark(value)));
    else if (part.weight === 'Bolder') card.title = unmark(part.text);
    else addLines(card, [textOf(part.text)], unmark);
  }
  card.links = partsOf(content.actions).map(({ title }) => textOf(title));
}

function slack(body: Part, card: Card) {
  for (const part of partsOf(body.blocks)) {
    if (part.type === 'header') card.title = textOf(partOf(part.text).text);
    else if (part.type === 'actions')
      card.links = partsOf(part.elements).map(({ text }) => textOf(partOf(text).text));
    else if (part.fields)
      card.facts = partsOf(part.fields).map(({ text }) => {
        const [label = '', ...value] = textOf(text).split('\n');
        return fact(label.replace(/^\*|\*$/g, ''), unescapeSlack(value.join('\n')));
      });
    else addLines(card, textOf(partOf(part.text).text).split('\n'), unescapeSlack);
  }
}

function discord(body: Part, card: Card) {
  const embed = partsOf(body.embeds)[0] ?? {};
  card.above = unmark(body.content);
  card.title = unmark(embed.title);
  for (const line of textOf(embed.description).split('\n')) {
    const link = /^\[([^\]]*)\]\(.*\)$/.exec(line)?.[1];
    if (link) card.links.push(link);
    else addLines(card, [line], unmark);
  }
  card.facts = partsOf(embed.fields).map(({ name, value }) => fact(textOf(name), unmark(value)));
}

const readers: Record<string, (body: Part, card: Card) => void> = { teams, slack, discord };

/* Null for a format that programs read. */
export function cardOf(format: string | null, body: unknown): Card | null {
  const read = format === null ? undefined : readers[format];
  if (!read || !isPart(body)) return null;
  const card: Card = { title: '', above: '', summary: [], facts: [], problems: [], links: [] };
  read(body, card);
  return card;
}
