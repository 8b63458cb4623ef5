/* The message as it would be sent, with the settings on the screen. */
import { Field, makeStyles, Select, Text, tokens } from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import DOMPurify from 'dompurify';
import { useEffect, useRef, useState } from 'react';
import type { NotificationEvent } from '../../api/schema';
import { bytes } from '../../i18n/format';
import { t } from '../../i18n/t';
import { Disclosure } from '../../ui/Disclosure';
import { Json } from '../../ui/Json';
import { Loading } from '../../ui/Loading';
import { Panel } from '../../ui/Panel';
import { ProblemBar } from '../../ui/ProblemBar';
import { usePageStyles } from '../../ui/usePageStyles';
import { type Endpoint, events, formatOf } from './endpoints';
import { type PreviewOf, previewQuery } from './queries';

const useStyles = makeStyles({
  mail: {
    padding: '16px',
    overflowX: 'auto',
    overflowWrap: 'anywhere',
    border: `1px solid ${tokens.colorNeutralStroke2}`,
    borderRadius: tokens.borderRadiusLarge,
    '& table': { width: 'auto', maxWidth: '100%', borderSpacing: 0 },
    '& td': { padding: '2px 12px 2px 0', verticalAlign: 'top', textAlign: 'start' },
    /* Bars of colour. */
    '& td[height]': { display: 'none' },
    '& h1': { fontSize: tokens.fontSizeBase500, lineHeight: tokens.lineHeightBase500 },
    '& p': { marginBlock: '8px' },
    '& ul': { listStyle: 'disc', paddingInlineStart: '24px' },
    '& a': { color: tokens.colorBrandForegroundLink },
  },
});

function whatOf(endpoint: Endpoint, event: NotificationEvent): PreviewOf | null {
  const { kind, value } = endpoint;
  if (kind === 'password-links' || !value) return null;
  const format = kind === 'webhook' ? (formatOf(value) as PreviewOf['format']) : null;
  return { channel: kind, event, private: value.private ?? false, format };
}

/* A client of mail shows it with the styles that are written into it; here it has the page's. */
function Mail({ html, label }: { html: string; label: string }) {
  const box = useRef<HTMLDivElement>(null);
  useEffect(() => {
    /* Styles are taken out of the text: parsing them would offend the page's Content-Security-Policy. */
    const clean = DOMPurify.sanitize(html.replace(/\sstyle="[^"]*"/g, ''), {
      RETURN_DOM_FRAGMENT: true,
      FORBID_ATTR: ['style', 'bgcolor', 'width', 'align'],
      FORBID_TAGS: ['style', 'title', 'img'],
    });
    /* A sample: its links lead nowhere. */
    for (const link of clean.querySelectorAll('a')) link.removeAttribute('href');
    box.current?.replaceChildren(clean);
  }, [html]);
  // biome-ignore lint/a11y/useSemanticElements: a message in a page
  return <div ref={box} className={useStyles().mail} role="region" aria-label={label} />;
}

export function Preview({ endpoint }: { endpoint: Endpoint }) {
  const page = usePageStyles();
  const chosen = endpoint.kind === 'password-links' ? [] : (endpoint.value?.events ?? []);
  const [event, setEvent] = useState<NotificationEvent>(chosen.includes('finished') ? 'finished' : 'failed');
  const what = whatOf(endpoint, event);
  const read = useQuery({
    ...previewQuery(what ?? { channel: 'email', event, private: false, format: null }),
    enabled: what !== null,
    placeholderData: keepPreviousData,
  });
  if (!what) return null;
  const message = read.data;
  return (
    <Panel title={t('notify.preview')} lead={t('notify.preview_lead')}>
      <Field label={t('notify.preview_event')}>
        <Select value={event} onChange={(_, data) => setEvent(data.value as NotificationEvent)}>
          {events.map((one) => (
            <option key={one} value={one}>
              {t(`event.${one}`)}
            </option>
          ))}
        </Select>
      </Field>
      {read.isError && <ProblemBar error={read.error} retry={() => void read.refetch()} />}
      {read.isPending && <Loading rows={3} />}
      {message && (
        <>
          <div>
            <Text size={200} className={page.quiet} block>
              {t(message.subject ? 'notify.subject' : 'notify.message_title')}
            </Text>
            <Text weight="semibold" className={page.wrap}>
              {message.subject ?? message.title}
            </Text>
          </div>
          {message.html && <Mail html={message.html} label={t('notify.preview')} />}
          {message.text && (
            <Disclosure label={t('notify.as_text')}>
              <Json value={message.text} label={t('notify.as_text')} />
            </Disclosure>
          )}
          {message.body !== undefined && (
            <>
              <Text size={200} className={page.quiet}>
                {t('notify.preview_body', {
                  format: t(`notify.format.${what.format ?? 'generic'}`),
                  size: bytes(message.bytes ?? 0),
                })}
              </Text>
              <Json value={message.body} label={t('notify.preview')} />
            </>
          )}
        </>
      )}
    </Panel>
  );
}
