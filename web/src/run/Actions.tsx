/* What can be done with an offboarding, as its state and one's role allow. */
import {
  Button,
  Field,
  Menu,
  MenuButton,
  MenuItem,
  MenuItemLink,
  MenuList,
  MenuPopover,
  MenuTrigger,
  makeStyles,
  Textarea,
} from '@fluentui/react-components';
import {
  ArrowClockwiseRegular,
  ArrowUndoRegular,
  CalendarClockRegular,
  CopyRegular,
  DocumentArrowDownRegular,
  MoreHorizontalRegular,
} from '@fluentui/react-icons';
import { useMutation, useQuery } from '@tanstack/react-query';
import { lazy, Suspense, useState } from 'react';
import { useNavigate } from 'react-router';
import {
  approveOffboarding,
  cancelOffboarding,
  reportAddress,
  rescheduleOffboarding,
  retryOffboarding,
  runOffboardingNow,
  useOffboardingsChanged,
} from '../api/offboardings';
import { meQuery } from '../api/queries';
import type { Offboarding } from '../api/schema';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { ProblemBar } from '../ui/ProblemBar';
import { hasEnded } from './progress';

/* What is opened now and then is fetched then. */
const UndoDialog = lazy(async () => ({ default: (await import('./UndoDialog')).UndoDialog }));
const RescheduleDialog = lazy(async () => ({
  default: (await import('../schedule/RescheduleDialog')).RescheduleDialog,
}));

const useStyles = makeStyles({
  root: { display: 'flex', flexWrap: 'wrap', gap: '8px' },
  problem: { flexBasis: '100%' },
});

type Asking = 'cancel' | 'approve' | 'run_now' | 'reschedule' | 'undo' | null;

export function Actions({ shown }: { shown: Offboarding }) {
  const styles = useStyles();
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const navigate = useNavigate();
  const [asking, setAsking] = useState<Asking>(null);
  const close = () => setAsking(null);
  const changed = useOffboardingsChanged();
  const retry = useMutation({ mutationFn: () => retryOffboarding(shown.id), onSuccess: changed });

  const { id, status } = shown;
  const operates = may('operate');
  const open = !hasEnded(status) && status !== 'undoing';
  const waits = status === 'awaiting_approval' || status === 'needs_attention';
  const unstarted = status === 'planned' || waits;
  const own = status === 'awaiting_approval' && shown.requested_by === me?.name;
  const approvable = waits && may('approve') && !own;
  const undoable =
    hasEnded(status) &&
    status !== 'undone' &&
    shown.tasks.some((task) => task.undoable && task.started_at !== null);

  return (
    <div className={styles.root}>
      {operates && status === 'failed' && (
        <Button
          appearance="primary"
          icon={<ArrowClockwiseRegular />}
          disabledFocusable={retry.isPending}
          onClick={() => retry.mutate()}
        >
          {t('run.retry')}
        </Button>
      )}
      {approvable && (
        <Button appearance="primary" onClick={() => setAsking('approve')}>
          {t(status === 'needs_attention' ? 'run.override' : 'run.approve')}
        </Button>
      )}
      {operates && status === 'planned' && (
        <Button onClick={() => setAsking('run_now')}>{t('run.run_now')}</Button>
      )}
      {operates && open && !shown.cancel_requested && (
        <Button onClick={() => setAsking('cancel')}>{t('run.cancel')}</Button>
      )}
      {shown.started_at && <Report id={id} />}
      {operates && (
        <Menu positioning="below-end">
          <MenuTrigger disableButtonEnhancement>
            <Button icon={<MoreHorizontalRegular />} aria-label={t('run.more')} />
          </MenuTrigger>
          <MenuPopover>
            <MenuList>
              {unstarted && (
                <MenuItem icon={<CalendarClockRegular />} onClick={() => setAsking('reschedule')}>
                  {t('run.reschedule')}
                </MenuItem>
              )}
              {undoable && (
                <MenuItem icon={<ArrowUndoRegular />} onClick={() => setAsking('undo')}>
                  {t('run.undo')}
                </MenuItem>
              )}
              <MenuItem icon={<CopyRegular />} onClick={() => navigate(`/offboardings/new?from=${id}`)}>
                {t('run.clone')}
              </MenuItem>
            </MenuList>
          </MenuPopover>
        </Menu>
      )}
      {retry.isError && (
        <div className={styles.problem}>
          <ProblemBar error={retry.error} />
        </div>
      )}
      {asking === 'cancel' && <Cancel shown={shown} onClose={close} />}
      {asking === 'run_now' && <RunNow shown={shown} onClose={close} />}
      {asking === 'approve' && <Approve shown={shown} onClose={close} />}
      <Suspense>
        {asking === 'undo' && <UndoDialog shown={shown} onClose={close} />}
        {asking === 'reschedule' && <Reschedule shown={shown} onClose={close} />}
      </Suspense>
    </div>
  );
}

