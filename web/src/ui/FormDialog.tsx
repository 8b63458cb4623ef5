/* A short form over the page. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  DialogTrigger,
} from '@fluentui/react-components';
import type { FormEvent, ReactNode } from 'react';
import { t } from '../i18n/t';
import { ProblemBar } from './ProblemBar';
import type { Saving } from './SaveBar';
import { usePageStyles } from './usePageStyles';

interface Props {
  title: string;
  submit: string;
  save: Pick<Saving, 'isPending' | 'error' | 'mutate'>;
  onClose(): void;
  children: ReactNode;
}

export function FormDialog({ title, submit, save, onClose, children }: Props) {
  const page = usePageStyles();
  const send = (event: FormEvent) => {
    event.preventDefault();
    if (!save.isPending) save.mutate();
  };
  return (
    <Dialog open onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={page.dialog}>
        <form onSubmit={send} noValidate>
          <DialogBody>
            <DialogTitle>{title}</DialogTitle>
            <DialogContent className={page.column}>
              {children}
              {Boolean(save.error) && <ProblemBar error={save.error} />}
            </DialogContent>
            <DialogActions>
              <DialogTrigger disableButtonEnhancement>
                <Button>{t('action.cancel')}</Button>
              </DialogTrigger>
              <Button appearance="primary" type="submit" disabledFocusable={save.isPending}>
                {submit}
              </Button>
            </DialogActions>
          </DialogBody>
        </form>
      </DialogSurface>
    </Dialog>
  );
}
