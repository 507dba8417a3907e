#!/usr/bin/env node
import { appendFileSync } from 'node:fs';
import { cliFacts } from '../scenario/cli-facts.ts';
import { createBehavior } from './behavior.ts';
import { parseFlags } from './flags.ts';
import { createLineReader } from './line-reader.ts';
import { loadScenario } from './load-scenario.ts';
import { createProcessHost } from './process-host.ts';

/** No fake outlives this, whatever its faults, in milliseconds: a test that forgets one must not leave it for ever. */
const longestLifeMs = 15 * 60_000;

const argv = process.argv.slice(2);
const flags = parseFlags(argv);
// A reader that has gone is not this process's problem; the real CLI lives on as well.
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

try {
  const scenario = loadScenario(flags.value('scenario'), process.env);
  if (scenario.record !== undefined) {
    const start = { argv, cwd: process.cwd(), pid: process.pid, env: Object.keys(process.env).sort() };
    appendFileSync(scenario.record, `${JSON.stringify(start)}\n`);
  }
  if (flags.has('version')) process.stdout.write(`${scenario.version ?? cliFacts.version} (Claude Code)\n`);
  else if (flags.has('help')) process.stdout.write('Usage: claude [options] [prompt]\n');
  else serve();
} catch (error) {
  leaveWith(error instanceof Error ? error.message : String(error));
}

function leaveWith(problem: string): void {
  process.stderr.write(`${problem}\n`);
  process.exitCode = 1;
}

function serve(): void {
  const host = createProcessHost(argv);
  const behavior = createBehavior(host, loadScenario(flags.value('scenario'), process.env));
  setTimeout(() => process.exit(1), longestLifeMs);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => behavior.signal(signal));
  behavior.start();
  const reader = createLineReader((line) => behavior.line(line));
  let ended = false;
  const end = (): void => {
    if (ended) return;
    ended = true;
    reader.end();
    behavior.end();
  };
  process.stdin.on('data', (chunk: Buffer) => reader.push(chunk));
  process.stdin.on('end', end).on('error', end);
}
