/* Which keys do what. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  makeStyles,
  Text,
  tokens,
} from '@fluentui/react-components';
import { t } from '../i18n/t';
import { TextLink } from '../ui/TextLink';
import { usePageStyles } from '../ui/usePageStyles';
import type { Page } from './pages';

const useStyles = makeStyles({
  list: { display: 'flex', flexDirection: 'column', rowGap: '8px', paddingBlockEnd: '16px' },
  row: { display: 'flex', justifyContent: 'space-between', columnGap: '16px' },
  keys: { display: 'flex', columnGap: '4px' },
  key: {
    minWidth: '20px',
    boxSizing: 'border-box',
    paddingInline: '6px',
    textAlign: 'center',
    fontFamily: tokens.fontFamilyMonospace,
    fontSize: tokens.fontSizeBase200,
    lineHeight: tokens.lineHeightBase300,
    border: `1px solid ${tokens.colorNeutralStroke1}`,
    borderRadius: tokens.borderRadiusMedium,
    backgroundColor: tokens.colorNeutralBackground2,
  },
});

interface Props {
  pages: Page[];
  letters: boolean;
  onClose(): void;
}

export default function ShortcutsDialog({ pages, letters, onClose }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const always: [string[], string][] = [[['Ctrl', 'K'], t('keys.palette')]];
  const single: [string[], string][] = [
    [['?'], t('keys.help')],
    [['n'], t('app.new')],
    [['/'], t('keys.search')],
    ...pages.flatMap(({ letter, label }): [string[], string][] =>
      letter ? [[['g', letter], t(label)]] : [],
    ),
  ];
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={page.dialog}>
        <DialogBody>
          <DialogTitle>{t('keys.title')}</DialogTitle>
          <DialogContent>
            <dl className={styles.list}>
              {[...always, ...(letters ? single : [])].map(([keys, what]) => (
                <div key={what} className={styles.row}>
                  <dt>{what}</dt>
                  <dd className={styles.keys}>
                    {keys.map((key) => (
                      <kbd key={key} className={styles.key}>
                        {key}
                      </kbd>
                    ))}
                  </dd>
                </div>
              ))}
            </dl>
            <Text size={200} className={page.quiet}>
              {t(letters ? 'keys.can_be_off' : 'keys.are_off')}{' '}
              <TextLink to="/preferences" onClick={onClose}>
                {t('page.preferences')}
              </TextLink>
            </Text>
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{t('action.close')}</Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
