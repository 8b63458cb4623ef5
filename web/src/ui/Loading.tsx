/* The shape of what is coming, so that nothing jumps when it is there. */
import { makeStyles, Skeleton, SkeletonItem } from '@fluentui/react-components';
import { t } from '../i18n/t';

const useStyles = makeStyles({ root: { display: 'flex', flexDirection: 'column', rowGap: '12px' } });

export function Loading({
  rows = 4,
  height = 48,
  label = t('app.loading'),
}: {
  rows?: number;
  height?: 24 | 48 | 96;
  label?: string;
}) {
  const styles = useStyles();
  return (
    <Skeleton aria-label={label} className={styles.root}>
      {Array.from({ length: rows }, (_, row) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the rows are all alike
        <SkeletonItem key={row} size={height} />
      ))}
    </Skeleton>
  );
}
