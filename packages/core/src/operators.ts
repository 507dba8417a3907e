export { ofType } from './operators/of-type.ts';
export { textOf } from './operators/text-of.ts';
export { untilResult } from './operators/until-result.ts';
