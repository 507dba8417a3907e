import type { CommandSpec } from '../command-spec.ts';
import { agentOptions, jsonOption, omit } from '../common-options.ts';
import { taskFormats } from '../tasks/task-format.ts';

export const batchSpec: CommandSpec = {
  name: 'batch',
  summary: 'run many tasks, several at once, and survive whatever happens to them',
  description:
    'Runs the tasks of a file, each in a conversation of its own, several at once. The file is JSON lines, YAML or JSON, CSV, or a Markdown checklist whose open items are the prompts; a task has a prompt and, where wanted, id, model, agent, context, cwd, env, after (ids of tasks that have to be done first), priority, timeout, idempotent and resumable. Each result is a line of JSON on stdout, or text where that is a terminal, and in the file of --results; progress and a table at the end go to stderr. With --journal, the same command once more repeats no task that is done. Ctrl-C once lets the tasks at work finish and starts no others, twice ends everything. Ends with 1 when a task did not succeed. subwire top looks in from another terminal.',
  capture: 'batch.txt',
  arguments: [{ name: '[tasks]', summary: 'the file; - or nothing reads stdin', completes: 'file' }],
  options: [
    { flags: '-w, --max-workers <count>', summary: 'tasks at once', defaultText: '4' },
    { flags: '--size <count>', summary: 'agents at once, if more than --max-workers are to be kept warm' },
    { flags: '-t, --timeout <time>', summary: 'for each task: 90s, 5m, 1h; a bare number is seconds', defaultText: '5m' },
    { flags: '--retries <count>', summary: 'further attempts at a task that may be tried again', defaultText: '3' },
    { flags: '--idempotent', summary: 'the tasks may be done twice: those that were at work in a crash are sent again' },
    { flags: '--resumable', summary: 'the conversations of those that were at work in a crash are taken up again' },
    { flags: '--budget-usd <amount>', summary: 'stop when all tasks together have cost this much' },
    { flags: '--fail-fast', summary: 'stop at the first task that fails' },
    {
      flags: '--reuse',
      summary: 'clear the conversation after a task and go on with the same process, which is faster; otherwise each has a new one',
    },
    { flags: '--results <path>', summary: 'write each result as a line of JSON to this file, which is begun anew', completes: 'file' },
    { flags: '--journal <path>', summary: 'keep what was done in this file, and take up what it says was not', completes: 'file' },
    { flags: '--format <format>', summary: 'what the tasks are written in; otherwise the name of the file says so', choices: taskFormats },
    {
      flags: '-o, --output <format>',
      summary: 'results on stdout as text or as lines of JSON; text if stdout is a terminal, otherwise JSON',
      choices: ['text', 'json'],
    },
    jsonOption,
    ...omit(agentOptions, ['--resume', '--continue']),
  ],
  examples: [
    {
      command: 'printf \'%s\\n\' \'{"prompt":"say hello"}\' \'{"prompt":"say goodbye"}\' | subwire batch --agent fake',
      shows: 'two tasks from a pipe; each result is a line of JSON',
    },
    {
      command: "printf -- '- [ ] say hello\\n- [x] done before\\n' > tasks.md && subwire batch tasks.md --agent fake --output text",
      shows: 'the open items of a checklist',
    },
    {
      command:
        "printf 'id,prompt,after\\nbuild,say built,\\ntest,say tested,build\\n' > tasks.csv && subwire batch tasks.csv --agent fake --journal tasks.journal --results results.jsonl && cat results.jsonl",
      shows: 'one task after another, with a journal: run it again, and nothing is repeated',
    },
  ],
  afterDashes: 'arguments for the agents',
};
