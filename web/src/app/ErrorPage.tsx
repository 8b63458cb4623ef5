/* Two ends of the road: an address that leads nowhere, and a page that broke. */
import { Button } from '@fluentui/react-components';
import { CompassNorthwestRegular, ErrorCircleRegular } from '@fluentui/react-icons';
import { t } from '../i18n/t';
import { Empty } from '../ui/Empty';
import { TextLink } from '../ui/TextLink';

export const NotFound = () => (
  <Empty
    page
    icon={<CompassNorthwestRegular />}
    title={t('app.not_found')}
    body={t('app.not_found_body')}
    action={<TextLink to="/offboardings">{t('app.to_list')}</TextLink>}
  />
);

export const Broken = () => (
  <Empty
    page
    icon={<ErrorCircleRegular />}
    title={t('problem.title')}
    body={t('problem.unexpected')}
    action={<Button onClick={() => window.location.reload()}>{t('problem.reload')}</Button>}
  />
);
