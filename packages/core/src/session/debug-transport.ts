import { merge, tap } from 'rxjs';
import { redact, redactText } from '../errors/redact.ts';
import type { Transport } from '../transport/types.ts';

/** Where debug lines go. */
export type DebugSink = (line: string) => void;

const off = new Set(['', '0', 'false', 'off', 'no']);

function toStderr(line: string): void {
  process.stderr.write(`${line}\n`);
}

// Everything that a terminal may act on: C0, DEL, C1. JSON has the first of them escaped already.
const controls = /[\u0000-\u001f\u007f-\u009f]/g;

/** One line that a terminal only shows, whatever the agent wrote. */
function words(frame: unknown): string {
  const text = typeof frame === 'string' ? redactText(frame) : JSON.stringify(redact(frame));
  return text.replace(controls, (control) => (control === '\t' ? control : `\\u${control.charCodeAt(0).toString(16).padStart(4, '0')}`));
}

/**
 * With `SUBWIRE_DEBUG` set, every line that is sent (`>`) and received (`<`), of stderr (`!`) and each diagnostic (`?`) goes to stderr of the host, with
 * secrets redacted. Without it, the transport comes back as it is.
 */
export function debugTransport(
  transport: Transport,
  { flag = process.env['SUBWIRE_DEBUG'], sink = toStderr }: { readonly flag?: string | undefined; readonly sink?: DebugSink } = {},
): Transport {
  if (flag === undefined || off.has(flag.toLowerCase())) return transport;
  const log = (mark: string) => (frame: unknown) => sink(`subwire ${transport.pid ?? '-'} ${mark} ${words(frame)}`);
  const received = log('<');
  merge(transport.controlRequests$, transport.controlResponses$, transport.controlCancels$).subscribe({ next: received });
  transport.stderr$.subscribe({ next: log('!') });
  transport.diagnostics$.subscribe({ next: ({ code, message }) => log('?')({ code, message }) });
  const sent = log('>');
  return Object.create(transport, {
    // Messages are held for their first subscriber: who only looks on must not be it.
    messages$: { value: transport.messages$.pipe(tap({ next: received })) },
    send: {
      value: (frame: object | string) => {
        sent(frame);
        return transport.send(frame);
      },
    },
    post: {
      value: (frame: object | string) => {
        sent(frame);
        transport.post(frame);
      },
    },
  }) as Transport;
}
