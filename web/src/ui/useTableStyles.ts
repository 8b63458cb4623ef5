/* What tables share: a frame, and that each row becomes a card where it is narrow. */
import { makeStyles, tokens } from '@fluentui/react-components';

export const NARROW = '@media (max-width: 760px)';

export const useTableStyles = makeStyles({
  box: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
  },
  table: { tableLayout: 'auto', [NARROW]: { display: 'block' } },
  header: { [NARROW]: { display: 'none' } },
  heading: { color: tokens.colorNeutralForeground3, ':first-child': { paddingLeft: '16px' } },
  body: { [NARROW]: { display: 'block' } },
  row: {
    [NARROW]: {
      display: 'flex',
      flexWrap: 'wrap',
      gap: '8px 16px',
      padding: '12px 16px',
      borderBottom: `1px solid ${tokens.colorNeutralStroke2}`,
    },
  },
  cell: {
    padding: '8px',
    ':first-child': { paddingLeft: '16px' },
    [NARROW]: {
      display: 'block',
      flex: '0 1 auto',
      padding: 0,
      height: 'auto',
      ':first-child': { paddingLeft: 0 },
    },
  },
});
