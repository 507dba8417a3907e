export { chunkedLines, chunkings, type ChunkedLines, type ChunkedLinesOptions } from './arbitrary/chunkings.ts';
export { contentBlocks, frameKinds, frames, type Frame, type FrameKind, type FramesOptions } from './arbitrary/frames.ts';
export { histories, type HistoriesOptions, type HistoryEntry } from './arbitrary/histories.ts';
export { awkwardTexts, jsonObjects, jsonValues } from './arbitrary/json.ts';
