export { decodeLines, type DecodeLinesOptions } from './operators/decode-lines.ts';
export { defaultPatterns, type DetectedPattern, detectPatterns } from './operators/detect-patterns.ts';
export { ofType } from './operators/of-type.ts';
export { type Numbered, type Resumable, resumable, type ResumableOptions } from './operators/resumable.ts';
export { textLines } from './operators/text-lines.ts';
export { textOf } from './operators/text-of.ts';
export { toUsage, type TurnUsage } from './operators/to-usage.ts';
export { untilResult } from './operators/until-result.ts';
