/* The command palette: type a part of what you look for, and go there. Pages are known here; tenants and offboardings
 * are searched on the server. */
import {
  Dialog,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  mergeClasses,
  SearchBox,
  Text,
  tokens,
} from '@fluentui/react-components';
import { BuildingRegular, PersonAddRegular, PersonRegular } from '@fluentui/react-icons';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { type KeyboardEvent, type ReactElement, useId, useRef, useState } from 'react';
import { useNavigate } from 'react-router';
import { api, ask } from '../api/client';
import { t, words } from '../i18n/t';
import { useDebounced } from '../ui/useDebounced';
import { usePageStyles } from '../ui/usePageStyles';
import type { Page } from './pages';

const SHOWN = 6;

const useStyles = makeStyles({
  surface: {
    width: 'calc(100% - 32px)',
    maxWidth: '560px',
    padding: '12px',
    /* At one place, however many are found. */
    marginBlockStart: 'max(12px, 10vh)',
  },
  body: { display: 'flex', flexDirection: 'column', rowGap: '8px' },
  box: { maxWidth: 'none', width: '100%' },
  list: { height: 'min(420px, 60vh)', overflowY: 'auto', padding: 0 },
  group: {
    display: 'block',
    padding: '12px 8px 4px',
    color: tokens.colorNeutralForeground3,
  },
  option: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '12px',
    padding: '8px',
    minHeight: '24px',
    borderRadius: tokens.borderRadiusMedium,
    cursor: 'pointer',
  },
  active: {
    backgroundColor: tokens.colorNeutralBackground1Selected,
    outline: `1px solid transparent`,
    '@media (forced-colors: active)': { outline: '1px solid Highlight' },
  },
  icon: { fontSize: '20px', display: 'inline-flex', color: tokens.colorNeutralForeground3 },
  texts: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  none: { padding: '24px 8px', display: 'block', color: tokens.colorNeutralForeground3 },
});

interface Entry {
  id: string;
  to: string;
  name: string;
  hint?: string;
  icon: ReactElement;
}

const searchQuery = (search: string) => ({
  queryKey: ['palette', search],
  queryFn: async ({ signal }: { signal: AbortSignal }) => {
    const query = { search, limit: SHOWN };
    const [tenants, offboardings] = await Promise.all([
      ask(() => api.GET('/api/v1/tenants', { signal, params: { query } })),
      ask(() => api.GET('/api/v1/offboardings', { signal, params: { query } })),
    ]);
    return { tenants: tenants.items, offboardings: offboardings.items };
  },
  placeholderData: keepPreviousData,
  staleTime: 10_000,
});

function useEntries(text: string, pages: Page[], mayOperate: boolean): [heading: string, Entry[]][] {
  const search = useDebounced(text.trim(), 120);
  const found = useQuery({ ...searchQuery(search), enabled: search !== '' });
  const typed = text.trim().toLowerCase();
  const places: Entry[] = [
    ...(mayOperate
      ? [{ id: 'new', to: '/offboardings/new', name: t('app.new'), icon: <PersonAddRegular /> }]
      : []),
    ...pages.map(({ to, label, icon }) => ({ id: to, to, name: t(label), icon })),
  ].filter(({ name }) => name.toLowerCase().includes(typed));
  if (!typed) return [[t('palette.pages'), places]];
  const tenants: Entry[] = (found.data?.tenants ?? []).map(({ id, display_name, default_domain }) => ({
    id,
    to: `/tenants/${id}`,
    name: display_name,
    hint: default_domain,
    icon: <BuildingRegular />,
  }));
  const people: Entry[] = (found.data?.offboardings ?? []).map((one) => ({
    id: one.id,
    to: `/offboardings/${one.id}`,
    name: one.user.display_name,
    hint: [one.user.user_principal_name, words('status', one.status), one.reference]
      .filter(Boolean)
      .join(' · '),
    icon: <PersonRegular />,
  }));
  const groups: [string, Entry[]][] = [
    [t('palette.pages'), places],
    [t('page.tenants'), tenants],
    [t('page.offboardings'), people],
  ];
  return groups.filter(([, entries]) => entries.length > 0);
}

interface Props {
  pages: Page[];
  mayOperate: boolean;
  onClose(): void;
}

export default function Palette({ pages, mayOperate, onClose }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const navigate = useNavigate();
  const listId = useId();
  const list = useRef<HTMLDivElement>(null);
  const [text, setText] = useState('');
  const [at, setAt] = useState(0);
  const groups = useEntries(text, pages, mayOperate);
  const all = groups.flatMap(([, entries]) => entries);
  const active = all[Math.min(at, all.length - 1)];
  const optionId = (entry: Entry) => `${listId}-${entry.id}`;

  const choose = (entry: Entry | undefined) => {
    if (!entry) return;
    onClose();
    navigate(entry.to);
  };
  const move = (to: number) => {
    const next = (to + all.length) % Math.max(all.length, 1);
    setAt(next);
    const entry = all[next];
    if (entry) document.getElementById(optionId(entry))?.scrollIntoView({ block: 'nearest' });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const now = Math.min(at, all.length - 1);
    if (event.key === 'ArrowDown') move(now + 1);
    else if (event.key === 'ArrowUp') move(now - 1);
    else if (event.key === 'Enter') choose(active);
    else return;
    event.preventDefault();
  };

  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle className={page.hidden}>{t('palette.title')}</DialogTitle>
          <DialogContent className={styles.body}>
            <SearchBox
              autoFocus
              className={styles.box}
              size="large"
              placeholder={t('palette.placeholder')}
              value={text}
              onChange={(_, { value }) => {
                setText(value);
                setAt(0);
              }}
              input={{
                role: 'combobox',
                'aria-label': t('palette.title'),
                'aria-expanded': true,
                'aria-controls': listId,
                'aria-autocomplete': 'list',
                'aria-activedescendant': active && optionId(active),
                onKeyDown,
              }}
            />
            <div
              ref={list}
              id={listId}
              role="listbox"
              aria-label={t('palette.title')}
              className={styles.list}
              tabIndex={-1}
            >
              {groups.map(([heading, entries]) => (
                // biome-ignore lint/a11y/useSemanticElements: a group of options, for which there is no element
                <div key={heading} role="group" aria-label={heading}>
                  <Text size={200} className={styles.group} aria-hidden>
                    {heading}
                  </Text>
                  {entries.map((entry) => (
                    // biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the search box's
                    <div
                      key={entry.id}
                      id={optionId(entry)}
                      role="option"
                      tabIndex={-1}
                      aria-selected={entry === active}
                      className={mergeClasses(styles.option, entry === active && styles.active)}
                      onClick={() => choose(entry)}
                      onMouseMove={() => setAt(all.indexOf(entry))}
                    >
                      <span className={styles.icon} aria-hidden>
                        {entry.icon}
                      </span>
                      <span className={styles.texts}>
                        {entry.name}
                        {entry.hint && (
                          <Text size={200} className={page.quiet}>
                            {entry.hint}
                          </Text>
                        )}
                      </span>
                    </div>
                  ))}
                </div>
              ))}
              {all.length === 0 && (
                <div role="option" aria-disabled aria-selected={false} tabIndex={-1} className={styles.none}>
                  {t('palette.none', { search: text.trim() })}
                </div>
              )}
            </div>
          </DialogContent>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
