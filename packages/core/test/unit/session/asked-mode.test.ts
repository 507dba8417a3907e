import { expect, test } from 'vitest';
import type { Diagnostic, SessionOptions } from '@subwire/core';
import { handshake, openInMemory } from './in-memory.ts';

const onToolUse: SessionOptions['onToolUse'] = async () => ({ behavior: 'allow' });

const flagsOf = (args: readonly string[]): readonly string[] => args.filter((word) => word.startsWith('--permission-mode'));

/** What is reported when the agent begins in a mode. */
async function reported(mode: string, options: SessionOptions): Promise<readonly string[]> {
  const steps = [...handshake, { expect: 'user' }, { init: { permissionMode: mode } }, { result: 'ok' }, { hang: true }] as never;
  const { session } = await openInMemory(steps, options);
  const diagnostics: Diagnostic[] = [];
  session.diagnostics$.subscribe((diagnostic) => diagnostics.push(diagnostic));
  await session.prompt('go').result();
  return diagnostics.filter(({ code }) => code === 'CALLBACK_SHADOWED').map(({ message }) => message);
}

test.each<[string, SessionOptions, readonly string[]]>([
  ['isolated', { isolated: true }, ['--permission-mode=default']],
  ['without sources of settings', { settingSources: [] }, ['--permission-mode=default']],
  ['with settings that may name a mode', { isolated: true, settings: { permissions: { defaultMode: 'plan' } } }, []],
  ['isolated but for a source of settings', { isolated: true, settingSources: ['project'] }, []],
  ['that reads the settings of its machine', {}, []],
  ['isolated, whose mode is named', { isolated: true, permissionMode: 'plan' }, ['--permission-mode=plan']],
])('an agent %s, with a permission callback, has these flags', async (_, options, flags) => {
  const { specs } = await openInMemory({}, { ...options, onToolUse });
  expect(flagsOf(specs[0]!.args)).toEqual(flags);
});

test('without a callback the mode is left to the agent', async () => {
  const { specs } = await openInMemory({}, { isolated: true });
  expect(flagsOf(specs[0]!.args)).toEqual([]);
  expect(await reported('auto', {})).toEqual([]);
});

test.each(['acceptEdits', 'auto', 'bypassPermissions', 'dontAsk'])(
  'the mode %s, which nobody asked for, is reported once as passing the callback over',
  async (mode) => {
    expect(await reported(mode, { onToolUse })).toEqual([expect.stringContaining(`permission mode ${mode}`)]);
  },
);

test.each(['default', 'plan', 'constructor'])('the mode %s is not reported', async (mode) => {
  expect(await reported(mode, { onToolUse })).toEqual([]);
});

test('a mode that was asked for is not reported by what the agent says', async () => {
  expect(await reported('auto', { onToolUse, permissionMode: 'auto' })).toEqual([]);
});
