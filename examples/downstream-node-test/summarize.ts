import { query, type SessionOptions, SubwireError } from '@subwire/core';
import { ofType } from '@subwire/core/operators';
import { lastValueFrom, retry, throwError, timer } from 'rxjs';

/** Code of an application. What it needs to know of its agent comes from outside, and so a test can give it another one. */
export async function summarize(text: string, agent: SessionOptions = {}): Promise<string> {
  const again = (cause: unknown) => (SubwireError.is(cause) && cause.retryable ? timer(50) : throwError(() => cause));
  const answer$ = query(`Summarize in one line:\n${text}`, agent).pipe(retry({ count: 1, delay: again }), ofType('result'));
  const { result = '' } = await lastValueFrom(answer$);
  return result.split('\n')[0] ?? '';
}
