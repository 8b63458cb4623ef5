/* The frame around every page: where one is, who one is, how it looks. */
import {
  Button,
  Link,
  Menu,
  MenuDivider,
  MenuGroup,
  MenuGroupHeader,
  MenuItem,
  MenuItemLink,
  MenuItemRadio,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  mergeClasses,
  Text,
  tokens,
} from '@fluentui/react-components';
import {
  DocumentTextRegular,
  PersonAddRegular,
  PersonCircleRegular,
  SignOutRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { Suspense } from 'react';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { meQuery, signOut } from '../api/queries';
import { humanise, t } from '../i18n/t';
import { ConnectionBar } from '../live/ConnectionBar';
import { Loading } from '../ui/Loading';
import { Mark } from '../ui/Mark';
import { usePageStyles } from '../ui/usePageStyles';
import { type Appearance, setAppearance, useAppearance } from './theme';

const useStyles = makeStyles({
  root: {
    minHeight: '100dvh',
    display: 'flex',
    flexDirection: 'column',
    backgroundColor: tokens.colorNeutralBackground2,
  },
  skip: {
    position: 'absolute',
    left: '8px',
    top: '-60px',
    zIndex: 20,
    padding: '8px 12px',
    backgroundColor: tokens.colorNeutralBackground1,
    ':focus': { top: '8px' },
  },
  header: {
    position: 'sticky',
    top: 0,
    zIndex: 10,
    backgroundColor: tokens.colorNeutralBackground1,
    borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
  },
  bar: {
    boxSizing: 'border-box',
    maxWidth: '1120px',
    height: '56px',
    marginInline: 'auto',
    paddingInline: '24px',
    display: 'flex',
    alignItems: 'center',
    columnGap: '16px',
    '@media (max-width: 640px)': { paddingInline: '12px', columnGap: '8px' },
  },
  brand: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '8px',
    color: tokens.colorNeutralForeground1,
    textDecoration: 'none',
    borderRadius: tokens.borderRadiusMedium,
  },
  name: { '@media (max-width: 480px)': { display: 'none' } },
  nav: { display: 'flex', alignItems: 'center', height: '100%', flexGrow: 1 },
  navLink: {
    display: 'flex',
    alignItems: 'center',
    height: '100%',
    paddingInline: '12px',
    boxSizing: 'border-box',
    color: tokens.colorNeutralForeground2,
    textDecoration: 'none',
    ':hover': { color: tokens.colorNeutralForeground1 },
  },
  current: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    borderBottom: `2px solid ${tokens.colorBrandStroke1}`,
    paddingTop: '2px',
  },
  newText: { '@media (max-width: 640px)': { display: 'none' } },
  newButton: { '@media (max-width: 640px)': { minWidth: '32px', paddingInline: '8px' } },
  main: { flexGrow: 1, display: 'flex', flexDirection: 'column', minWidth: 0, outline: 'none' },
});

const appearances: Appearance[] = ['system', 'light', 'dark'];

function AccountMenu() {
  const { data: me } = useQuery(meQuery);
  const appearance = useAppearance();
  const leaving = useMutation({
    mutationFn: signOut,
    onSettled: () => {
      sessionStorage.clear();
      window.location.assign('/');
    },
  });
  if (!me) return null;
  return (
    <Menu
      positioning="below-end"
      checkedValues={{ appearance: [appearance] }}
      onCheckedValueChange={(_, { checkedItems }) =>
        setAppearance((checkedItems[0] ?? 'system') as Appearance)
      }
    >
      <MenuTrigger disableButtonEnhancement>
        <Button
          appearance="subtle"
          icon={<PersonCircleRegular />}
          aria-label={t('app.account', { name: me.name })}
        />
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          <MenuGroup>
            <MenuGroupHeader>
              {me.name} · {humanise(me.role)}
            </MenuGroupHeader>
            <MenuItem icon={<SignOutRegular />} onClick={() => leaving.mutate()}>
              {t('app.sign_out')}
            </MenuItem>
          </MenuGroup>
          <MenuDivider />
          <MenuGroup>
            <MenuGroupHeader>{t('app.theme')}</MenuGroupHeader>
            {appearances.map((value) => (
              <MenuItemRadio key={value} name="appearance" value={value}>
                {t(`app.theme.${value}`)}
              </MenuItemRadio>
            ))}
          </MenuGroup>
          <MenuDivider />
          <MenuItemLink
            icon={<DocumentTextRegular />}
            href="/third-party-notices.md"
            target="_blank"
            rel="noopener"
          >
            {t('app.notices')}
          </MenuItemLink>
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

export function Shell() {
  const styles = useStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const inWizard = useLocation().pathname === '/offboardings/new';
  return (
    <div className={styles.root}>
      <Link href="#content" className={styles.skip}>
        {t('app.skip')}
      </Link>
      <header className={styles.header}>
        <div className={styles.bar}>
          <NavLink to="/offboardings" className={styles.brand} aria-label={t('app.name')}>
            <Mark size={28} />
            <Text size={400} weight="semibold" className={styles.name}>
              {t('app.name')}
            </Text>
          </NavLink>
          <nav className={styles.nav} aria-label={t('app.navigation')}>
            <NavLink
              to="/offboardings"
              end
              className={({ isActive }) => mergeClasses(styles.navLink, isActive && styles.current)}
            >
              {t('app.offboardings')}
            </NavLink>
          </nav>
          {!inWizard && (
            <Button
              appearance="primary"
              icon={<PersonAddRegular />}
              className={styles.newButton}
              aria-label={t('app.new')}
              onClick={() => navigate('/offboardings/new')}
            >
              <span className={styles.newText}>{t('app.new')}</span>
            </Button>
          )}
          <AccountMenu />
        </div>
        <ConnectionBar />
      </header>
      <main id="content" className={styles.main} tabIndex={-1}>
        <Suspense
          fallback={
            <div className={page.page}>
              <Loading />
            </div>
          }
        >
          <Outlet />
        </Suspense>
      </main>
    </div>
  );
}
