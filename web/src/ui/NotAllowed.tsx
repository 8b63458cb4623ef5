/* For somebody who followed an address to what their role may not see. */
import { LockClosedRegular } from '@fluentui/react-icons';
import { t } from '../i18n/t';
import { Empty } from './Empty';
import { TextLink } from './TextLink';

export const NotAllowed = () => (
  <Empty
    page
    icon={<LockClosedRegular />}
    title={t('app.not_allowed')}
    body={t('app.not_allowed_body')}
    action={<TextLink to="/">{t('app.to_start')}</TextLink>}
  />
);
