import { mkdtemp, cp, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { filter, firstValueFrom, take, toArray } from 'rxjs';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { createTransport, openSession, type SessionOptions } from '@subwire/core';
import { fakeCli, type Fault, trackProcesses } from '@subwire/testing';
import { type ContainerLauncher, startContainers } from '../src/container-launcher.ts';
import { bash, say, scripted, type SessionAgent, sessionAgent, type SessionBackend, sessionBackends } from '../src/session-agent.ts';

const guard = trackProcesses();
let folder = '';
let containers: ContainerLauncher;
beforeAll(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-launchers-'));
  containers = await startContainers(path.join(folder, 'engine'));
});
afterAll(async () => {
  await containers[Symbol.asyncDispose]();
  await rm(folder, { recursive: true, force: true });
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

/** Living processes of this machine that carry a tag in their environment. */
function carriers(tag: string): readonly string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(tag);
    } catch {
      return false;
    }
  });
}

const args = ['--output-format=stream-json', '--verbose', '--input-format=stream-json'];
const ofType = (type: string) => filter((message: { readonly type: string }) => message.type === type);

// What a launcher promises is what its kill does: here the tree of a child, there the whole of a container.
describe.each(['local', 'container'])('P37 over the %s launcher', (name) => {
  const launcher = (): SessionOptions => (name === 'local' ? {} : { spawner: containers.spawner });

  test('P01 twenty sessions that are aborted at random moments leave nothing', async () => {
    const tag = `LAUNCHER_TAG=${name}-p01`;
    const scenario = fakeCli({ faults: [{ name: 'start-child', kind: 'setsid' }] });
    for (let round = 0; round < 4; round++) {
      await Promise.all(
        [0, 40, 120, 300, 700].map(async (ms) => {
          const signal = AbortSignal.timeout(ms + round * 10);
          const env = { ...scenario.env, LAUNCHER_TAG: `${name}-p01` };
          const opened = openSession({ ...scenario, ...launcher(), env, signal, shutdown: { eofGraceMs: 500, termGraceMs: 300 } });
          await opened.then((session) => session.stop()).catch(() => undefined);
        }),
      );
    }
    await expect.poll(() => carriers(tag), { timeout: 10_000 }).toEqual([]);
  });

  test('P03 every kind of child of a process is gone when close() has returned', async () => {
    const kinds = ['plain', 'setsid', 'double-fork', 'ignore-term', 'hold-stdout'] as const;
    const faults: Fault[] = kinds.map((kind) => ({ name: 'start-child', kind, report: true }));
    const scenario = fakeCli({ faults });
    const env = { ...scenario.env, LAUNCHER_TAG: `${name}-p03` };
    const transport = createTransport({ ...scenario, ...launcher(), env, args, shutdown: { eofGraceMs: 1000, termGraceMs: 400 } });
    await transport.connect();
    await firstValueFrom(transport.stderr$.pipe(take(kinds.length), toArray()));
    expect(carriers(`LAUNCHER_TAG=${name}-p03`).length).toBeGreaterThan(kinds.length);
    expect((await transport.close()).survivors).toEqual([]);
    await expect.poll(() => carriers(`LAUNCHER_TAG=${name}-p03`), { timeout: 5000 }).toEqual([]);
  });

  test('P11 stop ends a turn that goes on, and one that listens to nothing as well', async () => {
    for (const faults of [[], [{ name: 'ignore-interrupt' }, { name: 'ignore-eof' }, { name: 'ignore-term' }]] as const) {
      const scenario = fakeCli({ turns: [{ kind: 'hang' }], faults: [...faults] });
      const env = { ...scenario.env, LAUNCHER_TAG: `${name}-p11` };
      const session = await openSession({ ...scenario, ...launcher(), env });
      const turn = session.prompt('hello');
      await firstValueFrom(session.messages$.pipe(ofType('system')));
      const outcome = turn.result().catch((cause: unknown) => cause);
      const receipt = await session.stop({ rungMs: 700 });
      expect(receipt.survivors).toEqual([]);
      expect(await outcome).toBeDefined();
      await expect.poll(() => carriers(`LAUNCHER_TAG=${name}-p11`), { timeout: 5000 }).toEqual([]);
    }
  });
});

/** Where an agent keeps the conversations that were held in its folder. */
function stateOf(backend: SessionBackend, { cwd, options }: SessionAgent): string {
  if (backend === 'fake') return path.join(cwd, '.sessions');
  return path.join(String(options.env?.['CLAUDE_CONFIG_DIR']), 'projects', cwd.replaceAll(/[^a-zA-Z0-9]/g, '-'));
}

test.each(sessionBackends)('P37 a session that was started on one host is resumed on another through a store (%s CLI)', async (backend) => {
  await using first = await sessionAgent(backend);
  const options = { ...first.options, allowedTools: ['Bash'] };
  const session = await openSession(options);
  await session.prompt(scripted('the word is heron', say('noted'))).result();
  const broken = session.prompt(scripted('work', bash('echo ran >> runs; sleep 20'), say('never')));
  await firstValueFrom(broken.messages$.pipe(filter((message) => message.type === 'assistant')));
  await expect.poll(() => existsSync(path.join(first.cwd, 'runs')), { timeout: 20_000 }).toBe(true);
  process.kill(session.transport.pid!, 'SIGKILL');
  await expect(broken.result()).rejects.toMatchObject({ code: 'EXIT_SIGNAL' });
  // What a host knows of a session goes through a store as text.
  const record = path.join(folder, `${backend}.json`);
  await writeFile(record, JSON.stringify({ id: session.id, dirty: session.dirty, options: session.recover('resume') }));
  await session.close();

  await using second = await sessionAgent(backend);
  await cp(stateOf(backend, first), stateOf(backend, second), { recursive: true });
  const stored = JSON.parse(await readFile(record, 'utf8')) as {
    readonly id: string;
    readonly dirty: readonly string[];
    readonly options: object;
  };
  expect(stored.dirty).toHaveLength(1);
  const next = await openSession({ ...second.options, ...stored.options });
  const result = await next.prompt(scripted('again', say('here'))).result();
  expect(result).toMatchObject({ is_error: false, session_id: stored.id });
  await next.close();
});
