import { numberOf, textOf, type FaultFactory } from './fault-hooks.ts';
import { claimPlace, countIn } from './shared-counter.ts';

const ignoreEof: FaultFactory = () => ({ end() {} });

const ignoreTerm: FaultFactory = () => ({ signal() {} });

const slowInit: FaultFactory = (fault, { host }) => ({
  start(next) {
    host.after(numberOf(fault, 'ms', 2000), next);
  },
});

const refuse: FaultFactory = (fault, { host, freeze }) => ({
  start(next) {
    const list = (key: string): readonly string[] => (Array.isArray(fault[key]) ? (fault[key] as unknown[]).map(String) : []);
    const has = (flag: string): boolean => host.argv.some((word) => word === flag || word.startsWith(`${flag}=`));
    const missing = list('flags').filter((flag) => !has(flag));
    const unwanted = list('without').filter(has);
    if (missing.length === 0 && unwanted.length === 0) {
      next();
      return;
    }
    freeze(true);
    host.complain(
      `error: ${missing.length > 0 ? `required option '${missing.join("', '")}' not specified` : `option '${unwanted.join("', '")}' not allowed`}`,
    );
    host.exit(numberOf(fault, 'code', 1));
  },
});

const crashOnInput: FaultFactory = (fault, { host, freeze }) => {
  const wanted = textOf(fault, 'text');
  const times = numberOf(fault, 'times', Infinity);
  const file = textOf(fault, 'file');
  let seen = 0;
  return {
    line(text, next) {
      const hit = text.includes('"user"') && (wanted === undefined || text.includes(wanted));
      const count = hit ? (file === undefined ? seen++ : countIn(file)) : Infinity;
      if (!hit || count >= times) {
        next(text);
        return;
      }
      freeze(true);
      host.complain('fatal: the process crashed on its input');
      const signal = textOf(fault, 'signal');
      if (signal === undefined) host.exit(numberOf(fault, 'code', 1));
      else host.die(signal as NodeJS.Signals);
    },
  };
};

const rateLimit: FaultFactory = (fault, { host, print }) => {
  const file = textOf(fault, 'file');
  const limit = numberOf(fault, 'limit', 3);
  let release: (() => void) | undefined;
  return {
    replies() {
      release?.();
      release = file === undefined ? undefined : claimPlace(file, limit, host.nowMs());
      if (release !== undefined) return undefined;
      const resetsAt = Math.ceil((host.nowMs() + numberOf(fault, 'ms', 1000)) / 1000);
      print({
        type: 'rate_limit_event',
        rate_limit_info: { status: 'rejected', resetsAt, rateLimitType: 'five_hour' },
        uuid: host.uuid(),
        session_id: '',
      });
      return [{ kind: 'error', status: 429, message: 'fake rate limit' }];
    },
    ended() {
      release?.();
      release = undefined;
    },
  };
};

const flood =
  (pipe: 'stdout' | 'stderr'): FaultFactory =>
  (fault, { host }) => ({
    start(next) {
      const size = numberOf(fault, 'bytes', 4 * 1024 * 1024);
      const body = `${JSON.stringify({ type: 'system', subtype: 'informational', content: 'x'.repeat(940) })}\n`;
      const line = pipe === 'stdout' ? body : `${'x'.repeat(1023)}\n`;
      host.flood(pipe, Buffer.alloc(size, line), next);
    },
  });

/** Faults of the process itself that need no operating system. */
export const processFaults: Readonly<Record<string, FaultFactory>> = {
  'ignore-eof': ignoreEof,
  'ignore-term': ignoreTerm,
  'slow-init': slowInit,
  refuse,
  'crash-on-input': crashOnInput,
  'rate-limit': rateLimit,
  'flood-stdout': flood('stdout'),
  'flood-stderr': flood('stderr'),
};
