// Several of a list at the same time, as many clients do.
export async function each(list, width, act) {
  const left = list.values();
  await Promise.all(Array.from({ length: width }, async () => {
    for (const one of left) await act(one);
  }));
}
