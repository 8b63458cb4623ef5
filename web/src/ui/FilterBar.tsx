/* What narrows a list down. */
import { makeStyles, SearchBox, Select } from '@fluentui/react-components';
import { type ReactNode, useEffect, useState } from 'react';
import { useDebounced } from './useDebounced';
import { NARROW } from './useTableStyles';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexWrap: 'wrap',
    gap: '8px',
    /* As wide as the screen, two beside each other. */
    [NARROW]: {
      display: 'grid',
      gridTemplateColumns: 'repeat(auto-fit, minmax(min(100%, 150px), 1fr))',
      '& > *': { minWidth: 0 },
    },
  },
  search: { flex: '1 1 240px', maxWidth: '420px', [NARROW]: { maxWidth: 'none', gridColumn: '1 / -1' } },
});

export const FilterBar = ({ children }: { children: ReactNode }) => (
  <search className={useStyles().root}>{children}</search>
);

interface TextProps {
  label: string;
  placeholder?: string;
  value: string;
  onChange(value: string): void;
}

/* Takes effect once the typing stands still. */
export function FilterText({ label, placeholder = label, value, onChange }: TextProps) {
  const [text, setText] = useState(value);
  const settled = useDebounced(text.trim(), 200);
  // biome-ignore lint/correctness/useExhaustiveDependencies: only what was typed may change the filter
  useEffect(() => {
    if (settled !== value) onChange(settled);
  }, [settled]);
  /* Taken back elsewhere, as by clearing all filters. */
  useEffect(() => {
    if (value === '') setText('');
  }, [value]);
  return (
    <SearchBox
      className={useStyles().search}
      aria-label={label}
      placeholder={placeholder}
      value={text}
      onChange={(_, data) => setText(data.value)}
    />
  );
}

interface ChoiceProps {
  label: string;
  all: string;
  value: string;
  choices: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}

export const FilterChoice = ({ label, all, value, choices, onChange }: ChoiceProps) => (
  <Select aria-label={label} value={value} onChange={(_, data) => onChange(data.value)}>
    <option value="">{all}</option>
    {choices.map(([one, name]) => (
      <option key={one} value={one}>
        {name}
      </option>
    ))}
  </Select>
);
