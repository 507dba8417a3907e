import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

const timeoutMs = 300_000;

/**
 * Runs one consumer in a fresh process and returns the JSON of its last line.
 * @param {string} name a file in consumers/
 * @param {object} input
 * @param {{ node: string, core?: string, prefix?: readonly string[], nodeFlags?: readonly string[] }} options the Node that runs it, and what runs before it, such as `taskset`
 * @returns {Promise<any>}
 */
export function runConsumer(name, input, { node, core, prefix = [], nodeFlags = [] }) {
  const program = fileURLToPath(new URL(`./consumers/${name}.mjs`, import.meta.url));
  const [file, ...args] = [...prefix, node, ...nodeFlags, program, JSON.stringify(input)];
  const env = { ...process.env, ...(core !== undefined && { SUBWIRE_BENCH_CORE: core }) };
  return new Promise((resolve, reject) => {
    const child = spawn(file, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    let complaint = '';
    child.stdout.setEncoding('utf8').on('data', (text) => (output += text));
    child.stderr.setEncoding('utf8').on('data', (text) => (complaint = (complaint + text).slice(-2000)));
    const timer = setTimeout(() => child.kill('SIGKILL'), timeoutMs);
    child.on('error', reject);
    child.on('close', (code, signal) => {
      clearTimeout(timer);
      const last = output.trimEnd().split('\n').at(-1) ?? '';
      try {
        resolve(JSON.parse(last));
      } catch {
        resolve({ error: `no report (code ${code}, signal ${signal}): ${complaint.trim().slice(-300)}` });
      }
    });
  });
}
