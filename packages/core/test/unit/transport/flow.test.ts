import { expect, test } from 'vitest';
import { createFlow } from '../../../src/transport/flow.ts';

function watch(now?: () => number): { readonly flow: ReturnType<typeof createFlow>; readonly states: boolean[] } {
  const flow = createFlow(now);
  const states: boolean[] = [];
  flow.paused$.subscribe((paused) => states.push(paused));
  return { flow, states };
}

test('pauses while any reader is full', () => {
  const { flow, states } = watch();
  const [a, b] = [{}, {}];
  flow.setFull(a, true);
  flow.setFull(b, true);
  flow.setFull(a, false);
  flow.setFull(b, false);
  expect(states).toEqual([false, true, false]);
});

test('reads on while a control request waits, and pauses again once it is answered', () => {
  const { flow, states } = watch();
  flow.setFull({}, true);
  flow.controlSent('a');
  flow.controlSent('b');
  flow.controlAnswered('a');
  flow.controlAnswered('b');
  expect(states).toEqual([false, true, false, true]);
});

test('a request that nobody answers keeps it open for a minute, not for ever', () => {
  let time = 0;
  const { flow, states } = watch(() => time);
  flow.setFull({}, true);
  flow.controlSent('lost');
  time = 59_000;
  flow.check();
  time = 61_000;
  flow.check();
  expect(states).toEqual([false, true, false, true]);
});

test('once opened it stays open', () => {
  const { flow, states } = watch();
  flow.setFull({}, true);
  flow.open();
  flow.setFull({}, true);
  expect(states).toEqual([false, true, false]);
});

test('of several that nobody answers, those are let go that waited when it began', () => {
  let time = 0;
  const { flow, states } = watch(() => time);
  flow.controlSent('lost');
  flow.controlSent('lost too');
  flow.setFull({}, true);
  time = 30_000;
  flow.controlSent('later');
  time = 61_000;
  flow.check();
  expect(states).toEqual([false]);
  flow.controlAnswered('later');
  expect(states).toEqual([false, true]);
});
