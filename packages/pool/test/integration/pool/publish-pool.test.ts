import { spawn } from 'node:child_process';
import { mkdir, mkdtemp, readdir, rm, stat, symlink, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { createPool, listPublishedPools, publishPool, readPublishedPool } from '@subwire/pool';
import { plainFactory } from '../../support/plain-workers.ts';
import { pidOfAddress, publishedPlaces } from '../../../src/pool/published-place.ts';

describe('a published pool', () => {
  let base: string;
  let folder: string;
  beforeAll(async () => {
    base = await mkdtemp(path.join(tmpdir(), 'swp-'));
  });
  afterAll(() => rm(base, { recursive: true }));
  beforeEach(async () => {
    folder = path.join(base, 'pools');
    vi.stubEnv('SUBWIRE_POOLS', folder);
  });
  afterEach(async () => {
    vi.unstubAllEnvs();
    await rm(folder, { recursive: true, force: true });
  });

  /** What comes back for raw bytes, until the host closes or some time has passed. */
  function say(address: string, text: string): Promise<string> {
    return new Promise((resolve) => {
      const socket = connect(address);
      let answer = '';
      socket.setEncoding('utf8').on('data', (chunk: string) => (answer += chunk));
      socket.on('error', () => {});
      socket.on('close', () => resolve(answer));
      socket.on('connect', () => socket.write(text));
      socket.setTimeout(200, () => socket.destroy());
    });
  }

  it('is found and read by its user, and its socket is for nobody else', async () => {
    await using pool = createPool(plainFactory({ wearOf: () => ({ turns: 3, costUsd: 0.25 }) }), { size: 2 });
    await pool.warm();
    await using published = await publishPool(pool, { title: 'mine', details: () => ({ tasks: 7 }) });
    expect((await stat(published.address)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await listPublishedPools()).toEqual([{ address: published.address, pid: process.pid }]);
    const seen = await readPublishedPool(published.address);
    expect(seen).toMatchObject({ version: 1, pid: process.pid, title: 'mine', cwd: process.cwd(), details: { tasks: 7 } });
    expect(seen.pool).toMatchObject({
      phase: 'open',
      stats: { idle: 2 },
      slots: [{ slot: 0, phase: 'idle', turns: 3, costUsd: 0.25 }, { slot: 1 }],
    });
  });

  it('is not there any more when the pool has closed', async () => {
    const pool = createPool(plainFactory(), { size: 1 });
    const published = await publishPool(pool);
    await pool.close();
    await vi.waitFor(async () => expect(await readdir(folder)).toEqual([]), { timeout: 10_000 });
    await expect(readPublishedPool(published.address)).rejects.toMatchObject({ code: 'POOL_CLOSED' });
    await published.close();
    expect(await listPublishedPools()).toEqual([]);
  });

  it('says nothing that it was not asked, and survives whatever is said to it', async () => {
    await using pool = createPool(plainFactory(), { size: 1 });
    await using published = await publishPool(pool);
    expect(await say(published.address, '')).toBe('');
    expect(await say(published.address, 'hello\n')).toBe('');
    expect(await say(published.address, 'x'.repeat(100_000))).toBe('');
    expect(JSON.parse(await say(published.address, '{"get":"snapshot"}\n'))).toMatchObject({ version: 1 });
    expect(await readPublishedPool(published.address)).toMatchObject({ title: 'pool' });
  });

  it('that a killed host has left behind is removed, and one that lives is not touched', async () => {
    await using pool = createPool(plainFactory(), { size: 1 });
    await using published = await publishPool(pool);
    const script = `require('node:net').createServer().listen(process.argv[1] + '/subwire-' + process.pid + '-0a1b2c3d.sock', () => console.log('up'))`;
    const host = spawn(process.execPath, ['-e', script, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
    await new Promise((resolve) => host.stdout.once('data', resolve));
    expect((await listPublishedPools()).map(({ pid }) => pid).sort()).toEqual([process.pid, host.pid].sort());
    const gone = new Promise((resolve) => host.once('exit', resolve));
    host.kill('SIGKILL');
    await gone;
    expect(await readdir(folder)).toHaveLength(2);
    expect(await listPublishedPools()).toEqual([{ address: published.address, pid: process.pid }]);
    expect(await readdir(folder)).toEqual([path.basename(published.address)]);
  });

  it('trusts no folder that others can enter, and no link to one', async () => {
    await mkdir(folder, { mode: 0o755 });
    await using pool = createPool(plainFactory(), { size: 1 });
    await expect(publishPool(pool)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await listPublishedPools()).toEqual([]);
    await rm(folder, { recursive: true });
    const elsewhere = path.join(base, 'elsewhere');
    await mkdir(elsewhere, { mode: 0o700 });
    await symlink(elsewhere, folder);
    await expect(publishPool(pool)).rejects.toMatchObject({ code: 'INVALID_OPTION' });
  });

  it('whose host stands still is given up in time', async () => {
    await mkdir(folder, { mode: 0o700 });
    const address = path.join(folder, `subwire-${process.pid}-00000001.sock`);
    const server = (await import('node:net')).createServer(() => {}).listen(address);
    await new Promise((resolve) => server.once('listening', resolve));
    await expect(readPublishedPool(address, { timeoutMs: 50 })).rejects.toMatchObject({ code: 'CONTROL_TIMEOUT', timeoutMs: 50 });
    await expect(readPublishedPool(address, { signal: AbortSignal.abort(new Error('enough')) })).rejects.toThrow('enough');
    server.close();
  });

  it('is looked for in every place where one could be, and other files are left alone', async () => {
    await mkdir(folder, { mode: 0o700 });
    await writeFile(path.join(folder, 'note.txt'), 'mine');
    expect(await listPublishedPools()).toEqual([]);
    expect(await readdir(folder)).toEqual(['note.txt']);
    const linux = publishedPlaces({ env: { XDG_RUNTIME_DIR: '/run/user/7' }, platform: 'linux' });
    expect(linux.folders[0]).toMatch(/^\/run\/user\/7\/subwire-pools-\d+$/);
    expect(linux.folders).toContain(`/tmp/subwire-pools-${process.getuid?.()}`);
    const long = publishedPlaces({ env: { SUBWIRE_POOLS: `/${'x'.repeat(90)}` }, platform: 'linux' });
    expect(long.folders).toEqual([]);
    const windows = publishedPlaces({ env: {}, platform: 'win32' });
    expect(windows).toMatchObject({ folders: ['\\\\.\\pipe\\'], isPipe: true });
    expect(pidOfAddress(`\\\\.\\pipe\\${windows.prefix}42-0a1b2c3d`, windows)).toBe(42);
    expect(pidOfAddress('\\\\.\\pipe\\somebody-42-0a1b2c3d', windows)).toBeUndefined();
  });
});
