/* Which of the chosen offboardings each action is for. Pure. */
import type { OffboardingStatus, OffboardingSummary } from '../api/schema';
import { hasEnded } from '../run/progress';

export type BulkAction = 'cancel' | 'retry' | 'reschedule';

const unstarted = new Set<OffboardingStatus>(['planned', 'awaiting_approval', 'needs_attention']);

const fits: Record<BulkAction, (row: OffboardingSummary) => boolean> = {
  cancel: ({ status, cancel_requested }) => !hasEnded(status) && status !== 'undoing' && !cancel_requested,
  retry: ({ status }) => status === 'failed',
  reschedule: ({ status }) => unstarted.has(status),
};

export const fitting = (rows: OffboardingSummary[], action: BulkAction) => rows.filter(fits[action]);
