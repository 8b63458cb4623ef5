/* Asks before something that is not taken back easily. */
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
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { t } from '../i18n/t';
import { ProblemBar } from './ProblemBar';
import { usePageStyles } from './usePageStyles';

interface Props {
  title: string;
  body: ReactNode;
  confirm: string;
  /* The dialog stays while it runs, and when it fails, with the reason. */
  action(): Promise<unknown>;
  onDone?(): void;
  onClose(): void;
}

export function ConfirmDialog({ title, body, confirm, action, onDone, onClose }: Props) {
  const page = usePageStyles();
  const bodyId = useId();
  const run = useMutation({
    mutationFn: action,
    onSuccess: () => {
      onClose();
      onDone?.();
    },
  });
  return (
    <Dialog open modalType="alert" onOpenChange={(_, { open }) => !open && onClose()}>
      <DialogSurface className={page.dialog} aria-describedby={bodyId}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={page.column}>
            <div id={bodyId} className={page.wrap}>
              {body}
            </div>
            {run.isError && <ProblemBar error={run.error} />}
          </DialogContent>
          <DialogActions>
            <DialogTrigger disableButtonEnhancement>
              <Button>{t('action.cancel')}</Button>
            </DialogTrigger>
            <Button appearance="primary" disabledFocusable={run.isPending} onClick={() => run.mutate()}>
              {confirm}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
