/* Asks before something is done, and stays open with the reason when it cannot be done. */
import {
  Button,
  Dialog,
  DialogActions,
  DialogBody,
  DialogContent,
  DialogSurface,
  DialogTitle,
  mergeClasses,
} from '@fluentui/react-components';
import { useMutation } from '@tanstack/react-query';
import { type ReactNode, useId } from 'react';
import { t } from '../i18n/t';
import { ProblemBar } from './ProblemBar';
import { usePageStyles } from './usePageStyles';

interface Props<Answer> {
  title: string;
  body?: ReactNode;
  confirm: string;
  /* What the button that leaves everything as it is says. */
  keep?: string;
  /* False while what the dialog asks for is not there, such as its plan. */
  ready?: boolean;
  /* Asked when it is confirmed: false when what was filled in is wrong, which is said at the fields. */
  check?(): boolean;
  action(): Promise<Answer>;
  onDone?(answer: Answer): void;
  onClose(): void;
  wide?: boolean;
  /* What has to be filled in or chosen. */
  children?: ReactNode;
}

export function ConfirmDialog<Answer>(props: Props<Answer>) {
  const { title, body, confirm, keep = t('action.cancel'), ready = true, onClose, children } = props;
  const page = usePageStyles();
  const bodyId = useId();
  const doing = useMutation({
    mutationFn: props.action,
    onSuccess: (answer) => {
      onClose();
      props.onDone?.(answer);
    },
  });
  const begin = () => {
    if (props.check?.() ?? true) doing.mutate();
  };
  return (
    <Dialog open modalType={children ? 'modal' : 'alert'} onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface
        className={mergeClasses(page.dialog, props.wide && page.wideDialog)}
        aria-describedby={body ? bodyId : undefined}
      >
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={page.column}>
            {body && (
              <div id={bodyId} className={page.wrap}>
                {body}
              </div>
            )}
            {children}
            {doing.isError && <ProblemBar error={doing.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{keep}</Button>
            <Button
              appearance="primary"
              disabled={!ready}
              disabledFocusable={doing.isPending}
              onClick={begin}
            >
              {doing.isPending ? t('action.working') : confirm}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
