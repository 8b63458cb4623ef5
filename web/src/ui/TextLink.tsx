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

export function TextLink({ to, children }: { to: string; children: ReactNode }) {
  return (
    <Link to={to} className={useStyles().root}>
      {children}
    </Link>
  );
}
