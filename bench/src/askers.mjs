import { spawn } from 'node:child_process';
import { importCore } from './core-module.mjs';
import { createLineReader } from './read-lines.mjs';
import { startSdkQuery } from './sdk.mjs';

/**
 * @typedef {object} Asker
 * @property {() => Promise<unknown>} ask one control request, the same in every row
 * @property {() => AsyncIterable<any>} messages everything else, for one reader that pulls
 */

/** A map of pending requests over a line reader, and nothing else. */
async function byHand([file, ...args], { paused = false } = {}) {
  const child = spawn(file, args, { stdio: ['pipe', 'pipe', 'inherit'] });
  const pending = new Map();
  let queue = [];
  let next = 0;
  const readLine = createLineReader((line) => {
    const message = JSON.parse(line);
    if (message.type !== 'control_response') {
      queue.push(message);
      return;
    }
    const resolve = pending.get(message.response.request_id);
    pending.delete(message.response.request_id);
    resolve?.(message.response.response);
  });
  if (!paused) child.stdout.on('data', readLine);

  function request(body) {
    const id = `request-${++next}`;
    return new Promise((resolve) => {
      pending.set(id, resolve);
      child.stdin.write(`${JSON.stringify({ type: 'control_request', request_id: id, request: body })}\n`);
    });
  }

  // Plain back pressure: a chunk is read when everything before it was handled.
  async function* messages() {
    for await (const chunk of child.stdout) {
      readLine(chunk);
      const ready = queue;
      queue = [];
      yield* ready;
    }
  }

  const started = request({ subtype: 'initialize', hooks: null });
  if (!paused) await started;
  return { ask: () => request({ subtype: 'set_model', model: 'a-model' }), messages };
}

async function bySession(command) {
  const { openSession } = await importCore();
  const session = await openSession({ command, env: {} });
  return { ask: () => session.control.request('set_model', { model: 'a-model' }) };
}

async function byChannel(command) {
  const { createTransport, openControl } = await importCore();
  const transport = createTransport({ command });
  const control = openControl(transport);
  const messages = transport.read();
  await transport.connect();
  await control.request('initialize', { hooks: null });
  return { ask: () => control.request('set_model', { model: 'a-model' }), messages: () => messages };
}

async function bySdk(command) {
  const query = await startSdkQuery({ command, answers: true });
  await query.initializationResult();
  return { ask: () => query.setModel('a-model'), messages: () => query };
}

/** @type {Record<string, (command: readonly string[]) => Promise<any>>} */
export const askers = {
  hand: (command) => byHand(command),
  'hand, plain pausing': (command) => byHand(command, { paused: true }),
  session: bySession,
  subwire: byChannel,
  sdk: bySdk,
};
