/* A large request that waits for a second person, and what that person lets go. */
import {
  Button,
  MessageBar,
  MessageBarActions,
  MessageBarBody,
  MessageBarTitle,
} from '@fluentui/react-components';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { approveBatch, useOffboardingsChanged } from '../api/offboardings';
import { meQuery } from '../api/queries';
import type { OffboardingSummary } from '../api/schema';
import { t } from '../i18n/t';
import { useMay } from '../session/useMay';
import { ConfirmDialog } from '../ui/ConfirmDialog';
import { LongTextField } from '../ui/fields';
import { approvalOf, type Approval as Stage } from './batch';

export function Approval({ batch, rows }: { batch: string; rows: OffboardingSummary[] }) {
  const may = useMay();
  const { data: me } = useQuery(meQuery);
  const [asking, setAsking] = useState<Stage | null>(null);
  const stage = me ? approvalOf(rows, me.approve_first) : null;
  if (!stage) return null;
  const own = stage.requestedBy === me?.name;
  const said = own
    ? t('approval.own')
    : !may('approve')
      ? t('approval.others', { name: stage.requestedBy })
      : stage.running > 0
        ? t('approval.running', { count: stage.running })
        : t(stage.isFirst ? 'approval.first_says' : 'approval.rest_says', { name: stage.requestedBy });
  return (
    <>
      <MessageBar intent="warning" layout="multiline">
        <MessageBarBody>
          <MessageBarTitle>{t('approval.title', { count: stage.waiting })}</MessageBarTitle> {said}
        </MessageBarBody>
        {may('approve') && !own && stage.running === 0 && (
          <MessageBarActions>
            <Button size="small" appearance="primary" onClick={() => setAsking(stage)}>
              {confirmOf(stage)}
            </Button>
          </MessageBarActions>
        )}
      </MessageBar>
      {asking && <Ask batch={batch} stage={asking} onClose={() => setAsking(null)} />}
    </>
  );
}

const confirmOf = ({ isFirst, next }: Stage) =>
  t(isFirst ? 'approval.first' : 'approval.rest', { count: next });

/* What is asked about stays as it was when it was asked: rows move meanwhile. */
function Ask({ batch, stage, onClose }: { batch: string; stage: Stage; onClose: () => void }) {
  const changed = useOffboardingsChanged();
  const [reason, setReason] = useState('');
  return (
    <ConfirmDialog
      title={t(stage.isFirst ? 'approval.first_title' : 'approval.rest_title', { count: stage.next })}
      body={t(stage.isFirst ? 'approval.first_body' : 'approval.rest_body')}
      confirm={confirmOf(stage)}
      action={() => approveBatch(batch, reason.trim() || null)}
      onDone={changed}
      onClose={onClose}
    >
      <LongTextField
        label={t('approval.reason')}
        hint={t('approval.reason_hint')}
        value={reason}
        onChange={setReason}
      />
    </ConfirmDialog>
  );
}
