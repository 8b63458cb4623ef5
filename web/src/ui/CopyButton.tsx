/* Puts a text on the clipboard, and says so. Without a clipboard (plain HTTP) there is no button: the text can be
 * marked by hand. */
import { Button } from '@fluentui/react-components';
import { CheckmarkFilled, CopyRegular } from '@fluentui/react-icons';
import { useEffect, useState } from 'react';
import { t } from '../i18n/t';

export function CopyButton({ text }: { text: string }) {
  const [copied, setCopied] = useState(false);
  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => setCopied(false), 3000);
    return () => clearTimeout(timer);
  }, [copied]);
  if (!navigator.clipboard) return null;
  return (
    <Button
      icon={copied ? <CheckmarkFilled /> : <CopyRegular />}
      onClick={() =>
        void navigator.clipboard.writeText(text).then(
          () => setCopied(true),
          () => setCopied(false),
        )
      }
    >
      <span aria-live="polite">{t(copied ? 'action.copied' : 'action.copy')}</span>
    </Button>
  );
}
