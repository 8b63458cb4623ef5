/* Begins the draft that the address asks for. The one there was is not lost: it can be brought back. */
import { useQueryClient } from '@tanstack/react-query';
import { useEffect, useRef, useState } from 'react';
import type { UseFormReturn } from 'react-hook-form';
import { useSearchParams } from 'react-router';
import { offboardingQuery } from '../api/offboardings';
import { asProblem } from '../api/problem';
import { catalogQuery, templatesQuery, tenantQuery, userQuery } from '../api/queries';
import type { Options } from '../api/schema';
import { eachOf } from '../ui/eachOf';
import { AS_BEFORE, choicesFrom, type Draft, emptyDraft, type Person, personOf, tenantRef } from './draft';
import { type DeepLink, linkOf, templateNamed, withoutLink } from './link';
import type { Step } from './Stepper';

export interface LinkState {
  busy: boolean;
  /* What the address names and nobody knows. */
  unknown: string[];
  error: unknown;
  /* Brings the draft of before back; null when there was none. */
  restore: (() => void) | null;
}

type Client = ReturnType<typeof useQueryClient>;

async function draftFrom(client: Client, link: DeepLink): Promise<{ draft: Draft; unknown: string[] }> {
  const draft = emptyDraft();
  const unknown: string[] = [];
  const like = link.from ? await client.fetchQuery(offboardingQuery(link.from)) : null;
  const tenant = link.tenant ?? like?.tenant.id;
  if (!tenant) return { draft, unknown: link.users };
  try {
    draft.tenant = tenantRef(await client.fetchQuery(tenantQuery(tenant)));
  } catch (error) {
    if (asProblem(error).status !== 404) throw error;
    return { draft, unknown: [tenant] };
  }
  const { id } = draft.tenant;
  const people = await eachOf(link.users, 6, async (user): Promise<Person | null> => {
    try {
      return personOf(await client.fetchQuery(userQuery(id, user)));
    } catch (error) {
      if (asProblem(error).status !== 404) throw error;
      unknown.push(user);
      return null;
    }
  });
  draft.users = people.filter((person) => person !== null);
  const begin = async (source: string, options: Options) => {
    draft.source = source;
    draft.options = choicesFrom((await client.ensureQueryData(catalogQuery)).tasks, options);
  };
  if (like) await begin(AS_BEFORE, like.options);
  if (link.template) {
    const template = templateNamed(link.template, (await client.fetchQuery(templatesQuery(id))).items);
    if (template) await begin(template.id, template.options);
    else unknown.push(link.template);
  }
  return { draft, unknown };
}

export function useDeepLink(form: UseFormReturn<Draft>, goTo: (step: Step) => void): LinkState {
  const client = useQueryClient();
  const [params, setParams] = useSearchParams();
  const link = useRef(linkOf(params));
  const [state, setState] = useState<LinkState>({
    busy: link.current !== null,
    unknown: [],
    error: null,
    restore: null,
  });

  // biome-ignore lint/correctness/useExhaustiveDependencies: the address is read once, on arrival
  useEffect(() => {
    const asked = link.current;
    link.current = null;
    if (!asked) return;
    const before = form.getValues();
    const bringBack = () => {
      form.reset(before);
      setState((now) => ({ ...now, restore: null, unknown: [] }));
      goTo('tenant');
    };
    draftFrom(client, asked)
      .then(({ draft, unknown }) => {
        form.reset(draft);
        setState({ busy: false, unknown, error: null, restore: before.tenant ? bringBack : null });
        setParams(
          () => {
            const next = withoutLink(params);
            if (draft.tenant) next.set('step', draft.users.length ? 'options' : 'users');
            return next;
          },
          { replace: true },
        );
      })
      .catch((error: unknown) => {
        setState({ busy: false, unknown: [], error, restore: null });
        setParams(withoutLink(params), { replace: true });
      });
  }, []);

  return state;
}
