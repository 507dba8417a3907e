export { work as default } from './pool-work.mjs';
