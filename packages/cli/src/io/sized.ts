import type { WriteStream } from 'node:tty';

const assumed: Readonly<Record<PropertyKey, number>> = { columns: 80, rows: 24 };

/** The same terminal with a size: one that does not know its own says 0, and text that is wrapped at 0 characters is one letter a line. */
export function sized(output: WriteStream): WriteStream {
  if (output.columns > 0 && output.rows > 0) return output;
  return new Proxy(output, {
    get(target, name) {
      const value: unknown = assumed[name] ?? Reflect.get(target, name, target);
      return typeof value === 'function' ? (value as (...given: unknown[]) => unknown).bind(target) : value;
    },
  });
}
