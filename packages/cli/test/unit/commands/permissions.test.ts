import type { ToolUseContext } from '@subwire/core';
import { describe, expect, it, vi } from 'vitest';
import { createPermissions } from '../../../src/commands/shared/permissions.ts';
import { createFakeIo, type FakeIo } from '../../support/fake-io.ts';

const context = (more: Partial<ToolUseContext> = {}): ToolUseContext => ({
  signal: new AbortController().signal,
  requestId: 'r1',
  ...more,
});
const terminal = (...answers: readonly (string | undefined)[]): FakeIo => createFakeIo({ terminal: true, answers });

describe('createPermissions', () => {
  it('refuses with the reason where nobody can be asked, and tells how to allow it', async () => {
    const io = createFakeIo({ stdin: '' });
    const verdict = await createPermissions(io, { quiet: false, onBrokenOff: () => undefined })('Bash', { command: 'ls' }, context());
    expect(verdict).toMatchObject({ behavior: 'deny', message: expect.stringContaining('nobody can be asked') as string });
    expect(io.err).toBe('⏺ Bash ls was denied: nobody can be asked here; --allowed-tools Bash or --permission-mode allows it\n');
    expect(io.questions).toEqual([]);
  });

  it('refuses silently with --quiet', async () => {
    const io = createFakeIo({ stdin: '' });
    await createPermissions(io, { quiet: true, onBrokenOff: () => undefined })('Bash', {}, context());
    expect(io.err).toBe('');
  });

  it('asks a person, and offers to remember only when the agent has a rule for it', async () => {
    const io = terminal('once', 'always', 'no');
    const decide = createPermissions(io, { quiet: false, onBrokenOff: () => undefined });
    expect(await decide('Bash', { command: 'ls' }, context())).toEqual({ behavior: 'allow' });
    const suggestions = [{ type: 'addRules' }];
    expect(await decide('Bash', {}, context({ suggestions }))).toEqual({ behavior: 'allow', updatedPermissions: suggestions });
    expect(await decide('Bash', {}, context())).toEqual({ behavior: 'deny', message: 'The user said no.' });
    expect(io.questions.map(({ choices }) => choices.map(({ value }) => value))).toEqual([
      ['once', 'no'],
      ['once', 'always', 'no'],
      ['once', 'no'],
    ]);
    expect(io.questions[0]!.message).toBe('May it run Bash ls ?');
  });

  it('interrupts the turn when the question is broken off, and not when the agent takes it back', async () => {
    const onBrokenOff = vi.fn();
    const decide = createPermissions(terminal(undefined, undefined), { quiet: false, onBrokenOff });
    expect(await decide('Bash', {}, context())).toMatchObject({ behavior: 'deny' });
    expect(onBrokenOff).toHaveBeenCalledTimes(1);
    const controller = new AbortController();
    const verdict = decide('Bash', {}, context({ signal: controller.signal }));
    controller.abort();
    expect(await verdict).toMatchObject({ behavior: 'deny' });
    expect(onBrokenOff).toHaveBeenCalledTimes(1);
  });

  it('asks one question at a time', async () => {
    let open = 0;
    let most = 0;
    const io: FakeIo = {
      ...terminal(),
      canAsk: true,
      choose: async () => {
        most = Math.max(most, (open += 1));
        await new Promise((resolve) => setImmediate(resolve));
        open -= 1;
        return 'once';
      },
    };
    const decide = createPermissions(io, { quiet: false, onBrokenOff: () => undefined });
    await Promise.all([decide('A', {}, context()), decide('B', {}, context()), decide('C', {}, context())]);
    expect(most).toBe(1);
  });

  it("answers the agent's own questions through its tool for them", async () => {
    const questions = [{ question: 'Which?', header: 'Pick', options: [{ label: 'A', description: 'a' }, { label: 'B' }] }];
    const decide = createPermissions(terminal('B'), { quiet: false, onBrokenOff: () => undefined });
    expect(await decide('AskUserQuestion', { questions }, context())).toEqual({
      behavior: 'allow',
      updatedInput: { questions, answers: { 'Which?': 'B' } },
    });
  });

  it('shows nothing of a tool that a terminal would act on', async () => {
    const io = terminal('no');
    await createPermissions(io, { quiet: false, onBrokenOff: () => undefined })('Bash', { command: 'x\u001b[2Jy\nz' }, context());
    expect(io.questions[0]!.message).toBe('May it run Bash x[2Jy z ?');
  });
});
