/* What the server refused or could not do, as something the screens can show and the form can put at its fields. */
import { t } from '../i18n/t';
import type { FieldError, Problem } from './schema';

export class ApiProblem extends Error {
  constructor(
    readonly status: number,
    readonly code: string,
    detail: string,
    readonly errors: FieldError[] = [],
    readonly requestId: string | null = null,
    readonly retryAfter: number | null = null,
  ) {
    super(detail);
  }

  /* In a line. Of values that are not right it says how many; what is wrong with each is in errors, and the detail, which
   * is for programs, repeats the first of them. */
  get summary(): string {
    return this.status === 422 && this.errors.length
      ? t('problem.values', { count: this.errors.length })
      : this.message;
  }
}

const isProblem = (body: unknown): body is Problem =>
  typeof body === 'object' && body !== null && 'code' in body && 'detail' in body;

export function problemOf(response: Response, body: unknown): ApiProblem {
  const wait = Number(response.headers.get('Retry-After'));
  const retryAfter = Number.isFinite(wait) && wait > 0 ? wait : null;
  if (!isProblem(body))
    return new ApiProblem(
      response.status,
      'unreadable',
      t('problem.unreadable', { status: String(response.status) }),
      [],
      null,
      retryAfter,
    );
  return new ApiProblem(
    response.status,
    body.code,
    body.detail,
    body.errors ?? [],
    body.request_id ?? null,
    retryAfter,
  );
}

export const networkProblem = () => new ApiProblem(0, 'network', t('problem.network'));

export function asProblem(error: unknown): ApiProblem {
  return error instanceof ApiProblem ? error : new ApiProblem(0, 'unexpected', t('problem.unexpected'));
}
