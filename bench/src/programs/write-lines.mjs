// Writes a file with one write per message, as an agent does, as fast as that goes.
import { readFileSync, writeSync } from 'node:fs';

const bytes = readFileSync(process.argv[2]);
for (let start = 0, end = bytes.indexOf(10); end !== -1; start = end + 1, end = bytes.indexOf(10, start)) {
  for (let position = start; position <= end;) position += writeSync(1, bytes, position, end + 1 - position);
}
