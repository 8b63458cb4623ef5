/* A delivery's state as icon and word. */
import { makeStyles, mergeClasses, tokens } from '@fluentui/react-components';
import { CheckmarkCircleFilled, ClockRegular, DismissCircleFilled } from '@fluentui/react-icons';
import type { DeliveryStatus } from '../api/schema';
import { t } from '../i18n/t';

const icons = {
  pending: <ClockRegular />,
  delivered: <CheckmarkCircleFilled />,
  failed: <DismissCircleFilled />,
};

const useStyles = makeStyles({
  root: { display: 'inline-flex', alignItems: 'center', columnGap: '6px', whiteSpace: 'nowrap' },
  icon: { display: 'inline-flex', fontSize: '18px' },
  pending: { color: tokens.colorNeutralForeground3 },
  delivered: { color: tokens.colorPaletteGreenForeground1 },
  failed: { color: tokens.colorPaletteRedForeground1 },
});

export function DeliveryState({ status }: { status: DeliveryStatus }) {
  const styles = useStyles();
  return (
    <span className={mergeClasses(styles.root, styles[status])}>
      <span className={styles.icon} aria-hidden>
        {icons[status]}
      </span>
      {t(`delivery.status.${status}`)}
    </span>
  );
}
