import type { JsonObject } from '../scenario/json.ts';
import type { Flags } from './flags.ts';
import type { Host } from './host.ts';

/** How long a prompt given as an argument waits for more on stdin, in milliseconds; measured on the real CLI. */
export const stdinPatienceMs = 3000;

/** Whether stdin carries one prompt as plain text instead of a stream of messages. */
export function isOneShot(flags: Flags): boolean {
  return flags.value('input-format') !== 'stream-json';
}

/** With `--output-format text` or `json` only the result is printed, as text or as one object. */
export function withOutputFormat(host: Host, flags: Flags): Host {
  const format = flags.value('output-format') ?? 'text';
  if (format === 'stream-json') return host;
  return {
    ...host,
    write(frame: JsonObject) {
      if (frame['type'] !== 'result') return;
      const { model_usage_since_last_result: _since, ...printed } = frame;
      if (format === 'json') host.write(printed);
      else host.writeRaw(Buffer.from(`${typeof frame['result'] === 'string' ? frame['result'] : ''}\n`));
    },
  };
}
