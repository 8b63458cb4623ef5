/* E-mail addresses, one a line. */
import { Field, Textarea } from '@fluentui/react-components';
import { useState } from 'react';
import { addressesOf } from './addresses';

interface Props {
  label: string;
  value: string[];
  onChange(value: string[]): void;
  hint?: string;
  error?: string | undefined;
}

export function AddressesField({ label, value, onChange, hint, error }: Props) {
  /* What is typed stays as it is typed, for as long as it means the value. */
  const [typed, setTyped] = useState('');
  const shown = addressesOf(typed).join('\n') === value.join('\n') ? typed : value.join('\n');
  return (
    <Field label={label} hint={hint} validationMessage={error}>
      <Textarea
        resize="vertical"
        value={shown}
        onChange={(_, data) => {
          setTyped(data.value);
          onChange(addressesOf(data.value));
        }}
      />
    </Field>
  );
}
