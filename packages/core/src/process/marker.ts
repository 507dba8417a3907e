/** The variable that every process of a tree carries: nothing else finds one that has left its parent, its group and its session. */
export const treeVariable = 'SUBWIRE_TREE';

/** The variable that counts how many hosts of ours sit above a process. */
export const depthVariable = 'SUBWIRE_DEPTH';

/** Whether a text is a marker of ours. Anything else, above all an empty text, would match strangers. */
export function isMarker(text: unknown): text is string {
  return typeof text === 'string' && /^[0-9a-f]{32}$/.test(text);
}

/** 128 random bits, so that a match is no accident. */
export function createMarker(): string {
  return Buffer.from(crypto.getRandomValues(new Uint8Array(16))).toString('hex');
}

/**
 * The value of {@link treeVariable} for a tree of ours. A host that itself runs inside such a tree hands on what it carries: whoever ends the outer
 * tree ends the inner one with it.
 */
export function chainMarkers(outer: string | undefined, marker: string): string {
  const markers = (outer ?? '').split(':').filter(isMarker);
  return [...markers, marker].join(':');
}
