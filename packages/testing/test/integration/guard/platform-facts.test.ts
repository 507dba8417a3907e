import { execFile } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { homedir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';
import { StringDecoder } from 'node:string_decoder';
import { describe, expect, it } from 'vitest';
import { createLineSplitter } from '../../../src/transcript/line-splitter.ts';

const run = promisify(execFile);

/** The Node that runs this, and a Node 24 besides where one is at hand: in `SUBWIRE_NODE24`, or in npx's cache. Nothing is downloaded. */
const cache = path.join(homedir(), '.npm/_npx');
const cached = existsSync(cache) ? readdirSync(cache).map((folder) => path.join(cache, folder, 'node_modules/node/bin/node')) : [];
const candidates = [process.execPath, process.env['SUBWIRE_NODE24'] ?? '', ...cached].filter((file) => file !== '' && existsSync(file));
const nodes = await Promise.all(
  [...new Set(candidates)].map(async (file) => {
    const { stdout } = await run(file, ['-p', 'process.versions.node']);
    return { file, version: stdout.trim(), major: Number.parseInt(stdout, 10) };
  }),
);

interface Outcome {
  readonly code: number;
  readonly stdout: string;
}

/** Runs a program under a limit that the shell sets; the exit code of a death by signal is 128 and its number. */
async function limited(file: string, limit: string, program: string): Promise<Outcome> {
  try {
    const { stdout } = await run('sh', ['-c', `ulimit -c 0; ulimit ${limit}; "$0" -e "$1"; exit $?`, file, program], {
      timeout: 20_000,
    });
    return { code: 0, stdout };
  } catch (error) {
    const { code, stdout } = error as { readonly code: number; readonly stdout: string };
    return { code, stdout };
  }
}

describe('V1 a JSON record that holds U+2028 and U+2029', () => {
  const record = JSON.stringify({ text: 'one\u2028two\u2029three' });

  it.each(nodes)('is cut by readline of Node $version as that version cuts it', async ({ file, major }) => {
    const program = `
      const { createInterface } = require('node:readline');
      const { Readable } = require('node:stream');
      let lines = 0;
      createInterface({ input: Readable.from([Buffer.from(process.argv[1] + '\\n')]) }).on('line', () => { lines += 1; }).on('close', () => { console.log(lines); });
    `;
    const { stdout } = await run(file, ['-e', program, record]);
    expect(Number(stdout)).toBe(major >= 24 ? 3 : 1);
  });

  it('is one line to a reader that splits bytes at line feeds', () => {
    const lines: string[] = [];
    const splitter = createLineSplitter((bytes) => lines.push(bytes.toString('utf8')));
    splitter.push(Buffer.from(`${record}\n`));
    expect(lines).toEqual([record]);
  });
});

const boot =
  'console.log("up"); try { new WebAssembly.Memory({ initial: 1 }); console.log("memory"); } catch (error) { console.log(error.name); }';
const unhurt: Outcome = { code: 0, stdout: 'up\nmemory\n' };

describe('V2 RLIMIT_AS on plain Node', () => {
  it.each(nodes)('of 512 MB kills Node $version while it boots', async ({ file }) => {
    const { code, stdout } = await limited(file, '-v 524288', boot);
    expect(code).toBeGreaterThan(128);
    expect(stdout).toBe('');
  });

  it.each(nodes)(
    'of 2 and 4 GB lets Node $version boot; before Node 24 it has no WebAssembly memory then, which fetch needs',
    async ({ file, major }) => {
      expect(await limited(file, '-v unlimited', boot)).toEqual(unhurt);
      for (const gigabytes of [2, 4]) {
        expect(await limited(file, `-v ${gigabytes * 1024 * 1024}`, boot)).toEqual(
          major < 24 ? { code: 0, stdout: 'up\nRangeError\n' } : unhurt,
        );
      }
    },
  );
});

describe('V3 RLIMIT_DATA on plain Node', () => {
  it.each(nodes)('of 512 MB lets Node before 24 work and kills Node 24 while it boots; here Node $version', async ({ file, major }) => {
    const outcome = await limited(file, '-d 524288', boot);
    if (major < 24) expect(outcome).toEqual(unhurt);
    else expect(outcome).toEqual({ code: expect.toSatisfy((code: number) => code > 128), stdout: '' });
    expect(await limited(file, '-d 2097152', boot)).toEqual(unhurt);
  });
});

describe('V11 text of several bytes a character, split over chunks', () => {
  const bytes = Buffer.from('é🎈☕');
  const chunks = [bytes.subarray(0, 3), bytes.subarray(3, 5), bytes.subarray(5)];

  it('is broken when each chunk is decoded by itself', () => {
    const text = chunks.map((chunk) => chunk.toString('utf8')).join('');
    expect(text).toMatch(/^é\ufffd+☕$/);
  });

  it('is whole when a decoder keeps what is unfinished, or when only whole lines are decoded', () => {
    const decoder = new StringDecoder('utf8');
    expect(chunks.map((chunk) => decoder.write(chunk)).join('')).toBe('é🎈☕');
    const lines: string[] = [];
    const splitter = createLineSplitter((line) => lines.push(line.toString('utf8')));
    for (const chunk of chunks) splitter.push(chunk);
    splitter.end();
    expect(lines).toEqual(['é🎈☕']);
  });
});
