/* Many at once: a pasted list or a file, each line looked up and shown with what was found, before anybody is added. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  Field,
  MessageBar,
  MessageBarBody,
  makeStyles,
  mergeClasses,
  ProgressBar,
  Select,
  Text,
  Textarea,
  tokens,
} from '@fluentui/react-components';
import {
  CheckmarkCircleFilled,
  DismissCircleFilled,
  DocumentArrowUpRegular,
  QuestionCircleFilled,
  SubtractCircleRegular,
  WarningFilled,
} from '@fluentui/react-icons';
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { type ReactElement, useRef, useState } from 'react';
import { asProblem } from '../api/problem';
import { usersQuery } from '../api/queries';
import type { User } from '../api/schema';
import { t } from '../i18n/t';
import { eachOf } from '../ui/eachOf';
import { usePageStyles } from '../ui/usePageStyles';
import { type Line, readLines, type Verdict, verdictOf } from './lines';

/* The server takes so many in one request. */
const MOST = 500;

const useStyles = makeStyles({
  surface: { maxWidth: '720px', width: 'calc(100% - 32px)' },
  file: { alignSelf: 'flex-start' },
  hidden: { display: 'none' },
  lines: { display: 'flex', flexDirection: 'column' },
  line: {
    display: 'grid',
    gridTemplateColumns: '40px minmax(0, 1fr) minmax(0, 1.4fr)',
    columnGap: '12px',
    alignItems: 'center',
    padding: '6px 0',
    borderTop: `1px solid ${tokens.colorNeutralStroke2}`,
    '@media (max-width: 560px)': { gridTemplateColumns: '28px minmax(0, 1fr)' },
  },
  number: { color: tokens.colorNeutralForeground3, fontVariantNumeric: 'tabular-nums', textAlign: 'end' },
  verdict: {
    display: 'flex',
    alignItems: 'center',
    columnGap: '8px',
    minWidth: 0,
    '@media (max-width: 560px)': { gridColumn: 2 },
  },
  icon: { display: 'inline-flex', flexShrink: 0, fontSize: '18px' },
  good: { color: tokens.colorPaletteGreenForeground1 },
  bad: { color: tokens.colorPaletteRedForeground1 },
  caution: { color: tokens.colorPaletteDarkOrangeForeground1 },
  quiet: { color: tokens.colorNeutralForeground3 },
  select: { minWidth: 0, flexGrow: 1 },
});

interface Checked extends Line {
  verdict: Verdict;
}

interface Props {
  tenant: string;
  taken: ReadonlySet<string>;
  onClose: () => void;
  add: (users: User[]) => void;
}

