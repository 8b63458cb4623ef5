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
  Text,
} from '@fluentui/react-components';
import type { UseMutationResult } from '@tanstack/react-query';
import type { ReactNode } from 'react';
import { t } from '../i18n/t';
import { ProblemBar } from './ProblemBar';
import { usePageStyles } from './usePageStyles';

interface Props {
  title: string;
  body?: string;
  confirm: string;
  keep?: string;
  doing: Pick<UseMutationResult<unknown, Error, void>, 'isPending' | 'isError' | 'error' | 'mutate'>;
  /* False while what the dialog asks for is not there, such as its plan. */
  ready?: boolean;
  wide?: boolean;
  onClose: () => void;
  children?: ReactNode;
}

export function ActionDialog(props: Props) {
  const {
    title,
    body,
    confirm,
    keep = t('action.close'),
    doing,
    ready = true,
    wide,
    onClose,
    children,
  } = props;
  const page = usePageStyles();
  return (
    <Dialog open onOpenChange={(_, { open }) => open || onClose()}>
      <DialogSurface className={mergeClasses(page.dialog, wide && page.wideDialog)}>
        <DialogBody>
          <DialogTitle>{title}</DialogTitle>
          <DialogContent className={page.column}>
            {body && <Text>{body}</Text>}
            {children}
            {doing.isError && <ProblemBar error={doing.error} />}
          </DialogContent>
          <DialogActions>
            <Button onClick={onClose}>{keep}</Button>
            <Button
              appearance="primary"
              disabled={!ready}
              disabledFocusable={doing.isPending}
              onClick={() => doing.mutate()}
            >
              {doing.isPending ? t('action.working') : confirm}
            </Button>
          </DialogActions>
        </DialogBody>
      </DialogSurface>
    </Dialog>
  );
}
