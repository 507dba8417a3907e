import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { firstValueFrom, fromEvent, Observable, retry } from 'rxjs';
import { peerUrl } from '../peers.mjs';

const program = (name) => fileURLToPath(new URL(`../programs/${name}.mjs`, import.meta.url));

/** Workers of ours: plain Node processes that are asked over Node's own channel. */
const forked = {
  create: () =>
    new Promise((resolve, reject) => {
      const child = fork(program('pool-forked'), { stdio: 'ignore' });
      child.on('error', reject);
      child.once('message', () => resolve(child));
      child.once('exit', (_code, signal) => reject(Object.assign(new Error('exited before it was ready'), { signal })));
    }),
  lost$: (child) => fromEvent(child, 'exit'),
  async destroy(child) {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGKILL');
    await exited;
  },
};

/** Asks one worker. A worker that dies says nothing more: the pool ends the lease, and with it this. */
function ask(child, task) {
  return new Observable((subscriber) => {
    const take = (id) => {
      subscriber.next(id);
      subscriber.complete();
    };
    child.once('message', take);
    child.send(task, (error) => error && subscriber.error(error));
    return () => child.off('message', take);
  });
}

/** @param {number} attempts how often a task is tried when its worker is lost */
function subwire(attempts) {
  return async ({ size }) => {
    const { createPool } = await import('@subwire/pool');
    const pool = createPool(forked, { size, maxWaiters: 1e6, acquireTimeoutMs: 120_000, restart: { minUptimeMs: 0 } });
    await pool.warm();
    return {
      run: (task) => firstValueFrom(pool.use((child) => ask(child, task)).pipe(retry(attempts - 1))),
      end: () => pool.close({ graceMs: 0 }),
    };
  };
}

/** The same load for every pool: something that runs a task, and ends. */
export const runners = {
  subwire: subwire(1),
  'subwire, 20 attempts': subwire(20),
  async 'jest-worker'({ size }) {
    const { Worker } = await import(peerUrl('jest-worker'));
    const pool = new Worker(program('pool-work'), { numWorkers: size, exposedMethods: ['work'] });
    return { run: (task) => pool.work(task), end: () => pool.end() };
  },
  async tinypool({ size }) {
    const { Tinypool } = await import(peerUrl('tinypool'));
    const pool = new Tinypool({ filename: program('pool-tinypool'), runtime: 'child_process', minThreads: size, maxThreads: size });
    return { run: (task) => pool.run(task), end: () => pool.destroy() };
  },
  async workerpool({ size }) {
    const { default: workerpool } = await import(peerUrl('workerpool'));
    const pool = workerpool.pool(program('pool-workerpool'), { workerType: 'process', minWorkers: size, maxWorkers: size });
    return { run: (task) => pool.exec('work', [task]), end: () => pool.terminate(true) };
  },
};
