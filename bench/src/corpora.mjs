import { once } from 'node:events';
import { createWriteStream, existsSync, mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { corpusShapes } from './corpus-shapes.mjs';
import { createRandom } from './random.mjs';
import { createTally } from './tally.mjs';

// Part of the folder's name: a change of the shapes must not meet files of the old ones.
const revision = 1;
const folder = fileURLToPath(new URL(`../.cache/corpora-${revision}`, import.meta.url));

/**
 * @typedef {object} Corpus
 * @property {string} name
 * @property {string} path the file, one message a line
 * @property {number} bytes
 * @property {number} count messages in it
 * @property {number} sum see `createTally`
 * @property {string} hash see `createTally`
 */

async function write(file, messages) {
  const tally = createTally({ count: Infinity, full: true });
  const stream = createWriteStream(file, { highWaterMark: 1 << 20 });
  let bytes = 0;
  for (const message of messages) {
    tally.take(message);
    const line = Buffer.from(`${JSON.stringify(message)}\n`);
    bytes += line.length;
    if (!stream.write(line)) await once(stream, 'drain');
  }
  stream.end();
  await once(stream, 'close');
  const { count, sum, hash } = tally.report();
  return { bytes, count, sum, hash };
}

/**
 * The corpus of that name; made on first use, always the same.
 * @param {'deltas' | 'mixed' | 'big' | 'unicode' | 'line'} name
 * @param {{ quick: boolean }} options
 * @returns {Promise<Corpus>}
 */
export async function getCorpus(name, { quick }) {
  const base = path.join(folder, quick ? `${name}-quick` : name);
  const file = `${base}.ndjson`;
  if (!existsSync(`${base}.json`)) {
    mkdirSync(folder, { recursive: true });
    process.stderr.write(`Making the corpus ${path.basename(base)} ...\n`);
    const temporary = `${file}.${process.pid}`;
    const facts = await write(temporary, corpusShapes[name](createRandom(20_26), quick));
    renameSync(temporary, file);
    writeFileSync(`${base}.json`, JSON.stringify(facts));
  }
  return { name, path: file, ...JSON.parse(readFileSync(`${base}.json`, 'utf8')) };
}
