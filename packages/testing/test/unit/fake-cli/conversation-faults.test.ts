import { describe, expect, it } from 'vitest';
import { session, user, control, types, resultsOf } from './fault-session.ts';

describe('faults of the conversation', () => {
  it('stall: silent after so many lines, for a while or for ever, then everything in order', () => {
    const ever = session([{ name: 'stall', at: 1 }]);
    ever.send(user('hello'));
    ever.pass(1_000_000);
    expect(types(ever.played)).toEqual(['system/init']);
    const while_ = session([{ name: 'stall', at: 1, ms: 500 }]);
    while_.send(user('hello'));
    while_.pass(400);
    expect(types(while_.played)).toEqual(['system/init']);
    while_.pass(200);
    expect(types(while_.played)).toEqual(['system/init', 'assistant', 'result']);
  });

  it('never-init answers everything but initialize', () => {
    const fake = session([{ name: 'never-init' }]);
    fake.send(control('initialize'), control('mcp_status'));
    fake.pass(100);
    expect(fake.played.frames.map((frame) => (frame['response'] as { request_id: string }).request_id)).toEqual(['mcp_status']);
  });

  it('never-result says everything but the result, until it is interrupted', () => {
    const fake = session([{ name: 'never-result' }]);
    fake.send(user('hello'));
    fake.pass(1_000_000);
    expect(types(fake.played)).toEqual(['system/init', 'assistant']);
    fake.send(control('interrupt'));
    fake.pass(10);
    expect(resultsOf(fake.played)).toMatchObject([{ subtype: 'error_during_execution' }]);
    const scripted = session([{ name: 'never-result' }], { steps: [{ assistant: 'x' }, { result: 'x' }, { hang: true }] });
    expect(types(scripted.played)).toEqual(['assistant']);
  });

  it('result-then-hang: nothing after the first result, and EOF is not heard', () => {
    const fake = session([{ name: 'result-then-hang' }]);
    fake.send(user('hello'));
    fake.pass(100);
    const said = fake.played.frames.length;
    fake.send(user('again'), control('mcp_status'));
    fake.behavior.end();
    fake.pass(1000);
    expect([fake.played.frames.length, fake.played.exit, resultsOf(fake.played).length]).toEqual([said, undefined, 1]);
    fake.behavior.signal('SIGTERM');
    expect(fake.played.exit).toBe(143);
  });

  it('eof-without-result: gone with code 0 where the result should be', () => {
    const fake = session([{ name: 'eof-without-result' }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect([types(fake.played), fake.played.exit]).toEqual([['system/init', 'assistant'], 0]);
  });

  it('hang-with-heartbeat: nothing but keep_alive, again and again', () => {
    const fake = session([{ name: 'hang-with-heartbeat', ms: 50 }]);
    fake.send(control('mcp_status'), user('hello'));
    fake.pass(220);
    expect(types(fake.played)).toEqual(['control_response', 'keep_alive', 'keep_alive', 'keep_alive', 'keep_alive', 'keep_alive']);
    fake.behavior.end();
    expect(fake.played.exit).toBe(0);
  });

  it.each([0, 1, 2, 3])('exit-at: gone after %i lines', (at) => {
    const fake = session([{ name: 'exit-at', at, code: 9, stderr: 'last words' }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect([fake.lines().length, fake.played.exit, fake.played.stderr]).toEqual([at, 9, ['last words']]);
    const killed = session([{ name: 'exit-at', at, signal: 'SIGSEGV' }]);
    killed.send(user('hello'));
    killed.pass(100);
    expect([killed.lines().length, killed.played.signal]).toEqual([at, 'SIGSEGV']);
  });

  it('ignore-eof, ignore-term, ignore-interrupt: each alone', () => {
    const eof = session([{ name: 'ignore-eof' }]);
    eof.behavior.end();
    expect(eof.played.exit).toBe(undefined);
    eof.behavior.signal('SIGTERM');
    expect(eof.played.exit).toBe(143);
    const term = session([{ name: 'ignore-term' }]);
    for (const signal of ['SIGTERM', 'SIGINT', 'SIGHUP'] as const) term.behavior.signal(signal);
    expect(term.played.exit).toBe(undefined);
    term.behavior.end();
    expect(term.played.exit).toBe(0);
    const interrupt = session([{ name: 'ignore-interrupt' }], { turns: [{ kind: 'hang', ms: 500 }] });
    interrupt.send(user('hello'));
    interrupt.pass(50);
    interrupt.send(control('interrupt'), control('mcp_status'));
    interrupt.pass(1000);
    expect(types(interrupt.played)).toEqual(['system/init', 'control_response', 'assistant', 'result']);
  });

  it('slow-init: nothing is read meanwhile, nothing is lost, and a signal kills', () => {
    const fake = session([{ name: 'slow-init', ms: 300 }]);
    fake.send(control('initialize'));
    fake.behavior.end();
    fake.pass(250);
    expect([fake.played.frames.length, fake.played.exit]).toEqual([0, undefined]);
    fake.pass(100);
    expect([types(fake.played), fake.played.exit]).toEqual([['control_response'], 0]);
    const killed = session([{ name: 'slow-init' }]);
    killed.behavior.signal('SIGTERM');
    expect([killed.played.exit, killed.played.signal]).toEqual([undefined, 'SIGTERM']);
  });

  it('refuse: flags that are missing, and flags that are not wanted', () => {
    const args = ['--input-format', 'stream-json', '--output-format', 'stream-json', '--resume=x'];
    expect(session([{ name: 'refuse', flags: ['--input-format', '--resume'] }], {}, args).played.exit).toBe(undefined);
    const missing = session([{ name: 'refuse', flags: ['--verbose', '--model'] }], {}, args);
    expect([missing.played.exit, missing.played.stderr]).toEqual([1, ["error: required option '--verbose', '--model' not specified"]]);
    expect(session([{ name: 'refuse', without: ['--resume'], code: 4 }], {}, args).played).toMatchObject({
      exit: 4,
      stderr: ["error: option '--resume' not allowed"],
    });
  });

  it('crash-on-input: at the message that it does not stand, so many times', () => {
    const fake = session([{ name: 'crash-on-input', text: 'poison', code: 5 }]);
    fake.send(control('initialize'), user('fine'));
    fake.pass(100);
    expect([resultsOf(fake.played).length, fake.played.exit]).toEqual([1, undefined]);
    fake.send(user('some poison'));
    expect(fake.played.exit).toBe(5);
    const twice = session([{ name: 'crash-on-input', times: 0 }]);
    twice.send(user('x'));
    twice.pass(100);
    expect(twice.played.exit).toBe(undefined);
    expect(session([{ name: 'crash-on-input', signal: 'SIGABRT' }]).played.signal).toBe(undefined);
  });

  it('report-cost: each result costs so much more, per model too', () => {
    const fake = session([{ name: 'report-cost', usd: 0.5 }]);
    for (const text of ['a', 'b']) {
      fake.send(user(text));
      fake.pass(100);
    }
    expect(
      resultsOf(fake.played).map((result) => [
        result['total_cost_usd'],
        (result['modelUsage'] as Record<string, { costUSD: number }>)['claude-opus-5-5']!.costUSD,
      ]),
    ).toEqual([
      [0.5, 0.5],
      [1, 1],
    ]);
  });

  it('stray-result: an empty one of other origin before the real one', () => {
    const fake = session([{ name: 'stray-result' }]);
    fake.send({ ...user('hello'), uuid: 'message-1' });
    fake.pass(100);
    expect(resultsOf(fake.played)).toMatchObject([
      { result: '', origin: { kind: 'task-notification' } },
      { result: 'hello', user_message_uuids: ['message-1'] },
    ]);
    expect(resultsOf(fake.played)[0]).not.toHaveProperty('user_message_uuids');
  });

  it('double-result and unknown-frame', () => {
    const fake = session([{ name: 'double-result' }, { name: 'unknown-frame', lines: 2 }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect(types(fake.played)).toEqual([
      'system/init',
      'hologram',
      'system/tea_break',
      'hologram',
      'system/tea_break',
      'assistant',
      'result',
      'result',
    ]);
  });

  it('background-task: started in the turn, ended after its result, then a turn that nobody asked for', () => {
    const fake = session([{ name: 'background-task', ms: 500, taskType: 'local_agent' }]);
    fake.send(user('hello'));
    fake.pass(100);
    expect(types(fake.played)).toEqual(['system/init', 'system/background_tasks_changed', 'system/task_started', 'assistant', 'result']);
    expect(fake.played.frames[2]).toMatchObject({ task_type: 'local_agent', is_backgrounded: true });
    fake.behavior.end();
    expect(fake.played.exit).toBe(undefined);
    fake.pass(1000);
    expect(types(fake.played).slice(5)).toEqual([
      'system/task_updated',
      'system/task_notification',
      'system/background_tasks_changed',
      'system/init',
      'assistant',
      'result',
    ]);
    expect(resultsOf(fake.played)[1]).toMatchObject({ origin: { kind: 'task-notification' } });
    expect(fake.played.exit).toBe(0);
  });

  it('background-task: stop_task ends it early', () => {
    const fake = session([{ name: 'background-task', ms: 5000 }]);
    fake.send(user('hello'));
    fake.pass(100);
    const { task_id } = fake.played.frames[2] as { task_id: string };
    fake.send(control('stop_task', { task_id }));
    expect(fake.played.frames.find((frame) => frame['subtype'] === 'task_notification')).toMatchObject({ task_id, status: 'stopped' });
    fake.pass(10_000);
    expect(resultsOf(fake.played)).toHaveLength(1);
  });

  it('late-control: answers come later, initialize does not', () => {
    const fake = session([{ name: 'late-control', ms: 300, subtype: 'set_model' }]);
    fake.send(control('initialize'), control('set_model', { model: 'x' }), control('mcp_status'));
    fake.pass(200);
    const ids = (): readonly unknown[] => fake.played.frames.map((frame) => (frame['response'] as { request_id: string }).request_id);
    expect(ids()).toEqual(['initialize', 'mcp_status']);
    fake.pass(200);
    expect(ids()).toEqual(['initialize', 'mcp_status', 'set_model']);
  });

  it('works on scripted processes too, and in any order of listing', () => {
    const steps = [{ say: { a: 1 } }, { say: { b: 2 } }] as const;
    const one = session([{ name: 'chunk', bytes: 4 }, { name: 'crlf' }], { steps });
    const other = session([{ name: 'crlf' }, { name: 'chunk', bytes: 4 }], { steps });
    expect(one.bytes().toString()).toBe('{"a":1}\r\n{"b":2}\r\n');
    expect(other.played.raw).toEqual(one.played.raw);
    expect(Math.max(...one.played.raw.map((piece) => piece.length))).toBe(4);
  });
});
