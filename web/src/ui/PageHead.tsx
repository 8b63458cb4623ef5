/* The head of a page: what it is, in a line what it is for, and what one can do with the whole of it. */
import { makeStyles, Text } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { usePage } from '../app/usePage';
import { TextLink } from './TextLink';
import { usePageStyles } from './usePageStyles';

const useStyles = makeStyles({
  actions: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', gap: '8px' },
  texts: { display: 'flex', flexDirection: 'column', rowGap: '4px', minWidth: 0, maxWidth: '72ch' },
});

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  /* Where this page belongs. */
  back?: { to: string; label: string };
}

export function PageHead({ title, lead, actions, back }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const heading = usePage(title);
  return (
    <div className={page.head}>
      <div className={styles.texts}>
        {back && (
          <Text size={200}>
            <TextLink to={back.to}>{back.label}</TextLink>
          </Text>
        )}
        <Text as="h1" size={600} weight="semibold" ref={heading} tabIndex={-1} className={page.wrap}>
          {title}
        </Text>
        {lead && <Text className={page.quiet}>{lead}</Text>}
      </div>
      {actions && <div className={styles.actions}>{actions}</div>}
    </div>
  );
}
