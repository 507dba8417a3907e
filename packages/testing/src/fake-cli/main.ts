#!/usr/bin/env node
import { readFileSync } from 'node:fs';
import { cliFacts } from '../scenario/cli-facts.ts';
import type { Scenario } from '../scenario/scenario.ts';
import { createAgent } from './agent.ts';
import { parseFlags } from './flags.ts';
import { createLineReader } from './line-reader.ts';
import { createProcessHost } from './process-host.ts';

const argv = process.argv.slice(2);
const flags = parseFlags(argv);
const scenario = loadScenario();
for (const stream of [process.stdout, process.stderr]) stream.on('error', () => {});

if (flags.has('version')) process.stdout.write(`${scenario.version ?? cliFacts.version} (Claude Code)\n`);
else if (flags.problem !== undefined) {
  process.stderr.write(`${flags.problem}\n`);
  process.exitCode = 1;
} else serve();

function serve(): void {
  const host = createProcessHost(argv);
  const agent = createAgent(host, scenario);
  for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) process.on(signal, () => agent.signal(signal));
  const reader = createLineReader((line) => agent.line(line));
  process.stdin.on('data', (chunk: Buffer) => reader.push(chunk));
  process.stdin.on('end', () => {
    reader.end();
    agent.end();
  });
  process.stdin.on('error', () => agent.end());
  if (flags.prompt !== undefined) agent.prompt(flags.prompt);
}

function loadScenario(): Scenario {
  const text = flags.has('scenario') ? readFileSync(flags.value('scenario') ?? '', 'utf8') : (process.env['SUBWIRE_FAKE_SCENARIO'] ?? '');
  if (text.trim() === '') return {};
  const json = /^\s*[{[]/u.test(text) ? text : readFileSync(text, 'utf8');
  const value: unknown = JSON.parse(json);
  return Array.isArray(value) ? { steps: value as Scenario['steps'] & object } : (value as Scenario);
}
