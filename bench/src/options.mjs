import { execFileSync } from 'node:child_process';
import path from 'node:path';
import { parseArgs } from 'node:util';
import { pathToFileURL } from 'node:url';

export const help = `Measures @subwire/core against a hand-written optimum and its peers.

  node bench/run.mjs [options]

  --quick            small corpora and three repetitions, under a minute
  --only NAME        only this measurement (may be repeated): deltas, mixed, big, unicode, line, validation, control, flood, slow, chunks, import, startup,
                     pool-bookkeeping, pool-acquire, pool-faults
  --rows A,B         only these rows of the throughput measurements
  --repetitions N    how often each row runs (default 5)
  --node PATH        another Node for the consumers
  --core FOLDER      another build of the core, the folder that holds its dist/
  --document         write docs/measured.md from the last full results of each Node, and measure nothing`;

/**
 * @typedef {object} Options
 * @property {boolean} quick
 * @property {readonly string[]} only
 * @property {readonly string[] | undefined} rows
 * @property {number} repetitions
 * @property {string} node
 * @property {string} nodeVersion
 * @property {string | undefined} core
 * @property {boolean} document
 * @property {(text: string) => void} progress
 */

function showProgress(text) {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${text}`);
}

/**
 * @param {readonly string[]} args
 * @returns {Options | undefined} nothing when help was asked for
 */
export function readOptions(args) {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string', multiple: true, default: [] },
      rows: { type: 'string' },
      repetitions: { type: 'string' },
      node: { type: 'string', default: process.execPath },
      core: { type: 'string' },
      document: { type: 'boolean', default: false },
      help: { type: 'boolean', default: false },
    },
  });
  if (values.help) return undefined;
  const repetitions = Number(values.repetitions ?? (values.quick ? 3 : 5));
  if (!Number.isInteger(repetitions) || repetitions < 1) throw new Error('--repetitions takes a number of 1 or more.');
  return {
    quick: values.quick,
    only: values.only.flatMap((names) => names.split(',')),
    rows: values.rows?.split(','),
    repetitions,
    node: values.node,
    nodeVersion: execFileSync(values.node, ['-p', 'process.version'], { encoding: 'utf8' }).trim(),
    core: values.core === undefined ? undefined : pathToFileURL(path.resolve(values.core, 'dist/index.js')).href,
    document: values.document,
    progress: showProgress,
  };
}
