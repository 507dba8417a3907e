import { expect, test } from 'vitest';
import { holdUntilSubscribed } from '../../../src/streams/hold-until-subscribed.ts';

function listen(stream: ReturnType<typeof holdUntilSubscribed<string>>): string[] {
  const seen: string[] = [];
  stream.stream$.subscribe({
    next: (value) => seen.push(`${value}:${stream.weight}`),
    error: (cause) => seen.push(String(cause)),
    complete: () => seen.push('|'),
  });
  return seen;
}

test('holds for the first subscriber, in order and with weights; later ones get what comes then', () => {
  const held = holdUntilSubscribed<string>(10, () => 'overflow');
  held.next('a', 1);
  held.next('b', 2);
  expect(held.held).toBe(2);
  const first = listen(held);
  held.next('c', 3);
  const second = listen(held);
  held.next('d');
  held.complete();
  held.next('late');
  expect(first).toEqual(['a:1', 'b:2', 'c:3', 'd:0', '|']);
  expect(second).toEqual(['d:0', '|']);
  expect(listen(held)).toEqual(['|']);
});

test('holds the end as well: its failure comes after what was said before it', () => {
  const held = holdUntilSubscribed<string>(10, () => 'overflow');
  held.next('a');
  held.error('broken');
  held.complete();
  expect(listen(held)).toEqual(['a:0', 'broken']);
});

test('more than its limit ends it, and what was held is still delivered', () => {
  const held = holdUntilSubscribed<string>(2, () => 'overflow');
  for (const value of ['a', 'b', 'c', 'd']) held.next(value);
  expect(listen(held)).toEqual(['a:0', 'b:0', 'overflow']);
});

test('what a subscriber says while it gets the held items comes after them', () => {
  const held = holdUntilSubscribed<string>(10, () => 'overflow');
  held.next('a');
  held.next('b');
  const seen: string[] = [];
  held.stream$.subscribe((value) => {
    seen.push(value);
    if (value === 'a') held.next('c');
  });
  expect(seen).toEqual(['a', 'b', 'c']);
});
