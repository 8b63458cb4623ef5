/* What one should know about an account before choosing it. */
import { Badge } from '@fluentui/react-components';
import type { User } from '../api/schema';
import { t } from '../i18n/t';

type Known = Pick<User, 'account_enabled' | 'guest' | 'synced' | 'open_offboarding'>;

export function UserBadges({ user }: { user: Known }) {
  const badges = [
    user.open_offboarding && (['warning', t('badge.open')] as const),
    !user.account_enabled && (['important', t('badge.blocked')] as const),
    user.guest && (['informative', t('badge.guest')] as const),
    user.synced && (['informative', t('badge.synced')] as const),
  ].filter((badge) => badge !== false && badge !== null && badge !== '');
  return badges.map(([color, text]) => (
    <Badge key={text} size="small" appearance="tint" color={color}>
      {text}
    </Badge>
  ));
}
