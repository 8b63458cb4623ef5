/* Filters that live in the address, so that they can be shared, reloaded and gone back to. */
import { useSearchParams } from 'react-router';

export interface Filters<Name extends string> {
  values: Record<Name, string>;
  set(name: Name, value: string): void;
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
    clear: () => setParams({}, { replace: true }),
  };
}
