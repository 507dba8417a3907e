/** Ends the turn of whoever holds it. */
export type Unlock = () => void;

// One queue per place for the whole host: two pools that share a configuration are as dangerous to each other as two workers of one.
const tails = new Map<string, Promise<void>>();

/**
 * Waits until no other start that shares this place is under way. Agents rewrite their common configuration when they start, and not atomically: two
 * at once leave half a file.
 */
export async function lockStart(place: string, signal: AbortSignal): Promise<Unlock> {
  const before = tails.get(place) ?? Promise.resolve();
  let open: Unlock = () => {};
  const mine = before.then(
    () =>
      new Promise<void>((resolve) => {
        open = resolve;
      }),
  );
  const tail = mine.finally(() => {
    if (tails.get(place) === tail) tails.delete(place);
  });
  tails.set(place, tail);
  let stop = (): void => {};
  const aborted = new Promise<'aborted'>((resolve) => {
    stop = () => resolve('aborted');
    if (signal.aborted) stop();
    else signal.addEventListener('abort', stop, { once: true });
  });
  const outcome = await Promise.race([before, aborted]);
  signal.removeEventListener('abort', stop);
  if (outcome !== 'aborted') return () => open();
  // Its turn comes all the same and is given up at once, so that those behind it do not wait for ever.
  void before.then(() => open());
  throw signal.reason;
}
