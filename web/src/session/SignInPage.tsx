import { makeStyles, Text, tokens } from '@fluentui/react-components';
import { useQueryClient } from '@tanstack/react-query';
import { useEffect } from 'react';
import { meQuery } from '../api/queries';
import { t } from '../i18n/t';
import { Mark } from '../ui/Mark';
import { Provider } from './Provider';
import { SignInForm } from './SignInForm';
import { sessionBegan } from './session';

const useStyles = makeStyles({
  root: {
    minHeight: '100dvh',
    backgroundColor: tokens.colorNeutralBackground2,
    display: 'grid',
    placeItems: 'center',
    padding: '24px 16px',
    boxSizing: 'border-box',
  },
  card: {
    boxSizing: 'border-box',
    width: '100%',
    maxWidth: '400px',
    display: 'flex',
    flexDirection: 'column',
    rowGap: '24px',
    padding: '32px',
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    boxShadow: tokens.shadow8,
    '@media (max-width: 420px)': { padding: '24px 20px' },
  },
  brand: { display: 'flex', alignItems: 'center', columnGap: '10px' },
  head: { display: 'flex', flexDirection: 'column', rowGap: '4px' },
  lead: { color: tokens.colorNeutralForeground3 },
});

export function SignInPage() {
  const styles = useStyles();
  const client = useQueryClient();
  useEffect(() => {
    document.title = t('app.title', { page: t('signin.title') });
  }, []);
  return (
    <main className={styles.root}>
      <div className={styles.card}>
        <div className={styles.brand}>
          <Mark size={32} />
          <Text size={500} weight="semibold">
            {t('app.name')}
          </Text>
        </div>
        <div className={styles.head}>
          <Text as="h1" size={600} weight="semibold">
            {t('signin.title')}
          </Text>
          <Text className={styles.lead}>{t('signin.lead')}</Text>
        </div>
        <Provider />
        <SignInForm
          onSignedIn={(me) => {
            sessionBegan();
            client.setQueryData(meQuery.queryKey, me);
          }}
        />
      </div>
    </main>
  );
}
