import { once } from 'node:events';
import { describe, expect, it } from 'vitest';
import { MockProcess } from '../../../src/mock/mock-process.ts';

function collect(child: MockProcess): string[] {
  const chunks: string[] = [];
  child.stdout.on('data', (chunk: Buffer) => chunks.push(chunk.toString()));
  return chunks;
}

describe('MockProcess', () => {
  it('prints what it was made with and leaves with its code', async () => {
    const child = new MockProcess({ stdout: 'out\n', stderr: 'err\n', exitCode: 3, pid: 77 });
    expect(child.pid).toBe(77);
    expect(child.poll()).toBe(null);
    expect(await child.communicate('hello\nworld')).toEqual({ stdout: 'out\n', stderr: 'err\n' });
    expect(child.poll()).toBe(3);
    expect(child.exitCode).toBe(3);
    expect(child.written).toEqual(['hello', 'world']);
  });

  it('with an exit code leaves by itself, without one waits for the end of stdin', async () => {
    const canned = new MockProcess({ exitCode: 4 });
    expect(await once(canned, 'exit')).toEqual([4, null]);
    const living = new MockProcess();
    living.stdout.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(living.poll()).toBe(null);
    living.stdin.end();
    expect(await once(living, 'exit')).toEqual([0, null]);
  });

  it('communicate() rejects when the process cannot start, and is empty after the end', async () => {
    const missing = new MockProcess();
    missing.failToSpawn('ENOENT');
    await expect(missing.communicate()).rejects.toMatchObject({ code: 'ENOENT', errno: -2, syscall: 'spawn mock-process' });
    const over = new MockProcess({ stdout: 'x', exitCode: 0 });
    await over.communicate();
    expect(await over.communicate('late')).toEqual({ stdout: '', stderr: '' });
  });

  it('begins to live when the host touches it, so that nothing is missed', async () => {
    const child = new MockProcess({ stdout: 'early\n', exitCode: 0 });
    await new Promise((resolve) => setTimeout(resolve, 20));
    const events: string[] = [];
    child.on('spawn', () => events.push('spawn'));
    const chunks = collect(child);
    await once(child, 'close');
    expect(events).toEqual(['spawn']);
    expect(chunks).toEqual(['early\n']);
  });

  it('knows of its own death at once, and tells the host later', async () => {
    const child = new MockProcess();
    child.exit(9);
    expect([child.poll(), child.exitCode]).toEqual([9, null]);
    await once(child, 'exit');
    expect([child.poll(), child.exitCode]).toEqual([9, 9]);
    const killed = new MockProcess();
    killed.exit(0, 'SIGSEGV');
    expect(await once(killed, 'exit')).toEqual([null, 'SIGSEGV']);
    expect([killed.exitCode, killed.signalCode]).toEqual([null, 'SIGSEGV']);
  });

  it('dies once: a second exit, a kill and a failed spawn after it change nothing', async () => {
    const child = new MockProcess();
    const exits: unknown[] = [];
    child.on('exit', (code) => exits.push(code));
    child.exit(1);
    child.exit(2);
    child.failToSpawn('ENOENT');
    expect(child.kill('SIGKILL')).toBe(false);
    await once(child, 'close');
    expect(exits).toEqual([1]);
    expect(child.signals).toEqual([]);
  });

  it('gives each frame a chunk of its own, and raw bytes the chunks asked for', async () => {
    const child = new MockProcess();
    const chunks = collect(child);
    child
      .say({ a: 1 }, { b: 2 })
      .sayRaw('abcdefg', { chunkBytes: 3 })
      .sayRaw(Buffer.from([0xff]), { chunkBytes: 8 });
    child.exit(0);
    await once(child, 'close');
    expect(chunks).toEqual(['{"a":1}\n', '{"b":2}\n', 'abc', 'def', 'g', '\uFFFD']);
  });

  it('splits multi-byte characters where it is told to', async () => {
    const child = new MockProcess();
    const bytes: number[] = [];
    child.stdout.on('data', (chunk: Buffer) => bytes.push(chunk.length));
    child.sayRaw('é☕', { chunkBytes: 1 }).exit(0);
    await once(child, 'close');
    expect(bytes).toEqual([1, 1, 1, 1, 1]);
  });

  it('keeps what nobody reads yet, and hands it to readers of every kind', async () => {
    const late = new MockProcess();
    late.sayRaw('kept\n');
    await once(late, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 20));
    const chunks = collect(late);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(chunks).toEqual(['kept\n']);
    const iterated = new MockProcess({ stdout: 'a\nb\n', exitCode: 0 });
    const parts: string[] = [];
    for await (const part of iterated.stdout) parts.push(String(part));
    expect(parts.join('')).toBe('a\nb\n');
    const encoded = new MockProcess({ exitCode: 0 });
    encoded.stdout.setEncoding('utf8');
    const texts: unknown[] = [];
    encoded.stdout.on('data', (text) => texts.push(text));
    encoded.sayRaw('☕', { chunkBytes: 1 });
    await once(encoded, 'close');
    expect(texts.join('')).toBe('☕');
  });

  it('a paused reader gets nothing until it goes on', async () => {
    const child = new MockProcess();
    const chunks = collect(child);
    await once(child, 'spawn');
    child.stdout.pause();
    child.sayRaw('one').sayRaw('two');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(chunks).toEqual([]);
    child.stdout.resume();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(chunks.join('')).toBe('onetwo');
  });

  it('reads lines, whatever the chunks, and an unfinished last one at the end', () => {
    const child = new MockProcess();
    const heard: string[] = [];
    child.behave({ line: (line) => void heard.push(line) });
    child.stdin.on('error', () => {});
    child.stdin.write('{"a":1}\n{"b"');
    expect(child.written).toEqual(['{"a":1}']);
    child.stdin.end(':2}\nlast');
    return once(child, 'exit').then(() => {
      expect(child.written).toEqual(['{"a":1}', '{"b":2}', 'last']);
      expect(heard).toEqual(child.written);
    });
  });

  it('while it does not read, writes wait; then they are taken in order', async () => {
    const child = new MockProcess().read(false);
    const flushed: string[] = [];
    child.stdin.write('one\n', () => flushed.push('one'));
    child.stdin.write('two\n', () => flushed.push('two'));
    await once(child, 'spawn');
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([flushed, child.written]).toEqual([[], []]);
    child.read(true);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect([flushed, child.written]).toEqual([
      ['one', 'two'],
      ['one', 'two'],
    ]);
  });

  it('ignores the signals and the end of stdin that it is told to, but never SIGKILL', async () => {
    const child = new MockProcess({ ignores: ['SIGTERM', 'EOF', 'SIGKILL'] });
    expect(child.kill()).toBe(true);
    child.stdin.end();
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(child.poll()).toBe(null);
    expect(child.exitCode).toBe(null);
    child.kill('SIGKILL');
    expect(await once(child, 'exit')).toEqual([null, 'SIGKILL']);
    expect(child.signals).toEqual(['SIGTERM', 'SIGKILL']);
  });
});
