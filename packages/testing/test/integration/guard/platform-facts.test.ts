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
async function limited(limit: string, program: string): Promise<Outcome> {
  try {
    const { stdout } = await run('sh', ['-c', `ulimit -c 0; ulimit ${limit}; "$0" -e "$1"; exit $?`, process.execPath, program], {
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

describe('V2 RLIMIT_AS on plain Node', () => {
  it('of 512 MB kills it while it boots', async () => {
    const { code, stdout } = await limited('-v 524288', 'console.log("up")');
    expect(code).toBeGreaterThan(128);
    expect(stdout).toBe('');
  });

  it.each([2, 4])('of %i GB lets it boot, and takes WebAssembly memory from it, which fetch needs', async (gigabytes) => {
    const program =
      'console.log("up"); try { new WebAssembly.Memory({ initial: 1 }); console.log("memory"); } catch (error) { console.log(error.name); }';
    expect(await limited(`-v ${gigabytes * 1024 * 1024}`, program)).toEqual({ code: 0, stdout: 'up\nRangeError\n' });
    expect((await limited('-v unlimited', program)).stdout).toBe('up\nmemory\n');
  });
});

describe('V3 RLIMIT_DATA on plain Node', () => {
  it('of 512 MB lets the same program work', async () => {
    const program = 'console.log("up"); new WebAssembly.Memory({ initial: 1 }); console.log("memory")';
    expect(await limited('-d 524288', program)).toEqual({ code: 0, stdout: 'up\nmemory\n' });
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
