/* The frame of the settings: which there are, and the one that is open. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { NavLink, Outlet } from 'react-router';
import { meQuery } from '../api/queries';
import { pagesFor } from '../app/pages';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { Loading } from '../ui/Loading';
import { NotAllowed } from '../ui/NotAllowed';
import { usePageStyles } from '../ui/usePageStyles';

const useStyles = makeStyles({
  nav: {
    display: 'flex',
    flexWrap: 'wrap',
    columnGap: '4px',
    '@media (max-width: 640px)': { columnGap: 0 },
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  link: {
    padding: '8px 12px',
    marginBottom: '-1px',
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    borderBottom: '2px solid transparent',
    ':hover': { color: tokens.colorNeutralForeground1 },
    '@media (max-width: 640px)': { paddingInline: '9px' },
  },
  current: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    borderBottomColor: tokens.colorBrandStroke1,
  },
});

export function SettingsPage() {
  const styles = useStyles();
  const page = usePageStyles();
  const { data: me } = useQuery(meQuery);
  const may = useMay();
  if (!may('whole')) return <NotAllowed />;
  return (
    <div className={page.page}>
      <nav className={styles.nav} aria-label={t('page.settings')}>
        {pagesFor(me, 'settings').map(({ to, label }) => (
          <NavLink
            key={to}
            to={to}
            className={({ isActive }) => mergeClasses(styles.link, isActive && styles.current)}
          >
            {t(label)}
          </NavLink>
        ))}
      </nav>
      <Suspense fallback={<Loading />}>
        <Outlet />
      </Suspense>
    </div>
  );
}
