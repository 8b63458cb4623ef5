/* The one way to the server. Adds the CSRF token to writes, turns refusals into ApiProblem, and tells the session
 * when the server no longer knows us. */
import createClient from 'openapi-fetch';
import { sessionEnded } from '../session/session';
import { ApiProblem, networkProblem, problemOf } from './problem';
import type { Me, paths } from './schema';

export const api = createClient<paths>({ baseUrl: '/' });

let csrfToken: string | null = null;

function rememberCsrf(me: Me): Me {
  csrfToken = me.csrf_token;
  return me;
}

api.use({
  onRequest({ request }) {
    if (request.method !== 'GET' && csrfToken) request.headers.set('X-CSRF-Token', csrfToken);
    return request;
  },
});

interface Answer<T> {
  data?: T;
  error?: unknown;
  response: Response;
}

async function read<T>(call: () => Promise<Answer<T>>): Promise<T> {
  let answer: Answer<T>;
  try {
    answer = await call();
  } catch (error) {
    if (error instanceof DOMException && error.name === 'AbortError') throw error;
    if (error instanceof SyntaxError) throw new ApiProblem(0, 'unreadable', error.message);
    throw networkProblem();
  }
  if (answer.response.ok) return answer.data as T;
  throw problemOf(answer.response, answer.error);
}

/* Answers with what the server sent, or throws ApiProblem. A 401 ends the session on the screen too. */
export async function ask<T>(call: () => Promise<Answer<T>>): Promise<T> {
  try {
    return await read(call);
  } catch (error) {
    if (error instanceof ApiProblem && error.status === 401) sessionEnded();
    throw error;
  }
}

export const fetchMe = async () => rememberCsrf(await read(() => api.GET('/api/v1/me')));

export const signIn = async (username: string, password: string) =>
  rememberCsrf(await read(() => api.POST('/api/v1/session', { body: { username, password } })));

/* A write. Another tab that signed in again has changed the token of the session: read it and try once more. */
export async function write<T>(call: () => Promise<Answer<T>>): Promise<T> {
  try {
    return await ask(call);
  } catch (error) {
    if (!(error instanceof ApiProblem && error.status === 403 && error.code.startsWith('csrf'))) throw error;
    await fetchMe();
    return ask(call);
  }
}

/* What was read or stored, and the tag that a change of it must name (`If-Match`). */
export interface Tagged<T> {
  value: T;
  tag: string;
}

async function tagged<T>(how: typeof ask, call: () => Promise<Answer<T>>): Promise<Tagged<T>> {
  let tag = '';
  const value = await how(async () => {
    const answer = await call();
    tag = answer.response.headers.get('ETag') ?? '';
    return answer;
  });
  return { value, tag };
}

export const askTagged = <T>(call: () => Promise<Answer<T>>) => tagged(ask, call);
export const writeTagged = <T>(call: () => Promise<Answer<T>>) => tagged(write, call);
