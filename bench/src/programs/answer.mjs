// Answers every control request at once, with blocking reads and writes: the least that a round trip can cost on this side.
import { readSync, writeSync } from 'node:fs';

const buffer = Buffer.alloc(65_536);
let rest = '';
for (;;) {
  const length = readSync(0, buffer, 0, buffer.length, null);
  if (length === 0) break;
  const lines = (rest + buffer.toString('utf8', 0, length)).split('\n');
  rest = lines.pop() ?? '';
  let answers = '';
  for (const line of lines) {
    const frame = JSON.parse(line);
    if (frame.type !== 'control_request') continue;
    answers += `{"type":"control_response","response":{"subtype":"success","request_id":"${frame.request_id}","response":{}}}\n`;
  }
  if (answers !== '') writeSync(1, answers);
}
