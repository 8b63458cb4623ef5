/* A part of a page with a heading of its own. */
import { makeStyles, mergeClasses, Text } from '@fluentui/react-components';
import { type ReactNode, useId } from 'react';
import { usePageStyles } from './usePageStyles';

const useStyles = makeStyles({
  texts: { display: 'flex', flexDirection: 'column', rowGap: '2px', minWidth: 0 },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    justifyContent: 'space-between',
    alignItems: 'flex-start',
    gap: '8px 16px',
  },
});

interface Props {
  title: string;
  lead?: ReactNode;
  actions?: ReactNode;
  children: ReactNode;
  className?: string | undefined;
}

export function Panel({ title, lead, actions, children, className }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const id = useId();
  return (
    <section aria-labelledby={id} className={mergeClasses(page.panel, className)}>
      <div className={styles.head}>
        <div className={styles.texts}>
          <Text as="h2" size={400} weight="semibold" id={id}>
            {title}
          </Text>
          {lead && <Text className={page.quiet}>{lead}</Text>}
        </div>
        {actions && <div className={page.row}>{actions}</div>}
      </div>
      {children}
    </section>
  );
}
