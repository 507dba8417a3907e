// One long line that comes in pieces of a given size, through a process in memory: what the pieces cost, without a pipe's own cost for each read.
import { EventEmitter } from 'node:events';
import { Readable, Writable } from 'node:stream';
import { importCore } from '../core-module.mjs';
import { createLineReader } from '../read-lines.mjs';

const { row, lineBytes, chunkBytes } = JSON.parse(process.argv[2]);
const head = '{"type":"user","message":{"role":"user","content":"';
const tail = '"}}';
const length = lineBytes - head.length - tail.length;
const bytes = Buffer.from(`${head}${'0123456789abcdef'.repeat(Math.ceil(length / 16)).slice(0, length)}${tail}\n`);
const chunks = [];
for (let start = 0; start < bytes.length; start += chunkBytes) chunks.push(Buffer.from(bytes.subarray(start, start + chunkBytes)));
let position = 0;

function makeStdout() {
  return new Readable({
    read() {
      this.push(position < chunks.length ? chunks[position++] : null);
    },
  });
}

function spawner() {
  const silent = new Readable({ read() {} });
  const stdin = new Writable({ write: (_chunk, _encoding, done) => done() });
  const child = Object.assign(new EventEmitter(), {
    pid: undefined,
    stdin,
    stdout: makeStdout(),
    stderr: silent,
    exitCode: null,
    signalCode: null,
  });
  setImmediate(() => child.emit('spawn'));
  return Object.assign(child, { kill: () => false });
}

const readers = {
  async hand(resolve) {
    makeStdout().on(
      'data',
      createLineReader((line) => resolve(JSON.parse(line))),
    );
  },
  async subwire(resolve, reject) {
    const { createTransport } = await importCore();
    const transport = createTransport({ command: 'claude', spawner });
    transport.messages$.subscribe({ next: resolve, error: reject });
    await transport.connect();
  },
};

if (row === 'subwire') await importCore();
const cpu = process.cpuUsage();
const start = performance.now();
const message = await new Promise((resolve, reject) => void readers[row](resolve, reject).catch(reject));
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
const content = message.message.content;
const whole =
  content.length === length && content.endsWith(bytes.toString('latin1', bytes.length - 20 - tail.length, bytes.length - 1 - tail.length));
const report = { whole, wallMs, cpuMs: (user + system) / 1000, residentBytes: process.resourceUsage().maxRSS * 1024 };
process.stdout.write(`\n${JSON.stringify(report)}\n`, () => process.exit(0));
