/* Sends a test message, and says what came of it. */
import { Button, MessageBar, MessageBarBody, MessageBarTitle, Text } from '@fluentui/react-components';
import { SendRegular } from '@fluentui/react-icons';
import { useMutation } from '@tanstack/react-query';
import type { NotificationChannel } from '../../api/schema';
import { duration } from '../../i18n/format';
import { t } from '../../i18n/t';
import { Disclosure } from '../../ui/Disclosure';
import { Json } from '../../ui/Json';
import { Panel } from '../../ui/Panel';
import { ProblemBar } from '../../ui/ProblemBar';
import { usePageStyles } from '../../ui/usePageStyles';
import { testEndpoint } from './queries';

interface Props {
  channel: NotificationChannel;
  webhook: string | null;
  /* The test is of what is stored. */
  unsaved: boolean;
}

export function TestPanel({ channel, webhook, unsaved }: Props) {
  const page = usePageStyles();
  const test = useMutation({ mutationFn: () => testEndpoint(channel, webhook) });
  const result = test.data;
  return (
    <Panel title={t('notify.test')} lead={t(channel === 'psa' ? 'notify.test_psa' : 'notify.test_lead')}>
      <div className={page.row}>
        <Button
          icon={<SendRegular />}
          disabledFocusable={unsaved || test.isPending}
          onClick={() => test.mutate()}
        >
          {test.isPending ? t('notify.testing') : t('notify.test_send')}
        </Button>
        {unsaved && <Text className={page.quiet}>{t('notify.test_save_first')}</Text>}
      </div>
      {test.isError && <ProblemBar error={test.error} />}
      {result && (
        <div role="status" className={page.column}>
          <MessageBar intent={result.ok ? 'success' : 'error'} layout="multiline">
            <MessageBarBody>
              <MessageBarTitle>{t(result.ok ? 'notify.test_ok' : 'notify.test_failed')}</MessageBarTitle>{' '}
              {result.message}{' '}
              <Text size={200}>{t('notify.test_took', { duration: duration(result.ms) })}</Text>
            </MessageBarBody>
          </MessageBar>
          <Disclosure label={t('delivery.request')}>
            <Json value={result.request} label={t('delivery.request')} />
          </Disclosure>
          {result.response && (
            <Disclosure label={t('delivery.response')}>
              <Json value={result.response} label={t('delivery.response')} />
            </Disclosure>
          )}
        </div>
      )}
    </Panel>
  );
}
