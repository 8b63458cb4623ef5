/* A status as icon, colour and word; never by colour alone. */
import { makeStyles, mergeClasses, Spinner, tokens } from '@fluentui/react-components';
import {
  ArrowUndoRegular,
  CalendarClockRegular,
  CheckmarkCircleFilled,
  CircleRegular,
  ClockRegular,
  DismissCircleFilled,
  PauseCircleRegular,
  PersonQuestionMarkRegular,
  ProhibitedRegular,
  SubtractCircleRegular,
  WarningFilled,
} from '@fluentui/react-icons';
import type { ReactElement } from 'react';
import type { ItemStatus, OffboardingStatus, TaskStatus } from '../api/schema';
import { words } from '../i18n/t';

type AnyStatus = OffboardingStatus | TaskStatus | ItemStatus;
type Tone = 'good' | 'bad' | 'caution' | 'busy' | 'quiet';

const looks: Record<AnyStatus, [Tone, ReactElement]> = {
  planned: ['quiet', <CalendarClockRegular key="i" />],
  awaiting_approval: ['caution', <PersonQuestionMarkRegular key="i" />],
  needs_attention: ['caution', <WarningFilled key="i" />],
  queued: ['quiet', <ClockRegular key="i" />],
  running: ['busy', <Spinner key="i" size="extra-tiny" aria-hidden />],
  waiting: ['busy', <PauseCircleRegular key="i" />],
  succeeded: ['good', <CheckmarkCircleFilled key="i" />],
  succeeded_with_warnings: ['caution', <WarningFilled key="i" />],
  failed: ['bad', <DismissCircleFilled key="i" />],
  cancelled: ['quiet', <ProhibitedRegular key="i" />],
  undoing: ['busy', <Spinner key="i" size="extra-tiny" aria-hidden />],
  undone: ['quiet', <ArrowUndoRegular key="i" />],
  pending: ['quiet', <CircleRegular key="i" />],
  already_done: ['good', <CheckmarkCircleFilled key="i" />],
  skipped: ['quiet', <SubtractCircleRegular key="i" />],
  blocked: ['bad', <ProhibitedRegular key="i" />],
};

const useStyles = makeStyles({
  root: { display: 'inline-flex', alignItems: 'center', columnGap: '6px', whiteSpace: 'nowrap' },
  icon: { display: 'inline-flex', fontSize: '18px', width: '18px', justifyContent: 'center' },
  strong: { fontWeight: tokens.fontWeightSemibold },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  busy: { color: tokens.colorBrandForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
});

export function Status({ status, strong }: { status: AnyStatus; strong?: boolean }) {
  const styles = useStyles();
  const [tone, icon] = looks[status] ?? ['quiet', <CircleRegular key="i" />];
  return (
    <span className={mergeClasses(styles.root, styles[tone], strong && styles.strong)}>
      <span className={styles.icon} aria-hidden>
        {icon}
      </span>
      {words('status', status)}
    </span>
  );
}
