import type { Interface } from 'node:readline/promises';
import type { OnToolUse } from '@subwire/core';

/** Asks at a terminal whether a tool may run: `y`, `n REASON`, or for Bash `e COMMAND` with the command to run instead. */
export function askPerson(terminal: Interface): OnToolUse {
  // Two calls may be asked about at once; a person answers one question at a time.
  let before: Promise<unknown> = Promise.resolve();

  return (tool, input, { signal }) => {
    const verdict = before.then(async () => {
      // The signal takes the question back when the agent was interrupted meanwhile.
      const said = await terminal.question(`${tool} ${JSON.stringify(input)}\n  run it? [y / n REASON / e COMMAND] `, { signal });
      const [choice, ...rest] = said.trim().split(' ');
      if (choice === 'y') return { behavior: 'allow' } as const;
      if (choice === 'e' && tool === 'Bash') {
        return { behavior: 'allow', updatedInput: { ...(input as object), command: rest.join(' ') } } as const;
      }
      return { behavior: 'deny', message: rest.join(' ') || 'The user does not want this.' } as const;
    });
    before = verdict.catch(() => undefined);
    return verdict;
  };
}
