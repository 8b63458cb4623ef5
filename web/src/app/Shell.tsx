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
  KeyboardRegular,
  NavigationRegular,
  PersonAddRegular,
  PersonCircleRegular,
  SearchRegular,
  SignOutRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useEffect, useState } from 'react';
import { NavLink, Outlet, useLocation, useNavigate } from 'react-router';
import { meQuery, signOut } from '../api/queries';
import { humanise, t } from '../i18n/t';
import { ConnectionBar } from '../live/ConnectionBar';
import { usePreferences } from '../session/preferences';
import { useMay } from '../session/useMay';
import { Loading } from '../ui/Loading';
import { Mark } from '../ui/Mark';
import { usePageStyles } from '../ui/usePageStyles';
import { type Page, pagesFor } from './pages';
import { useShortcuts } from './shortcuts';
import { type Appearance, setAppearance, useAppearance } from './theme';

const loadPalette = () => import('./Palette');
const Palette = lazy(loadPalette);
const ShortcutsDialog = lazy(() => import('./ShortcutsDialog'));

/* Below this width the pages are in a menu. */
const NARROW = '@media (max-width: 1079px)';
const WIDE = '@media (min-width: 1080px)';

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
  pagesMenu: { [WIDE]: { display: 'none' } },
  nav: { height: '100%', flexGrow: 1, minWidth: 0 },
  links: { display: 'flex', alignItems: 'center', height: '100%', [NARROW]: { display: 'none' } },
  navLink: {
    display: 'flex',
    alignItems: 'center',
    height: '100%',
    paddingInline: '11px',
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

function PageItems({ pages }: { pages: Page[] }) {
  const navigate = useNavigate();
  return pages.map(({ to, label, icon }) => (
    <MenuItem key={to} icon={icon} onClick={() => navigate(to)}>
      {t(label)}
    </MenuItem>
  ));
}

function PagesMenu({ pages }: { pages: Page[] }) {
  return (
    <nav aria-label={t('app.navigation')} className={useStyles().pagesMenu}>
      <Menu positioning="below-start">
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="subtle" icon={<NavigationRegular />} aria-label={t('app.pages')} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <PageItems pages={pages} />
          </MenuList>
        </MenuPopover>
      </Menu>
    </nav>
  );
}

function AccountMenu({ onHelp }: { onHelp(): void }) {
  const { data: me } = useQuery(meQuery);
  const appearance = useAppearance();
  const { save } = usePreferences();
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
      onCheckedValueChange={(_, { checkedItems }) => {
        const theme = (checkedItems[0] ?? 'system') as Appearance;
        setAppearance(theme);
        save({ theme });
      }}
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
            <PageItems pages={pagesFor(me, 'me')} />
            <MenuItem icon={<KeyboardRegular />} onClick={onHelp}>
              {t('keys.title')}
            </MenuItem>
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
  const { data: me } = useQuery(meQuery);
  const may = useMay();
  const [open, setOpen] = useState<'palette' | 'help' | null>(null);
  const inWizard = useLocation().pathname === '/offboardings/new';
  const pages = pagesFor(me);
  const main = pagesFor(me, 'main');
  const letters = me?.preferences.shortcuts ?? true;
  /* Who presses Ctrl+K goes on typing at once. */
  useEffect(() => void loadPalette(), []);
  const theme = me?.preferences.theme;
  useEffect(() => {
    if (theme) setAppearance(theme);
  }, [theme]);
  useShortcuts({
    pages: new Map(main.map(({ letter = '', to }) => [letter, to])),
    /* What is typed before a dialog is there was meant for it. */
    letters: letters && open === null,
    go: navigate,
    palette: () => setOpen('palette'),
    help: () => setOpen('help'),
  });
  return (
    <div className={styles.root}>
      <Link href="#content" className={styles.skip}>
        {t('app.skip')}
      </Link>
      <header className={styles.header}>
        <div className={styles.bar}>
          <PagesMenu pages={main} />
          <NavLink to="/" className={styles.brand} aria-label={t('app.name')}>
            <Mark size={28} />
            <Text size={400} weight="semibold" className={styles.name}>
              {t('app.name')}
            </Text>
          </NavLink>
          <div className={styles.nav}>
            <nav className={styles.links} aria-label={t('app.navigation')}>
              {main.map(({ to, label }) => (
                <NavLink
                  key={to}
                  to={to}
                  end={to === '/'}
                  className={({ isActive }) => mergeClasses(styles.navLink, isActive && styles.current)}
                >
                  {t(label)}
                </NavLink>
              ))}
            </nav>
          </div>
          <Button
            appearance="subtle"
            icon={<SearchRegular />}
            aria-label={t('palette.title')}
            aria-keyshortcuts="Control+K"
            title={t('palette.hint')}
            onClick={() => setOpen('palette')}
          />
          {!inWizard && may('operate') && (
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
          <AccountMenu onHelp={() => setOpen('help')} />
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
      <Suspense>
        {open === 'palette' && (
          <Palette pages={pages} mayOperate={may('operate')} onClose={() => setOpen(null)} />
        )}
        {open === 'help' && <ShortcutsDialog pages={main} letters={letters} onClose={() => setOpen(null)} />}
      </Suspense>
    </div>
  );
}
