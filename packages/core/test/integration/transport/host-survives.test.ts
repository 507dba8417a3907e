import { spawn } from 'node:child_process';
import { rm } from 'node:fs/promises';
import path from 'node:path';
import { expect, test } from 'vitest';
import { bundleHost } from '../../support/bundle-host.ts';

test('P16 a CLI that dies at any of 20 points of a conversation costs its caller one typed error and never the host', async () => {
  const host = await bundleHost(new URL('../../fixtures/hosts/death-points.ts', import.meta.url));
  try {
    const child = spawn(process.execPath, ['--unhandled-rejections=strict', '--trace-uncaught', host, '20'], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    const text = { stdout: '', stderr: '' };
    for (const name of ['stdout', 'stderr'] as const) child[name].setEncoding('utf8').on('data', (chunk: string) => (text[name] += chunk));
    const code = await new Promise((resolve) => child.once('close', resolve));
    expect({ code, stderr: text.stderr }).toEqual({ code: 0, stderr: '' });
    const visits = JSON.parse(text.stdout) as unknown[];
    expect(visits).toEqual(Array.from({ length: 20 }, (_, point) => ({ point, errors: 1, untyped: [] })));
  } finally {
    await rm(path.dirname(host), { recursive: true, force: true });
  }
});
