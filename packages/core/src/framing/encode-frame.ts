const unsafe = /[\u0080-\uffff]/g;

function escapeUnit(unit: string): string {
  return `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`;
}

/**
 * One object as one line of pure ASCII with its LF: no reader on the other side, however it splits lines or decodes chunks, can cut it in the
 * middle. Throws what `JSON.stringify` throws for a value that has no JSON form.
 */
export function encodeFrame(frame: object): string {
  const json = JSON.stringify(frame) as string | undefined;
  if (json === undefined) throw new TypeError('The value has no JSON form.');
  // JSON has escaped the control characters already; only what is above ASCII takes more bytes than it has characters.
  return Buffer.byteLength(json) === json.length ? `${json}\n` : `${json.replace(unsafe, escapeUnit)}\n`;
}
