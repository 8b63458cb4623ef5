/* Filters that live in the address, so that they can be shared, reloaded and gone back to. */
import { useSearchParams } from 'react-router';

export interface Filters<Name extends string> {
  values: Record<Name, string>;
  /* The address as it stands, to be kept. */
  query: string;
  /* '' takes it away. Typing and choosing leave no steps to go back through. */
  set(name: Name, value: string): void;
  /* Another address, or none; each a step to go back from. */
  show(query: string): void;
  clear(): void;
  any: boolean;
}

export function useFilters<Name extends string>(names: readonly Name[]): Filters<Name> {
  const [params, setParams] = useSearchParams();
  const values = Object.fromEntries(names.map((name) => [name, params.get(name) ?? ''])) as Record<
    Name,
    string
  >;
  return {
    values,
    query: params.toString(),
    any: names.some((name) => values[name] !== ''),
    set: (name, value) =>
      setParams(
        (now) => {
          const next = new URLSearchParams(now);
          if (value) next.set(name, value);
          else next.delete(name);
          return next;
        },
        { replace: true },
      ),
    show: (query) => setParams(new URLSearchParams(query)),
    clear: () => setParams({}),
  };
}
