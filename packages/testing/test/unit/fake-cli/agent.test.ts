import { describe, expect, it } from 'vitest';
import { createBehavior } from '../../../src/fake-cli/behavior.ts';
import type { JsonObject } from '../../../src/scenario/json.ts';
import type { Scenario } from '../../../src/scenario/scenario.ts';
import { manualClock, memoryHost, type Played } from './replay.ts';

const stream = ['--input-format', 'stream-json', '--output-format', 'stream-json'];

/** Sends lines to a fake with these arguments, lets a minute pass after each, ends stdin, and gives all that it said. */
function converse(
  frames: readonly object[],
  options: { readonly args?: readonly string[]; readonly env?: Record<string, string>; readonly scenario?: Scenario } = {},
): Played {
  const clock = manualClock();
  const { host, played } = memoryHost(clock, { argv: [...stream, ...(options.args ?? [])], env: options.env ?? {} });
  const behavior = createBehavior(host, options.scenario ?? {});
  behavior.start();
  const pass = (): void => {
    const until = clock.nowMs() + 60_000;
    while (clock.step(until));
  };
  for (const frame of frames) {
    behavior.line(JSON.stringify(frame));
    pass();
  }
  behavior.end();
  pass();
  return played;
}

const user = (content: string, fields: object = {}): object => ({ type: 'user', message: { role: 'user', content }, ...fields });
const results = (played: Played): readonly JsonObject[] => played.frames.filter((frame) => frame['type'] === 'result');
const tool = { kind: 'tool_use', name: 'Read', input: {}, output: 'x' } as const;

