/* The emergency brake: whatever is due or under way stops, at one tenant or at all. It asks for typed words, because a
 * click is made too easily. */
import {
  Button,
  Menu,
  MenuItem,
  MenuList,
  MenuPopover,
  MenuTrigger,
  MessageBar,
  MessageBarBody,
  makeStyles,
} from '@fluentui/react-components';
import { MoreHorizontalRegular, RecordStopRegular } from '@fluentui/react-icons';
import { useState } from 'react';
import { stopOffboardings, useOffboardingsChanged } from '../api/offboardings';
import { t } from '../i18n/t';
import { useTenantChoices } from '../tenants/useTenantChoices';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { ChoiceField, TextField } from '../ui/fields';

const useStyles = makeStyles({
  /* Under the title and the menu. */
  done: { flexBasis: '100%' },
});

/* `tenant`: what the list is narrowed down to, '' for all. */
export function StopEverything({ tenant }: { tenant: string }) {
  const styles = useStyles();
  const [asking, setAsking] = useState(false);
  const [stopped, setStopped] = useState<number | null>(null);
  return (
    <>
      <Menu positioning="below-end">
        <MenuTrigger disableButtonEnhancement>
          <Button appearance="subtle" icon={<MoreHorizontalRegular />} aria-label={t('list.more')} />
        </MenuTrigger>
        <MenuPopover>
          <MenuList>
            <MenuItem icon={<RecordStopRegular />} onClick={() => setAsking(true)}>
              {t('stop.command')}
            </MenuItem>
          </MenuList>
        </MenuPopover>
      </Menu>
      {asking && <Ask tenant={tenant} onDone={setStopped} onClose={() => setAsking(false)} />}
      {stopped !== null && (
        <MessageBar className={styles.done} intent="success" role="status">
          <MessageBarBody>{t('stop.done', { count: stopped })}</MessageBarBody>
        </MessageBar>
      )}
    </>
  );
}

interface AskProps {
  tenant: string;
  onDone: (stopped: number) => void;
  onClose: () => void;
}

function Ask({ tenant, onDone, onClose }: AskProps) {
  const changed = useOffboardingsChanged();
  const [where, setWhere] = useState(tenant);
  const [typed, setTyped] = useState('');
  const tenants = useTenantChoices(tenant);
  const phrase = t('stop.phrase');
  return (
    <ConfirmDialog
      title={t('stop.title')}
      body={t('stop.body')}
      confirm={t('stop.confirm')}
      ready={typed.trim().toLowerCase() === phrase}
      action={() => stopOffboardings({ tenant: where || null })}
      onDone={({ stopped }) => {
        onDone(stopped);
        changed();
      }}
      onClose={onClose}
    >
      <ChoiceField
        label={t('list.tenant')}
        value={where}
        onChange={setWhere}
        choices={[['', t('tenants_field.all')], ...tenants]}
      />
      <TextField label={t('confirm.delete_type', { phrase })} required value={typed} onChange={setTyped} />
    </ConfirmDialog>
  );
}
