/* Round numbers for the axis of a chart. Pure. */

/* The end of an axis that holds `most` whole things, and its lines: at most five, all whole. */
export function axisOf(most: number): { top: number; lines: number[] } {
  const rough = Math.max(1, most) / 4;
  const size = 10 ** Math.floor(Math.log10(rough));
  const step = Math.max(1, [1, 2, 5, 10].map((n) => n * size).find((n) => n >= rough) ?? 10 * size);
  const count = Math.max(1, Math.ceil(most / step));
  return { top: count * step, lines: Array.from({ length: count + 1 }, (_, n) => n * step) };
}

/* Which of `count` columns have their date written under them: the first, the last and some between. */
export function labelled(count: number, most: number): number[] {
  if (count <= most) return Array.from({ length: count }, (_, at) => at);
  const gaps = most - 1;
  return Array.from({ length: most }, (_, at) => Math.round((at * (count - 1)) / gaps));
}
