/* A link to a page of this client, in the colours of the theme. */
import { makeStyles, tokens } from '@fluentui/react-components';
import type { ReactNode } from 'react';
import { Link } from 'react-router';

const useStyles = makeStyles({
  root: {
    color: tokens.colorBrandForegroundLink,
    textDecoration: 'underline',
    ':hover': { color: tokens.colorBrandForegroundLinkHover },
  },
});

interface Props {
  to: string;
  children: ReactNode;
  onClick?: () => void;
}

export function TextLink({ to, children, onClick }: Props) {
  return (
    <Link to={to} className={useStyles().root} onClick={onClick}>
      {children}
    </Link>
  );
}
