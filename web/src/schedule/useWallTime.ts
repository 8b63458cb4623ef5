/* A time that is being filled in, and what is wrong with it. */
import { useState } from 'react';
import { here, type WallTime, wallProblems } from './zone';

type Errors = Partial<Record<keyof WallTime, string>>;

export function useWallTime(first: WallTime = { date: '', time: '', zone: here }) {
  const [value, setValue] = useState(first);
  const [errors, setErrors] = useState<Errors>({});
  return {
    wall: value,
    /* Whether it will do; what will not is said at the fields. */
    check: () => {
      const found = wallProblems(value, Date.now());
      setErrors(found);
      return Object.keys(found).length === 0;
    },
    fields: {
      value,
      errors,
      onChange: (name: keyof WallTime, entered: string) => {
        setValue({ ...value, [name]: entered });
        setErrors({ ...errors, [name]: undefined });
      },
    },
  };
}