/* The evidence as a file to keep. */
function Report({ id }: { id: string }) {
  return (
    <Menu positioning="below-end">
      <MenuTrigger disableButtonEnhancement>
        <MenuButton icon={<DocumentArrowDownRegular />}>{t('run.report')}</MenuButton>
      </MenuTrigger>
      <MenuPopover>
        <MenuList>
          {(['pdf', 'html', 'json'] as const).map((format) => (
            <MenuItemLink key={format} href={reportAddress(id, format)} download>
              {t(`run.report.${format}`)}
            </MenuItemLink>
          ))}
        </MenuList>
      </MenuPopover>
    </Menu>
  );
}

interface AskingProps {
  shown: Offboarding;
  onClose: () => void;
}

function Cancel({ shown, onClose }: AskingProps) {
  const changed = useOffboardingsChanged();
  return (
    <ConfirmDialog
      title={t('run.cancel_title')}
      body={t('run.cancel_body')}
      keep={t('run.cancel_keep')}
      confirm={t('run.cancel_confirm')}
      action={() => cancelOffboarding(shown.id)}
      onDone={changed}
      onClose={onClose}
    />
  );
}

function RunNow({ shown, onClose }: AskingProps) {
  const changed = useOffboardingsChanged();
  return (
    <ConfirmDialog
      title={t('run.run_now_title', { name: shown.user.display_name })}
      body={t('run.run_now_body')}
      confirm={t('run.run_now_confirm')}
      action={() => runOffboardingNow(shown.id)}
      onDone={changed}
      onClose={onClose}
    />
  );
}

function Reschedule({ shown, onClose }: AskingProps) {
  const changed = useOffboardingsChanged();
  return (
    <RescheduleDialog
      title={t('run.reschedule_title')}
      from={shown.schedule}
      onClose={onClose}
      save={async (schedule) => {
        await rescheduleOffboarding(shown.id, schedule);
        changed();
      }}
    />
  );
}

/* Blockers are lifted only with a reason, which stays with the offboarding for ever. */
function Approve({ shown, onClose }: AskingProps) {
  const lifts = shown.status === 'needs_attention';
  const [reason, setReason] = useState('');
  const changed = useOffboardingsChanged();
  return (
    <ConfirmDialog
      title={t(lifts ? 'run.override_title' : 'run.approve_title')}
      body={t(lifts ? 'run.override_body' : 'run.approve_body')}
      confirm={t(lifts ? 'run.override' : 'run.approve')}
      ready={!lifts || reason.trim() !== ''}
      action={() => approveOffboarding(shown.id, lifts ? reason.trim() : null)}
      onDone={changed}
      onClose={onClose}
    >
      {lifts && (
        <Field label={t('run.override_reason')} required>
          <Textarea value={reason} maxLength={2000} rows={3} onChange={(_, { value }) => setReason(value)} />
        </Field>
      )}
    </ConfirmDialog>
  );
}
