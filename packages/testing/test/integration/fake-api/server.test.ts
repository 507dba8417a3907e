import { existsSync, writeFileSync } from 'node:fs';
import { request as httpRequest } from 'node:http';
import path from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it, vi } from 'vitest';
import { startFakeApi } from '../../../src/index.ts';
import { ask } from './ask.ts';

describe('the server', () => {
  it('records requests with their purpose and says what a client that goes away did', async () => {
    await using api = await startFakeApi({ steps: [{ kind: 'hang' }] });
    const leaving = new AbortController();
    const asked = ask(api, { stream: true }, leaving.signal);
    await vi.waitFor(() => {
      expect(api.requests).toHaveLength(1);
    });
    leaving.abort();
    await expect(asked).rejects.toThrow();
    await vi.waitFor(() => {
      expect(api.requests[0]!.outcome).toBe('client-gone');
    });
    expect(api.requests[0]).toMatchObject({
      method: 'POST',
      path: '/v1/messages',
      url: '/v1/messages?beta=true',
      purpose: 'turn',
      body: { model: 'claude-test' },
    });
    expect(api.requests[0]!.headers['x-api-key']).toBe(api.env['ANTHROPIC_API_KEY']);
  });

  it('answers what a CLI asks besides, and uses up no step for it', async () => {
    await using api = await startFakeApi({
      steps: [
        { kind: 'text', text: 'first' },
        { kind: 'text', text: 'second' },
      ],
    });
    const counted = await fetch(`${api.url}/v1/messages/count_tokens`, { method: 'POST', body: JSON.stringify({ messages: [] }) });
    expect(await counted.json()).toEqual({ input_tokens: 4 });
    expect(await (await fetch(`${api.url}/v1/models`)).json()).toEqual({ data: [], has_more: false, first_id: null, last_id: null });
    expect((await fetch(api.url, { method: 'HEAD' })).status).toBe(200);
    const missing = await fetch(`${api.url}/v1/files`, { method: 'POST', body: '{}' });
    expect([missing.status, await missing.json()]).toMatchObject([404, { type: 'error', error: { type: 'not_found_error' } }]);
    expect(await (await ask(api, { max_tokens: 1 })).json()).toMatchObject({ content: [{ text: 'ok' }] });
    expect(await (await ask(api)).json()).toMatchObject({ content: [{ text: 'first' }] });
    expect(api.requests.map(({ purpose }) => purpose)).toEqual(['count-tokens', 'other', 'other', 'other', 'warm-up', 'turn']);
    expect(api.turns.map(({ index }) => index)).toEqual([5]);
  });

  it('reads a packed body and refuses one that is no object', async () => {
    await using api = await startFakeApi({ inlineScripts: true });
    const body = gzipSync(JSON.stringify({ messages: [{ role: 'user', content: '<<fake {"kind":"text","text":"unpacked"}>>' }] }));
    const packed = await fetch(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-encoding': 'gzip' }, body });
    expect(await packed.json()).toMatchObject({ content: [{ text: 'unpacked' }] });
    expect((await fetch(`${api.url}/v1/messages`, { method: 'POST', body: '[' })).status).toBe(400);
  });

  it('gives each client its own port, key and folder, and nothing that the caller did not ask for', async () => {
    await using one = await startFakeApi();
    await using two = await startFakeApi({ env: { CLAUDE_CONFIG_DIR: '/chosen', EXTRA: '1' } });
    expect(one.url).not.toBe(two.url);
    expect(one.env).toMatchObject({
      ANTHROPIC_BASE_URL: one.url,
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      DISABLE_TELEMETRY: '1',
      DISABLE_AUTOUPDATER: '1',
      DISABLE_ERROR_REPORTING: '1',
      ANTHROPIC_AUTH_TOKEN: '',
    });
    expect(new URL(one.url).hostname).toBe('127.0.0.1');
    expect(two.env).toMatchObject({ CLAUDE_CONFIG_DIR: '/chosen', EXTRA: '1' });
  });

  it('closes at once although an answer is open, frees the port and removes its folder', async () => {
    const api = await startFakeApi({ steps: [{ kind: 'hang' }] });
    const folder = api.env['CLAUDE_CONFIG_DIR']!;
    writeFileSync(path.join(folder, 'left-behind.json'), '{}');
    const asked = ask(api).catch(() => 'broken');
    await vi.waitFor(() => {
      expect(api.requests).toHaveLength(1);
    });
    await Promise.all([api.close(), api.close()]);
    expect(await asked).toBe('broken');
    expect(existsSync(folder)).toBe(false);
    await expect(fetch(api.url)).rejects.toThrow();
    expect(api.requests[0]!.outcome).toBe('cut');
  });

  it('survives a client that goes in the middle of its own request', async () => {
    await using api = await startFakeApi();
    await new Promise<void>((resolve) => {
      const half = httpRequest(`${api.url}/v1/messages`, { method: 'POST', headers: { 'content-length': 100 } });
      half.on('error', () => {
        resolve();
      });
      half.write('{"half":');
      setTimeout(() => half.destroy(new Error('gone')), 50);
    });
    expect((await ask(api)).status).toBe(200);
    expect(api.requests).toHaveLength(1);
  });
});
