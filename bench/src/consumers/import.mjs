// How long one import takes in a fresh process.
import { importCore } from '../core-module.mjs';
import { peerUrl } from '../peers.mjs';

const { row } = JSON.parse(process.argv[2]);
const imports = {
  rxjs: () => import('rxjs'),
  subwire: importCore,
  'rxjs and zod': () => Promise.all([import('rxjs'), import('zod')]),
  sdk: () => import(peerUrl('@anthropic-ai/claude-agent-sdk')),
};
const before = process.memoryUsage.rss();
const cpu = process.cpuUsage();
const start = performance.now();
await imports[row]();
const wallMs = performance.now() - start;
const { user, system } = process.cpuUsage(cpu);
process.stdout.write(JSON.stringify({ wallMs, cpuMs: (user + system) / 1000, residentBytes: process.memoryUsage.rss() - before }));
