// Writes a file over and over, as fast as the reader takes it, and answers control requests in between, as an agent in the middle of a turn does.
import { readFileSync } from 'node:fs';
import { Socket } from 'node:net';

const bytes = readFileSync(process.argv[2]);
const pieceBytes = 16_384;
// process.stdout would block on a full pipe, and then nothing on stdin would be read.
const output = new Socket({ fd: 1, readable: false, writable: true });
output.on('error', () => process.exit(0));
let position = 0;
let flooding = false;
let rest = '';

function flood() {
  const end = bytes.indexOf(10, Math.min(position + pieceBytes, bytes.length - 1)) + 1;
  const piece = bytes.subarray(position, end);
  position = end === bytes.length ? 0 : end;
  output.write(piece, () => setImmediate(flood));
}

process.stdin.setEncoding('utf8');
process.stdin.on('data', (text) => {
  const lines = (rest + text).split('\n');
  rest = lines.pop() ?? '';
  for (const line of lines) {
    const frame = JSON.parse(line);
    if (frame.type !== 'control_request') continue;
    output.write(`{"type":"control_response","response":{"subtype":"success","request_id":"${frame.request_id}","response":{}}}\n`);
    if (!flooding) flood();
    flooding = true;
  }
});
process.stdin.on('end', () => process.exit(0));
