import { expect, test } from 'vitest';
import { retryTable, taskCauses, taskPhases, type TaskCause } from '../../../src/index.ts';
import { decideRetry, maxFruitless, policyOf, type AttemptFacts } from '../../../src/tasks/decide-retry.ts';

// never / idempotent / resume: q requeue, r resume, f fail, u unknown, c cancel.
const expected: Readonly<Record<string, Readonly<Record<TaskCause, string>>>> = {
  waiting: {
    crash: 'qqq',
    shortage: 'qqq',
    permanent: 'fff',
    overloaded: 'qqq',
    refused: 'fff',
    timeout: 'qqq',
    limit: 'fff',
    stopped: 'ccc',
    'host-lost': 'qqq',
  },
  leased: {
    crash: 'qqq',
    shortage: 'qqq',
    permanent: 'fff',
    overloaded: 'qqq',
    refused: 'fff',
    timeout: 'qqq',
    limit: 'fff',
    stopped: 'ccc',
    'host-lost': 'qqq',
  },
  sent: {
    crash: 'uqr',
    shortage: 'uqr',
    permanent: 'fff',
    overloaded: 'uqr',
    refused: 'fff',
    timeout: 'fqr',
    limit: 'fff',
    stopped: 'ccc',
    'host-lost': 'uqr',
  },
  working: {
    crash: 'uqr',
    shortage: 'uqr',
    permanent: 'fff',
    overloaded: 'uqr',
    refused: 'fff',
    timeout: 'fqr',
    limit: 'fff',
    stopped: 'ccc',
    'host-lost': 'uqr',
  },
  answered: {
    crash: 'fqr',
    shortage: 'fqr',
    permanent: 'fff',
    overloaded: 'fqr',
    refused: 'fff',
    timeout: 'fqr',
    limit: 'fff',
    stopped: 'ccc',
    'host-lost': 'uqr',
  },
};
const letters = { requeue: 'q', resume: 'r', fail: 'f', unknown: 'u', cancel: 'c' };
const cells = taskPhases.flatMap((phase) => taskCauses.map((cause) => ({ phase, cause })));
const facts: AttemptFacts = { phase: 'sent', cause: 'crash', policy: 'never', repeated: 0, retries: 3, fruitless: 0, crashes: 0 };

test('the table has 45 cells', () => expect(cells).toHaveLength(45));

test.each(cells)('$phase x $cause', ({ phase, cause }) => {
  const { never, idempotent, resume } = retryTable[phase][cause];
  expect(letters[never] + letters[idempotent] + letters[resume]).toBe(expected[phase]?.[cause]);
  // What the table says is what is done, as long as nothing is used up.
  expect(letters[decideRetry({ ...facts, phase, cause }).action as keyof typeof letters]).toBe(expected[phase]?.[cause][0]);
});

test('a task that may not be repeated is never written twice', () => {
  for (const { phase, cause } of cells.filter(({ phase: at }) => at !== 'waiting' && at !== 'leased')) {
    expect(['fail', 'unknown', 'cancel']).toContain(decideRetry({ ...facts, phase, cause }).action);
  }
});

test('the second crash quarantines, whatever retries are left; a host that is lost too often does so too', () => {
  const idempotent = { ...facts, policy: 'idempotent' } as const;
  expect(decideRetry({ ...idempotent, crashes: 1 })).toEqual({ action: 'requeue', counts: true });
  expect(decideRetry({ ...idempotent, crashes: 2 })).toEqual({ action: 'quarantine', counts: false });
  expect(decideRetry({ ...idempotent, cause: 'host-lost', repeated: 3 }).action).toBe('quarantine');
  expect(decideRetry({ ...idempotent, cause: 'timeout', repeated: 3 }).action).toBe('fail');
});

test('workers that die before they are told anything cost no repetition, but not for ever', () => {
  const leased = { ...facts, phase: 'leased' } as const;
  expect(decideRetry({ ...leased, repeated: 3 })).toEqual({ action: 'requeue', counts: false });
  expect(decideRetry({ ...leased, fruitless: maxFruitless }).action).toBe('fail');
  expect(decideRetry({ ...facts, phase: 'waiting', cause: 'shortage', repeated: 3 }).action).toBe('fail');
});

test('a conversation is taken up only when it has an id; without one only what is idempotent is sent again', () => {
  expect(policyOf({ resumable: true, idempotent: true }, 'id')).toBe('resume');
  expect(policyOf({ resumable: true, idempotent: true }, undefined)).toBe('idempotent');
  expect(policyOf({ resumable: true }, undefined)).toBe('never');
});
