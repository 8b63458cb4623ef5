/* Filters that one comes back to, kept with the account. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  Input,
  Menu,
  MenuButton,
  MenuDivider,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  tokens,
} from '@fluentui/react-components';
import { BookmarkRegular, DeleteRegular } from '@fluentui/react-icons';
import { type FormEvent, useState } from 'react';
import { t } from '../i18n/t';
import { usePreferences } from '../session/preferences';
import { ProblemBar } from '../ui/ProblemBar';
import { usePageStyles } from '../ui/usePageStyles';

const useStyles = makeStyles({
  add: { display: 'flex', alignItems: 'flex-end', gap: '8px' },
  name: { flexGrow: 1 },
  view: {
    display: 'flex',
    alignItems: 'center',
    justifyContent: 'space-between',
    padding: '4px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
  },
});

interface Props {
  /* The filters that are shown now. */
  query: string;
  show: (query: string) => void;
}

export function Views({ query, show }: Props) {
  const [editing, setEditing] = useState(false);
  const { preferences } = usePreferences();
  const views = preferences.saved_views ?? [];
  return (
    <>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <MenuButton appearance="subtle" icon={<BookmarkRegular />}>
            {t('list.views')}
          </MenuButton>
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            {views.map((view) => (
              <MenuItem key={view.name} onClick={() => show(view.query)}>
                {view.name}
              </MenuItem>
            ))}
            {views.length > 0 && <MenuDivider />}
            <MenuItem onClick={() => setEditing(true)}>{t('list.views_edit')}</MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {editing && <ViewsDialog query={query} onClose={() => setEditing(false)} />}
    </>
  );
}

function ViewsDialog({ query, onClose }: { query: string; onClose: () => void }) {
  const styles = useStyles();
  const page = usePageStyles();
  const { preferences, save, error } = usePreferences();
  const [name, setName] = useState('');
  const views = preferences.saved_views ?? [];
  const add = (event: FormEvent) => {
    event.preventDefault();
    const wanted = name.trim();
    if (!wanted) return;
    save({ saved_views: [...views.filter((view) => view.name !== wanted), { name: wanted, query }] });
    setName('');
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface className={page.dialog}>
        <DialogBody>
          <DialogTitle>{t('list.views')}</DialogTitle>
          <DialogContent className={page.column}>
            <form className={styles.add} onSubmit={add}>
              <Field label={t('list.views_name')} className={styles.name}>
                <Input value={name} maxLength={80} onChange={(_, { value }) => setName(value)} />
              </Field>
              <Button type="submit">{t('list.views_save')}</Button>
            </form>
            {error && <ProblemBar error={error} />}
            <ul aria-label={t('list.views')}>
              {views.map((view) => (
                <li key={view.name} className={styles.view}>
                  <span className={page.wrap}>{view.name}</span>
                  <Button
                    appearance="subtle"
                    icon={<DeleteRegular />}
                    aria-label={t('list.views_delete', { name: view.name })}
                    onClick={() => save({ saved_views: views.filter((one) => one.name !== view.name) })}
                  />
                </li>
              ))}
            </ul>
          </DialogContent>
          <DialogActions>
            <Button appearance="primary" onClick={onClose}>
              {t('action.close')}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
