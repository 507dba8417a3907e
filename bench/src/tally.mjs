import { createHash } from 'node:crypto';

/**
 * What a host shows of a message: the one field that a damaged stream would damage.
 * @param {any} message
 * @returns {string}
 */
function contentOf(message) {
  switch (message.type) {
    case 'stream_event':
      return message.event.delta.text;
    case 'user':
      return message.message.content[0].content;
    case 'result':
      return message.result;
    default:
      return message.cwd;
  }
}

/**
 * Counts messages and sums up their content. The cheap sum is part of every timed run; the full hash of every character costs as much as parsing, so it
 * is made in a run of its own.
 * @param {{ count: number, full?: boolean }} options how many messages are expected, and whether to hash all of them
 */
export function createTally({ count: expected, full = false }) {
  const hash = full ? createHash('sha256') : undefined;
  let count = 0;
  let sum = 0;
  let cpu;
  let wall = 0;
  /** @type {undefined | { cpuMs: number, wallMs: number }} */
  let spent;

  function stop() {
    if (spent !== undefined || cpu === undefined) return;
    const { user, system } = process.cpuUsage(cpu);
    spent = { cpuMs: (user + system) / 1000, wallMs: performance.now() - wall };
  }

  /** @param {any} message */
  function take(message) {
    if (count === 0) {
      cpu = process.cpuUsage();
      wall = performance.now();
    }
    const text = contentOf(message);
    sum = (Math.imul(sum, 31) + text.length + (text.charCodeAt(text.length >> 1) | 0)) | 0;
    hash?.update(text).update('\0');
    if (++count === expected) stop();
  }

  return {
    take,
    /** What was counted; the time ends with the last expected message, or now. */
    report() {
      stop();
      return {
        count,
        sum,
        ...(hash !== undefined && { hash: hash.digest('hex') }),
        ...spent,
        residentBytes: process.resourceUsage().maxRSS * 1024,
      };
    },
  };
}
