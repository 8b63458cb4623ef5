/* A page or a list with nothing to show: says why and what to do about it. */
import { makeStyles, Text, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';

const useStyles = makeStyles({
  root: {
    display: 'flex',
    flexDirection: 'column',
    alignItems: 'center',
    textAlign: 'center',
    rowGap: '12px',
    padding: '56px 16px',
  },
  icon: { fontSize: '40px', lineHeight: 1, color: tokens.colorBrandForeground1 },
  body: { color: tokens.colorNeutralForeground3, maxWidth: '46ch' },
});

interface Props {
  icon: ReactNode;
  title: string;
  body?: string;
  action?: ReactNode;
  /* The whole page is this, so its title is the page's. */
  page?: boolean;
}

export function Empty({ icon, title, body, action, page }: Props) {
  const styles = useStyles();
  return (
    <div className={styles.root}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      <Text as={page ? 'h1' : 'h2'} size={500} weight="semibold" align="center">
        {title}
      </Text>
      {body && (
        <Text align="center" className={styles.body}>
          {body}
        </Text>
      )}
      {action}
    </div>
  );
}