describe('a fake agent', () => {
  it('stops at --max-turns and --max-budget-usd, with the error results of the real one', () => {
    const scenario: Scenario = { turns: [[tool, tool, tool]] };
    const turns = converse([user('go')], { args: ['--max-turns', '2'], scenario });
    expect(results(turns)).toMatchObject([
      { subtype: 'error_max_turns', terminal_reason: 'max_turns', errors: ['Reached maximum number of turns (2)'], num_turns: 3 },
    ]);
    expect(turns.exit).toBe(1);
    const budget = converse([user('go')], { args: ['--max-budget-usd', '0.0000001'], scenario });
    expect(results(budget)).toMatchObject([
      { subtype: 'error_max_budget_usd', terminal_reason: 'budget_exhausted', errors: ['Reached maximum budget ($1e-7)'], num_turns: 1 },
    ]);
    expect(budget.frames.some((frame) => frame['type'] === 'user')).toBe(false);
  });

  it('counts tokens and costs over the process, and per result', () => {
    const played = converse([user('one'), user('two'), user('three')]);
    const [first, second, third] = results(played) as [JsonObject, JsonObject, JsonObject];
    const output = (result: JsonObject, field: string): number =>
      (result[field] as Record<string, { outputTokens: number }>)['claude-opus-5-5']!.outputTokens;
    expect(output(third, 'modelUsage')).toBe(
      [first, second, third].reduce((sum, result) => sum + output(result, 'model_usage_since_last_result'), 0),
    );
    expect(third['total_cost_usd']).toBeGreaterThan(second['total_cost_usd'] as number);
    expect([first, second, third].map((result) => result['result_index'])).toEqual([0, 1, 2]);
  });

  it('answers one turn after the other from the list, and goes on with its last entry', () => {
    const played = converse(
      ['a', 'b', 'c', 'd'].map((text) => user(text)),
      { scenario: { turns: ['one', { kind: 'text', text: 'two' }, [tool, { kind: 'text', text: 'three' }]] } },
    );
    expect(results(played).map((result) => result['result'])).toEqual(['one', 'two', 'three', 'three']);
  });

  it('a prompt that carries its own script wins', () => {
    const played = converse([user('x <<fake {"kind":"text","text":"scripted"}>>'), user('x <<fake not json>>')], {
      scenario: { reply: 'usual' },
    });
    expect(results(played).map((result) => result['result'])).toEqual(['scripted', 'usual']);
  });

  it('takes context without asking the model, and clears the conversation', () => {
    const played = converse([user('context', { shouldQuery: false }), user('/clear'), user('hello')]);
    expect(results(played)).toMatchObject([{ result: '', num_turns: 0 }, { result: '', local_command: 'clear' }, { result: 'hello' }]);
    const at = played.frames.findIndex((frame) => frame['type'] === 'conversation_reset');
    const [reset, tasks, init] = played.frames.slice(at);
    const [before, cleared, after] = results(played).map((result) => result['session_id']);
    expect([reset?.['session_id'], tasks?.['session_id']]).toEqual([before, before]);
    expect([init?.['session_id'], after]).toEqual([cleared, cleared]);
    expect(new Set([before, cleared, reset?.['new_conversation_id']]).size).toBe(3);
    expect(reset?.['uuid']).toBe(reset?.['new_conversation_id']);
  });

  it('counts costs from nothing again after a clear', () => {
    const played = converse([user('hello'), user('/clear'), user('hello')]);
    const costs = results(played).map((result) => result['total_cost_usd'] as number);
    expect(costs[0]).toBeGreaterThan(0);
    expect(costs.slice(1)).toEqual([0, costs[0]]);
    expect(results(played)[1]?.['modelUsage']).toEqual({});
  });

  it('tells its activity when the variable of the official SDK asks for it', () => {
    const states = (env: Record<string, string>): readonly unknown[] =>
      converse([user('hello')], { env }).frames.flatMap((frame) => (frame['subtype'] === 'session_state_changed' ? [frame['state']] : []));
    expect(states({ CLAUDE_CODE_SDK_READS_SESSION_STATE: '1' })).toEqual(['running', 'idle']);
    expect(states({})).toEqual([]);
  });

  it('fails a turn after its retries, lives on, and leaves with 1 only when the last result was an error', () => {
    const turns = [
      { kind: 'error', status: 529 },
      { kind: 'text', text: 'better' },
    ] as const;
    const recovered = converse([user('a'), user('b')], { scenario: { turns } });
    expect(results(recovered)).toMatchObject([{ subtype: 'success', is_error: true, api_error_status: 529 }, { is_error: false }]);
    expect(recovered.frames.filter((frame) => frame['subtype'] === 'api_retry')).toHaveLength(1);
    expect(recovered.exit).toBe(0);
    expect(converse([user('a')], { scenario: { turns }, env: { CLAUDE_CODE_MAX_RETRIES: '0' } }).exit).toBe(1);
    const twice = converse([user('a')], {
      scenario: {
        turns: [
          [
            { kind: 'error', status: 500, times: 2 },
            { kind: 'text', text: 'third time' },
          ],
        ],
      },
    });
    expect([twice.frames.filter((frame) => frame['subtype'] === 'api_retry').length, results(twice)[0]?.['result']]).toEqual([
      2,
      'third time',
    ]);
  });

  it('gives structured output where it was asked for', () => {
    const played = converse([user('go')], { scenario: { turns: [[{ kind: 'tool_use', name: 'StructuredOutput', input: { n: 7 } }]] } });
    expect(results(played)).toMatchObject([{ structured_output: { n: 7 }, result: '{"n":7}', stop_reason: 'tool_use' }]);
  });

  it('withdraws what it asked when the host does not answer a hook in time, and does not run the tool', () => {
    const initialize = {
      type: 'control_request',
      request_id: 'i',
      request: { subtype: 'initialize', hooks: { PreToolUse: [{ hookCallbackIds: ['h'], timeout: 2 }] } },
    };
    const played = converse([initialize, user('go')], { scenario: { turns: [[tool, { kind: 'text', text: 'done' }]] } });
    const asked = played.frames.find((frame) => frame['type'] === 'control_request');
    expect(played.frames.find((frame) => frame['type'] === 'control_cancel_request')).toEqual({
      type: 'control_cancel_request',
      request_id: asked?.['request_id'],
    });
    expect(JSON.stringify(played.frames.find((frame) => frame['type'] === 'user'))).toContain('did not respond before its timeout');
    expect(results(played)).toMatchObject([{ result: 'done', permission_denials: [] }]);
  });

  it('keeps --resume and --session-id, and starts anew with --fork-session', () => {
    const sessionOf = (args: readonly string[]): unknown => converse([user('x')], { args }).frames[0]?.['session_id'];
    expect([sessionOf(['--resume=abc']), sessionOf(['--session-id', 'def'])]).toEqual(['abc', 'def']);
    expect(sessionOf(['--resume', 'abc', '--fork-session'])).not.toBe('abc');
  });
});
