import { chmod, mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { openSession, type SessionOptions } from '@subwire/core';
import { trackProcesses } from '@subwire/testing';
import { realCli } from '../src/real-agent.ts';
import { bash, say, scripted, sessionAgent } from '../src/session-agent.ts';

const guard = trackProcesses();
afterAll(async () => {
  expect(await guard.leaked()).toEqual([]);
  await guard[Symbol.asyncDispose]();
});

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(path.join(tmpdir(), 'subwire-operator-'));
  vi.stubEnv('TMPDIR', folder);
});
afterEach(async () => {
  vi.unstubAllEnvs();
  await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
});

/** What the operator has on this machine: a skill, an MCP server, a setting. Returns the directory of that configuration. */
async function operator(): Promise<string> {
  const config = path.join(folder, 'operator');
  await mkdir(path.join(config, 'skills', 'operators-skill'), { recursive: true });
  await writeFile(
    path.join(config, 'skills', 'operators-skill', 'SKILL.md'),
    '---\nname: operators-skill\ndescription: not for agents\n---\nhi',
  );
  await writeFile(path.join(config, '.claude.json'), JSON.stringify({ mcpServers: { 'operators-mail': { command: 'cat' } } }));
  return config;
}

/** A wrapper around the real CLI, such as operators have, that forgets one argument. */
async function wrapper(forgotten: string): Promise<string> {
  const file = path.join(folder, 'claude');
  const script = `#!/bin/sh\nfor word do shift; case $word in ${forgotten}) ;; *) set -- "$@" "$word" ;; esac; done\nexec ${realCli} "$@"\n`;
  await writeFile(file, script);
  await chmod(file, 0o755);
  return file;
}

/** Every process with a text in its environment, with its command line. */
function carriers(text: string): ReadonlyMap<number, string> {
  const found = new Map<number, string>();
  for (const pid of readdirSync('/proc').map(Number).filter(Number.isInteger)) {
    try {
      if (readFileSync(`/proc/${pid}/environ`, 'utf8').includes(text))
        found.set(pid, readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0').join(' ').trim());
    } catch {
      // Gone between two looks.
    }
  }
  return found;
}

// They are about what the real CLI reads and leaves behind; the fake reads no configuration of anybody's.
describe.skipIf(realCli === undefined)('the process of a session over the real CLI', () => {
  test('P32 nothing of the operator reaches an isolated agent, and one that has it is refused with its name', async () => {
    await using agent = await sessionAgent('real');
    const CLAUDE_CONFIG_DIR = await operator();
    const { CLAUDE_CONFIG_DIR: _, HOME: _2, TMPDIR: _3, ...env } = agent.options.env as Readonly<Record<string, string>>;
    const isolated: SessionOptions = { ...agent.options, isolated: true, env };
    const session = await openSession(isolated);
    expect(await session.prompt(scripted('go', say('fine'))).result()).toMatchObject({ result: 'fine' });
    expect((await session.mcpStatus()).mcpServers).toEqual([]);
    await session.end();

    // The same, but somebody's variable leads the CLI to the operator's configuration, and somebody's wrapper drops the flags that fence it off.
    const leaking = { ...isolated, env: { ...env, CLAUDE_CONFIG_DIR } };
    const skill = { kind: 'skill', name: 'operators-skill' };
    await expect(openSession({ ...leaking, command: await wrapper('--setting-sources=*') })).rejects.toMatchObject({
      code: 'UNREQUESTED_CONFIGURATION',
      surplus: [skill],
    });
    await expect(openSession({ ...leaking, command: await wrapper('--setting-sources=*|--strict-mcp-config') })).rejects.toMatchObject({
      code: 'UNREQUESTED_CONFIGURATION',
      surplus: [{ kind: 'mcp-server', name: 'operators-mail' }, skill],
    });
    // Without a wrapper both flags hold, even so.
    const fenced = await openSession(leaking);
    await fenced.close();
  });

  test('P33 settings, servers and long prompts come by files and stdin, hold after the files are gone, and are on no command line', async () => {
    await using agent = await sessionAgent('real');
    const secret = 'q7secret9of-everything';
    const session = await openSession({
      ...agent.options,
      settings: { permissions: { deny: ['Bash(touch:*)'] }, env: { SHOP_TOKEN: secret } },
      extraArgs: {
        'mcp-config': JSON.stringify({ mcpServers: { shop: { command: 'cat', env: { TOKEN: secret } } } }),
        'append-system-prompt': `${secret} ${'x'.repeat(200_000)}`,
      },
      systemPrompt: 'y'.repeat(200_000),
      jsonSchema: { type: 'object', properties: { n: { type: 'number' } } },
      permissionMode: 'acceptEdits',
      onToolUse: async () => ({ behavior: 'allow' }),
    });
    const words = await readFile(`/proc/${session.transport.pid}/cmdline`, 'utf8');
    expect(words).not.toContain(secret);
    expect(words.length).toBeLessThan(8192);
    expect(words).toMatch(/--settings=.*subwire-args-.*\/settings\.json/);
    await vi.waitFor(async () => expect((await readdir(folder)).filter((name) => name.startsWith('subwire-args-'))).toEqual([]));
    expect((await session.mcpStatus()).mcpServers).toMatchObject([{ name: 'shop' }]);
    const calls = [
      bash('touch denied'),
      bash('echo "$SHOP_TOKEN" > allowed'),
      { kind: 'tool_use', name: 'StructuredOutput', input: { n: 7 } } as const,
    ];
    const result = await session.prompt(scripted('go', ...calls, say('done'))).result();
    expect(result.structured_output).toEqual({ n: 7 });
    expect(existsSync(path.join(agent.cwd, 'denied'))).toBe(false);
    expect(await readFile(path.join(agent.cwd, 'allowed'), 'utf8')).toBe(`${secret}\n`);
    await session.end();
  });

  test('P03 a tool that runs and a child that it has sent into a session of its own are gone after close, and the receipt lists what was left to end', async () => {
    await using agent = await sessionAgent('real');
    const tag = `real-tree-${process.pid}-${Date.now()}`;
    const session = await openSession({
      ...agent.options,
      env: { ...agent.options.env, TREE_TAG: tag },
      permissionMode: 'acceptEdits',
      onToolUse: async () => ({ behavior: 'allow' }),
      shutdown: { termGraceMs: 2000 },
    });
    const script = 'setsid sh -c \'trap "" TERM; while :; do sleep 3601; done\' > /dev/null 2>&1 & sleep 3602';
    const turn = session.prompt(scripted('go', bash(script), say('done')));
    const failed = turn.result().catch((cause: unknown) => cause);
    const find = (text: string): number | undefined => [...carriers(tag)].find(([, command]) => command === text)?.[0];
    await vi.waitFor(() => expect([find('sleep 3601'), find('sleep 3602')]).not.toContain(undefined), { timeout: 20_000, interval: 50 });
    const before = carriers(tag);
    const stubborn = [...before].filter(([, command]) => command.startsWith('sh -c trap')).map(([pid]) => pid);
    expect(stubborn.length).toBe(1);
    const receipt = await session.close();
    expect([...carriers(tag)]).toEqual([]);
    expect(receipt.survivors).toEqual([]);
    expect(receipt.exit).toEqual({ code: 143, signal: null });
    const killed = new Set(receipt.killed.map(({ pid }) => pid));
    // Of the tree, the CLI ends its own tool; whoever has left that is ended by us and listed. Nobody is listed who was not there.
    expect(stubborn.every((pid) => killed.has(pid))).toBe(true);
    expect(killed.has(session.transport.pid!)).toBe(true);
    await failed;
  });
});
