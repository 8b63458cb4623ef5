/* Does something for each of many, `atOnce` of them at a time; the answers in their order. `told` hears how many are
 * done. */
export async function eachOf<T, R>(
  items: readonly T[],
  atOnce: number,
  work: (item: T) => Promise<R>,
  told: (done: number) => void = () => {},
): Promise<R[]> {
  const answers: R[] = new Array(items.length);
  let next = 0;
  let done = 0;
  const worker = async () => {
    while (next < items.length) {
      const at = next++;
      answers[at] = await work(items[at] as T);
      told(++done);
    }
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, items.length) }, worker));
  return answers;
}
