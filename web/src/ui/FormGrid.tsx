/* Fields side by side where there is room. */
import { makeStyles } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  root: {
    display: 'grid',
    gap: '16px',
    alignItems: 'start',
    gridTemplateColumns: 'repeat(auto-fill, minmax(min(100%, 240px), 1fr))',
  },
});

export const FormGrid = ({ children }: { children: ReactNode }) => (
  <div className={useStyles().root}>{children}</div>
);
