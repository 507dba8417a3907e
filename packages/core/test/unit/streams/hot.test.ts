import { expect, test } from 'vitest';
import { createHot } from '../../../src/streams/hot.ts';

function listen<T>(hot: ReturnType<typeof createHot<T>>, onNext: (value: T) => void = () => undefined) {
  const seen: unknown[] = [];
  const subscription = hot.stream$.subscribe({
    next(value) {
      seen.push(value);
      onNext(value);
    },
    error: (cause: unknown) => seen.push({ cause }),
    complete: () => seen.push('|'),
  });
  return { seen, subscription };
}

test('gives each subscriber what comes while it is there, and those who come later the end', () => {
  const hot = createHot<number>();
  hot.next(0);
  const first = listen(hot);
  hot.next(1);
  const second = listen(hot);
  first.subscription.unsubscribe();
  hot.next(2);
  hot.complete();
  hot.next(3);
  hot.error('late');
  expect([first.seen, second.seen, listen(hot).seen]).toEqual([[1], [2, '|'], ['|']]);
});

test('an error is the end of all, of later ones too', () => {
  const hot = createHot<number>();
  const all = [listen(hot), listen(hot)];
  hot.error('broken');
  hot.complete();
  expect([...all, listen(hot)].map(({ seen }) => seen)).toEqual([[{ cause: 'broken' }], [{ cause: 'broken' }], [{ cause: 'broken' }]]);
});

test('who comes in the middle of a value gets the next one, and who is sent away in the middle gets none', () => {
  const hot = createHot<number>();
  let joined: ReturnType<typeof listen<number>> | undefined;
  const first = listen(hot, () => {
    joined ??= listen(hot);
    second.subscription.unsubscribe();
  });
  const second = listen(hot);
  hot.next(1);
  hot.next(2);
  expect([first.seen, second.seen, joined?.seen]).toEqual([[1, 2], [], [2]]);
});
