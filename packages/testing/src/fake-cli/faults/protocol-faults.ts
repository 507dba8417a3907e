import { isObject, type JsonObject } from '../../scenario/json.ts';
import { startTask } from '../background.ts';
import { numberOf, textOf, type FaultFactory } from './fault-hooks.ts';

const isResult = (frame: JsonObject): boolean => frame['type'] === 'result';

/** The request of a line of stdin that is a control request. */
function requestIn(text: string): { readonly id: unknown; readonly subtype: unknown } | undefined {
  try {
    const frame: unknown = JSON.parse(text);
    if (!isObject(frame) || frame['type'] !== 'control_request' || !isObject(frame['request'])) return undefined;
    return { id: frame['request_id'], subtype: frame['request']['subtype'] };
  } catch {
    return undefined;
  }
}

function isUserLine(text: string): boolean {
  try {
    const frame: unknown = JSON.parse(text);
    return isObject(frame) && frame['type'] === 'user';
  } catch {
    return false;
  }
}

const stall: FaultFactory = (fault, { host }) => {
  const at = numberOf(fault, 'at', 1);
  const ms = numberOf(fault, 'ms', Infinity);
  const held: (() => void)[] = [];
  let printed = 0;
  let stalled = false;
  return {
    bytes(bytes, next) {
      if (printed === at && !stalled) {
        stalled = true;
        if (ms !== Infinity) {
          host.after(ms, () => {
            printed = at + 1;
            for (const go of held.splice(0)) go();
          });
        }
      }
      if (stalled && printed === at) held.push(() => next(bytes));
      else {
        printed += 1;
        next(bytes);
      }
    },
    exit(code, next) {
      if (held.length > 0 && ms !== Infinity) held.push(() => next(code));
      else next(code);
    },
  };
};

const neverInit: FaultFactory = () => ({
  line(text, next) {
    if (requestIn(text)?.subtype !== 'initialize') next(text);
  },
});

const neverResult: FaultFactory = () => ({
  withholdsResult: true,
  frame(frame, next) {
    if (!isResult(frame) || frame['is_error'] === true) next(frame);
  },
});

const resultThenHang: FaultFactory = (_fault, { freeze }) => ({
  frame(frame, next) {
    next(frame);
    if (isResult(frame)) freeze(true);
  },
});

const eofWithoutResult: FaultFactory = (fault, { host, freeze }) => ({
  frame(frame, next) {
    if (!isResult(frame)) {
      next(frame);
      return;
    }
    freeze(true);
    host.exit(numberOf(fault, 'code', 0));
  },
});

const hangWithHeartbeat: FaultFactory = (fault, { host, freeze, printRaw }) => ({
  line(text, next) {
    if (!isUserLine(text)) {
      next(text);
      return;
    }
    freeze(false);
    const beat = (): void => {
      printRaw(Buffer.from('{"type":"keep_alive"}\n'));
      host.after(numberOf(fault, 'ms', 100), beat);
    };
    beat();
  },
});

const exitAt: FaultFactory = (fault, { host, freeze }) => {
  const at = numberOf(fault, 'at', 0);
  let printed = 0;
  const leave = (): void => {
    freeze(true);
    const last = textOf(fault, 'stderr');
    if (last !== undefined) host.complain(last);
    const signal = textOf(fault, 'signal');
    if (signal === undefined) host.exit(numberOf(fault, 'code', 1));
    else host.die(signal as NodeJS.Signals);
  };
  return {
    start(next) {
      if (at <= 0) leave();
      else next();
    },
    bytes(bytes, next) {
      next(bytes);
      printed += 1;
      if (printed === at) leave();
    },
  };
};

const ignoreInterrupt: FaultFactory = () => ({
  line(text, next) {
    if (requestIn(text)?.subtype !== 'interrupt') next(text);
  },
});

const lateControl: FaultFactory = (fault, { host }) => {
  const ms = numberOf(fault, 'ms', 1000);
  const wanted = textOf(fault, 'subtype');
  const late = new Set<unknown>();
  return {
    line(text, next) {
      const request = requestIn(text);
      if (request !== undefined && request.subtype !== 'initialize' && (wanted === undefined || wanted === request.subtype))
        late.add(request.id);
      next(text);
    },
    frame(frame, next) {
      const response = frame['response'];
      if (frame['type'] === 'control_response' && isObject(response) && late.delete(response['request_id']))
        host.after(ms, () => next(frame));
      else next(frame);
    },
  };
};

const doubleResult: FaultFactory = () => ({
  frame(frame, next) {
    next(frame);
    if (isResult(frame)) next(frame);
  },
});

const strayResult: FaultFactory = () => ({
  frame(frame, next) {
    if (isResult(frame)) {
      const { user_message_uuid: _one, user_message_uuids: _all, ...rest } = frame;
      next({
        ...rest,
        uuid: '00000000-0000-4000-8000-00000000dead',
        result: '',
        origin: { kind: 'task-notification', producer: 'session-task' },
      });
    }
    next(frame);
  },
});

const unknownFrame: FaultFactory = (fault) => ({
  frame(frame, next) {
    if (frame['type'] === 'assistant') {
      for (let index = 0; index < numberOf(fault, 'lines', 1); index += 1) {
        next({ type: 'hologram', depth: index, session_id: frame['session_id'] });
        next({ type: 'system', subtype: 'tea_break', minutes: index, session_id: frame['session_id'] });
      }
    }
    next(frame);
  },
});

const reportCost: FaultFactory = (fault) => {
  const usd = numberOf(fault, 'usd', 0.1);
  let total = 0;
  return {
    frame(frame, next) {
      if (!isResult(frame)) {
        next(frame);
        return;
      }
      total += usd;
      const models = isObject(frame['modelUsage']) ? frame['modelUsage'] : {};
      const modelUsage = Object.fromEntries(
        Object.entries(models).map(([model, usage]) => [model, { ...(isObject(usage) ? usage : {}), costUSD: total }]),
      );
      next({ ...frame, total_cost_usd: total, modelUsage });
    },
  };
};

const backgroundTask: FaultFactory = (fault, { host }) => {
  const ms = numberOf(fault, 'ms', 3000);
  let started = false;
  return {
    began(state) {
      if (started) return;
      started = true;
      startTask(state, {
        toolUseId: 'toolu_fake_background_0',
        description: textOf(fault, 'description') ?? 'background work',
        type: textOf(fault, 'taskType') ?? 'local_bash',
        begin: (done) => host.after(ms, () => done({ stdout: '', stderr: '', code: numberOf(fault, 'code', 0) })),
      });
    },
  };
};

/** Faults of the conversation, innermost first. */
export const protocolFaults: Readonly<Record<string, FaultFactory>> = {
  'never-init': neverInit,
  'ignore-interrupt': ignoreInterrupt,
  'late-control': lateControl,
  'background-task': backgroundTask,
  'report-cost': reportCost,
  'unknown-frame': unknownFrame,
  'stray-result': strayResult,
  'double-result': doubleResult,
  'never-result': neverResult,
  'eof-without-result': eofWithoutResult,
  'result-then-hang': resultThenHang,
  'hang-with-heartbeat': hangWithHeartbeat,
  stall,
  'exit-at': exitAt,
};
