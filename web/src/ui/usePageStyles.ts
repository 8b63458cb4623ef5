/* Layout that pages share. */
import { makeStyles, tokens } from '@fluentui/react-components';

export const usePageStyles = makeStyles({
  page: {
    boxSizing: 'border-box',
    width: '100%',
    maxWidth: '1120px',
    marginInline: 'auto',
    padding: '24px 24px 48px',
    display: 'flex',
    flexDirection: 'column',
    rowGap: '20px',
    '@media (max-width: 640px)': { padding: '16px 16px 40px', rowGap: '16px' },
  },
  head: {
    display: 'flex',
    flexWrap: 'wrap',
    alignItems: 'center',
    justifyContent: 'space-between',
    columnGap: '16px',
    rowGap: '12px',
  },
  panel: {
    backgroundColor: tokens.colorNeutralBackground1,
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusXLarge,
    padding: '20px',
    display: 'flex',
    flexDirection: 'column',
    rowGap: '16px',
    '@media (max-width: 640px)': { padding: '16px' },
  },
  quiet: { color: tokens.colorNeutralForeground3 },
  wrap: { overflowWrap: 'anywhere' },
  row: { display: 'flex', flexWrap: 'wrap', alignItems: 'center', columnGap: '8px', rowGap: '4px' },
  /* Ticks and radios in line with the fields above and below. */
  choices: { marginInlineStart: '-8px', flexWrap: 'wrap' },
  /* A line and a smaller one under it. */
  two: { display: 'flex', flexDirection: 'column', minWidth: 0, overflowWrap: 'anywhere' },
  /* A link that is somebody's name. */
  name: {
    color: tokens.colorNeutralForeground1,
    fontWeight: tokens.fontWeightSemibold,
    textDecoration: 'none',
    ':hover': { textDecoration: 'underline' },
  },
  /* Panels under each other. */
  stack: { display: 'flex', flexDirection: 'column', rowGap: '20px', minWidth: 0 },
  column: { display: 'flex', flexDirection: 'column', rowGap: '12px' },
  /* A button without a frame, whose words end where everything else does. */
  flushEnd: { marginInlineEnd: '-12px', minWidth: 0 },
  dialog: {
    maxWidth: '440px',
    width: 'calc(100% - 32px)',
    '& .fui-DialogActions > button': { whiteSpace: 'nowrap' },
  },
  wideDialog: { maxWidth: '640px' },
  hidden: {
    position: 'absolute',
    width: '1px',
    height: '1px',
    margin: '-1px',
    overflow: 'hidden',
    clipPath: 'inset(50%)',
    whiteSpace: 'nowrap',
  },
});