/* A file as Excel writes it: UTF-8, or the code page of the machine. */
async function textOf(file: File): Promise<string> {
  const bytes = await file.arrayBuffer();
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

const isText = (text: string) => !text.includes('\0');

export function ListDialog({ tenant, taken, onClose, add }: Props) {
  const styles = useStyles();
  const page = usePageStyles();
  const client = useQueryClient();
  const picker = useRef<HTMLInputElement>(null);
  const [text, setText] = useState('');
  const [complaint, setComplaint] = useState<string | null>(null);
  const [done, setDone] = useState(0);
  const [checked, setChecked] = useState<Checked[] | null>(null);
  const [picked, setPicked] = useState<Record<number, string>>({});

  const lines = readLines(text);

  const look = async ({ text: wanted }: Line): Promise<User[] | string> => {
    if (!wanted) return [];
    try {
      return (await client.fetchQuery(usersQuery(tenant, wanted.slice(0, 200)))).items;
    } catch (error) {
      return asProblem(error).message;
    }
  };

  const checking = useMutation({
    mutationFn: () => {
      setDone(0);
      return eachOf(lines, 6, look, setDone);
    },
    onSuccess: (answers) => {
      const seen = new Set(taken);
      setPicked({});
      setChecked(
        lines.map((line, at) => {
          const answer = answers[at] ?? [];
          if (typeof answer === 'string') return { ...line, verdict: { kind: 'failed', message: answer } };
          const verdict = verdictOf(line.text, answer, seen);
          if (verdict.kind === 'found') seen.add(verdict.user.id);
          return { ...line, verdict };
        }),
      );
    },
  });

  const read = async (file: File | undefined) => {
    if (!file) return;
    const found = await textOf(file);
    setChecked(null);
    setComplaint(isText(found) ? null : t('users.list_binary', { name: file.name }));
    if (isText(found)) setText(found);
  };

  const check = () => {
    const problem =
      lines.length === 0
        ? t('users.list_empty')
        : lines.length > MOST
          ? t('users.list_long', { count: lines.length, most: MOST })
          : null;
    setComplaint(problem);
    if (!problem) checking.mutate();
  };

  const chosen = new Map<string, User>();
  checked?.forEach(({ verdict }, at) => {
    if (verdict.kind === 'found') chosen.set(verdict.user.id, verdict.user);
    const user = verdict.kind === 'several' && verdict.users.find(({ id }) => id === picked[at]);
    if (user && !taken.has(user.id)) chosen.set(user.id, user);
  });
  const left = checked?.filter(
    ({ verdict }, at) =>
      verdict.kind === 'nobody' || verdict.kind === 'failed' || (verdict.kind === 'several' && !picked[at]),
  ).length;

  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface className={styles.surface}>
        <DialogBody>
          <DialogTitle>{t('users.list_title')}</DialogTitle>
          <DialogContent className={page.column}>
            {checked ? (
              <>
                <Text role="status">
                  {t('users.list_result', { count: checked.length, found: chosen.size, left: left ?? 0 })}
                </Text>
                <ol className={styles.lines} aria-label={t('users.list_lines')}>
                  {checked.map((line, at) => (
                    <li
                      // biome-ignore lint/suspicious/noArrayIndexKey: two lines may say the same
                      key={at}
                      className={styles.line}
                      data-verdict={line.verdict.kind}
                    >
                      <Text size={200} className={styles.number}>
                        {line.number}
                      </Text>
                      <span className={page.wrap}>{line.text || t('users.list_no_text')}</span>
                      <Result
                        line={line}
                        picked={picked[at] ?? ''}
                        pick={(user) => setPicked({ ...picked, [at]: user })}
                      />
                    </li>
                  ))}
                </ol>
              </>
            ) : (
              <>
                <Field label={t('users.list_label')} hint={t('users.list_hint')}>
                  <Textarea
                    rows={10}
                    value={text}
                    onChange={(_, { value }) => setText(value)}
                    textarea={{ spellCheck: false }}
                  />
                </Field>
                <input
                  ref={picker}
                  type="file"
                  accept=".csv,.txt,.tsv,text/csv,text/plain"
                  className={styles.hidden}
                  aria-label={t('users.list_file')}
                  onChange={(event) => {
                    void read(event.target.files?.[0]);
                    event.target.value = '';
                  }}
                />
                <Button
                  className={styles.file}
                  icon={<DocumentArrowUpRegular />}
                  onClick={() => picker.current?.click()}
                >
                  {t('users.list_file')}
                </Button>
                {checking.isPending && (
                  <Field hint={t('users.list_checking', { done, count: lines.length })}>
                    <ProgressBar value={done / lines.length} aria-label={t('users.list_check')} />
                  </Field>
                )}
              </>
            )}
            {complaint && (
              <MessageBar intent="error" layout="multiline" role="alert">
                <MessageBarBody>{complaint}</MessageBarBody>
              </MessageBar>
            )}
          </DialogContent>
          <DialogActions>
            <Button onClick={checked ? () => setChecked(null) : onClose}>
              {checked ? t('action.back') : t('action.close')}
            </Button>
            {checked ? (
              <Button
                appearance="primary"
                disabled={chosen.size === 0}
                onClick={() => {
                  add([...chosen.values()]);
                  onClose();
                }}
              >
                {t('users.list_add', { count: chosen.size })}
              </Button>
            ) : (
              <Button appearance="primary" disabledFocusable={checking.isPending} onClick={check}>
                {t('users.list_check')}
              </Button>
            )}
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}

interface ResultProps {
  line: Checked;
  picked: string;
  pick: (user: string) => void;
}

function Result({ line: { text, verdict }, picked, pick }: ResultProps) {
  const styles = useStyles();
  const page = usePageStyles();
  const say = (tone: 'good' | 'bad' | 'caution' | 'quiet', icon: ReactElement, words: string) => (
    <span className={styles.verdict}>
      <span className={mergeClasses(styles.icon, styles[tone])} aria-hidden>
        {icon}
      </span>
      <span className={page.wrap}>{words}</span>
    </span>
  );
  switch (verdict.kind) {
    case 'found':
      return verdict.user.open_offboarding
        ? say('caution', <WarningFilled />, t('users.list_open', { name: verdict.user.display_name }))
        : say('good', <CheckmarkCircleFilled />, verdict.user.display_name);
    case 'again':
      return say(
        'quiet',
        <SubtractCircleRegular />,
        t('users.list_again', { name: verdict.user.display_name }),
      );
    case 'nobody':
      return say('bad', <DismissCircleFilled />, t('users.list_nobody'));
    case 'failed':
      return say('bad', <DismissCircleFilled />, verdict.message);
    case 'several':
      return (
        <span className={styles.verdict}>
          <span className={mergeClasses(styles.icon, styles.caution)} aria-hidden>
            <QuestionCircleFilled />
          </span>
          <Select
            size="small"
            className={styles.select}
            select={{ className: styles.select }}
            aria-label={t('users.list_which', { text })}
            value={picked}
            onChange={(_, { value }) => pick(value)}
          >
            <option value="">{t('users.list_choose', { count: verdict.users.length })}</option>
            {verdict.users.map((user) => (
              <option key={user.id} value={user.id}>
                {`${user.display_name} (${user.user_principal_name})`}
              </option>
            ))}
          </Select>
        </span>
      );
  }
}
