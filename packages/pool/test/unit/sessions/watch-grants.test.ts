import { expect, test } from 'vitest';
import { watchGrants } from '../../../src/sessions/watch-grants.ts';

const context = { signal: new AbortController().signal };

test.each([
  ['nothing', {}, false],
  ['an empty list', { updatedPermissions: [] }, false],
  ['a rule', { updatedPermissions: [{ type: 'addRules' }] }, true],
  ['a rule for a request of permission', { hookSpecificOutput: { decision: { updatedPermissions: [{ type: 'setMode' }] } } }, true],
])('Q18 a hook that answers with %s', async (_what, output, grants) => {
  const hook = (): Promise<object> => Promise.resolve(output);
  const { options, hasGranted } = watchGrants({ hooks: { PermissionRequest: [{ matcher: 'Bash', hooks: [hook] }] } });
  expect(hasGranted()).toBe(false);
  const [matcher] = options.hooks?.['PermissionRequest'] ?? [];
  expect(matcher?.matcher).toBe('Bash');
  const watched = matcher?.hooks[0] as unknown as (...args: readonly unknown[]) => Promise<unknown>;
  expect(await watched({}, undefined, context)).toBe(output);
  expect(hasGranted()).toBe(grants);
});

test('options without callbacks stay as they are', () => {
  expect(watchGrants({ model: 'opus' }).options).toEqual({ model: 'opus' });
});
