/* The message as it would be sent, with the settings on the screen. */
import { Field, Select, Text } from '@fluentui/react-components';
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import type { NotificationEvent, NotificationPreview } from '../../api/schema';
import { bytes } from '../../i18n/format';
import { t } from '../../i18n/t';
import { Disclosure } from '../../ui/Disclosure';
import { Json } from '../../ui/Json';
import { Loading } from '../../ui/Loading';
import { Panel } from '../../ui/Panel';
import { ProblemBar } from '../../ui/ProblemBar';
import { usePageStyles } from '../../ui/usePageStyles';
import { ChatCard } from './ChatCard';
import { cardOf } from './card';
import { type Endpoint, events, formatOf } from './endpoints';
import { MailFrame } from './MailFrame';
import { type PreviewOf, previewQuery } from './queries';

function whatOf(endpoint: Endpoint, event: NotificationEvent): PreviewOf | null {
  const { kind, value } = endpoint;
  if (kind === 'password-links' || !value) return null;
  const format = kind === 'webhook' ? (formatOf(value) as PreviewOf['format']) : null;
  return { channel: kind, event, private: value.private ?? false, format };
}

/* What its readers see, and what travels one click away. */
function Shown({ message, what }: { message: NotificationPreview; what: PreviewOf }) {
  const { channel, format } = what;
  const page = usePageStyles();
  const card = cardOf(format, message.body);
  const size = t('notify.preview_body', {
    format: t(`notify.format.${format ?? 'generic'}`),
    size: bytes(message.bytes ?? 0),
  });
  return (
    <>
      {!card && (
        <div>
          <Text size={200} className={page.quiet} block>
            {t(channel === 'email' ? 'notify.subject' : 'notify.message_title')}
          </Text>
          <Text weight="semibold" className={page.wrap}>
            {message.subject ?? message.title}
          </Text>
        </div>
      )}
      {message.html && <MailFrame html={message.html} label={t('notify.as_shown')} />}
      {message.text && (
        <Disclosure label={t('notify.as_text')}>
          <Json value={message.text} label={t('notify.as_text')} />
        </Disclosure>
      )}
      {message.html && (
        <Disclosure label={t('notify.as_html')}>
          <Json value={message.html} label={t('notify.as_html')} />
        </Disclosure>
      )}
      {card && <ChatCard card={card} />}
      {message.body !== undefined &&
        (card ? (
          <Disclosure label={t('notify.as_sent', { what: size })}>
            <Json value={message.body} label={t('notify.as_body')} />
          </Disclosure>
        ) : (
          <>
            <Text size={200} className={page.quiet}>
              {size}
            </Text>
            <Json value={message.body} label={t('notify.as_body')} />
          </>
        ))}
    </>
  );
}

export function Preview({ endpoint }: { endpoint: Endpoint }) {
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
      {message && <Shown message={message} what={what} />}
    </Panel>
  );
}
