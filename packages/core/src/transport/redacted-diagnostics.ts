import { ReplaySubject } from 'rxjs';
import { redact, redactCause, redactText } from '../errors/redact.ts';
import type { Diagnostic } from './types.ts';

function withoutSecrets(diagnostic: Diagnostic): Diagnostic {
  const { code, message, cause, ...rest } = diagnostic;
  return { ...(redact(rest) as object), code, message: redactText(message), ...(cause !== undefined && { cause: redactCause(cause) }) };
}

/** Diagnostics end in logs: secrets are taken out as they come, while it is known what they are. The last ones are replayed. */
export function redactedDiagnostics(replayed: number): ReplaySubject<Diagnostic> {
  const subject = new ReplaySubject<Diagnostic>(replayed);
  const push = subject.next.bind(subject);
  return Object.assign(subject, { next: (diagnostic: Diagnostic) => push(withoutSecrets(diagnostic)) });
}
