import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import type { AgentTask } from '@subwire/pool';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { readTasks } from '../../../../src/options/tasks/read-tasks.ts';
import { createFakeIo } from '../../../support/fake-io.ts';

describe('readTasks', () => {
  let folder: string;
  beforeAll(async () => {
    folder = await mkdtemp(path.join(tmpdir(), 'subwire-tasks-'));
  });
  afterAll(() => rm(folder, { recursive: true }));

  async function read(name: string, text: string, format?: string): Promise<readonly AgentTask[]> {
    await writeFile(path.join(folder, name), text);
    const { tasks } = await readTasks({ path: name, format, cwd: '/work' }, createFakeIo({ cwd: folder }));
    expect(Array.isArray(tasks)).toBe(true);
    return tasks as readonly AgentTask[];
  }

  async function stream(text: string): Promise<readonly AgentTask[]> {
    const { tasks } = await readTasks({ path: '-', format: undefined, cwd: '/work' }, createFakeIo({ stdin: text }));
    const found: AgentTask[] = [];
    for await (const task of tasks) found.push(task);
    return found;
  }

  const full = {
    id: 'a',
    prompt: 'do it',
    agent: 'tester',
    context: { n: 1 },
    cwd: 'sub',
    after: ['b'],
    priority: 2,
    timeout: '90s',
    idempotent: true,
  };
  const read1 = {
    id: 'a',
    prompt: 'do it',
    agent: 'tester',
    context: { n: 1 },
    cwd: '/work/sub',
    after: ['b'],
    priority: 2,
    timeoutMs: 90_000,
    idempotent: true,
  };

  it('takes JSON lines, blank ones left out and strings taken for prompts', async () => {
    const tasks = await read(
      'a.jsonl',
      `\uFEFF${JSON.stringify(full)}\r\n\n"just a prompt"\n{"id":"b","prompt":"p","model":"fast","resumable":true,"env":{"A":1}}`,
    );
    expect(tasks[0]).toEqual(read1);
    expect(tasks[1]).toEqual({ id: expect.stringMatching(/^just-a-prompt-[0-9a-f]{8}$/) as string, prompt: 'just a prompt' });
    expect(tasks[2]).toEqual({ id: 'b', prompt: 'p', session: { model: 'fast' }, resumable: true, env: { A: '1' } });
  });

  it('takes JSON lines from stdin as they come', async () => {
    expect(await stream('{"prompt":"é☕"}\n{"id":"b","prompt":"q"}')).toEqual([
      { id: expect.stringMatching(/^é-[0-9a-f]{8}$/) as string, prompt: 'é☕' },
      { id: 'b', prompt: 'q' },
    ]);
    await expect(stream('{"prompt":"a"}\n{"promt":"b"}\n')).rejects.toMatchObject({ code: 'USAGE', file: 'stdin', line: 2 });
  });

  it('takes YAML and JSON lists, and those under tasks', async () => {
    const yaml = `# work\ntasks:\n  - id: a\n    prompt: do it\n    agent: tester\n    context: { n: 1 }\n    cwd: sub\n    after: [b]\n    priority: 2\n    timeout: 90s\n    idempotent: true\n  - just a prompt\n  - id: b\n    prompt: |\n      two\n      lines\n`;
    const tasks = await read('a.yaml', yaml);
    expect(tasks[0]).toEqual(read1);
    expect(tasks.map(({ prompt }) => prompt)).toEqual(['do it', 'just a prompt', 'two\nlines\n']);
    expect(await read('b.json', JSON.stringify([full, { id: 'b', prompt: 'x' }]))).toEqual([read1, { id: 'b', prompt: 'x' }]);
  });

  it('takes CSV and TSV, empty fields left out', async () => {
    const csv =
      'id,prompt,agent,context,cwd,after,priority,timeout,idempotent\r\na,do it,tester,"{""n"":1}",sub,b,2,90s,true\r\nb,"one, two\nthree",,,,,,,\r\n';
    expect(await read('a.csv', csv)).toEqual([read1, { id: 'b', prompt: 'one, two\nthree' }]);
    expect(await read('a.tsv', 'prompt\tid\nhello, you\tx\n')).toEqual([{ id: 'x', prompt: 'hello, you' }]);
  });

  it('takes the open items of a Markdown checklist', async () => {
    const markdown = [
      ...[
        '# Work',
        '',
        'Some words.',
        '- [ ] first',
        '* [x] done already',
        '  with more about it',
        '1. [ ] second',
        '',
        '   with a second line',
        '   - not a task',
      ],
      ...['', 'Between.', '```', '- [ ] only an example', '```', '- [ ] third', '  - [ ] a step of it', '- no box'],
    ].join('\n');
    const tasks = await read('a.md', markdown);
    expect(tasks.map(({ prompt }) => prompt)).toEqual(['first', 'second\n\nwith a second line\n- not a task', 'third', 'a step of it']);
  });

  it('makes ids from what tasks say: lines that move keep theirs, and repetitions are told apart', async () => {
    const [one, two] = await read('b.jsonl', '"fix the typo in README.md please"\n"other"\n');
    const [newcomer, two2, one2, again] = await read(
      'b.jsonl',
      '"new"\n"other"\n"fix the typo in README.md please"\n"fix the typo in README.md please"\n',
    );
    expect(one!.id).toMatch(/^fix-the-typo-in-readme-[0-9a-f]{8}$/);
    expect([one2!.id, two2!.id, again!.id]).toEqual([one!.id, two!.id, `${one!.id}-2`]);
    expect(newcomer!.id).toMatch(/^new-/);
    const [here] = await read('c.jsonl', '{"prompt":"other","cwd":"sub"}');
    expect(here!.id).not.toBe(two!.id);
  });

  it.each([
    ['x.jsonl', '{"prompt":"a"}\n\n{"prompt":', 3, /^Line 3 of x\.jsonl is no JSON \(.*Write one JSON object/],
    ['x.jsonl', '{"prompt":"a"}\n[1]', 2, /^Line 2 of x\.jsonl is no task\./],
    ['x.jsonl', '{"id":"a"}', 1, /has no prompt\. Give each task one, as in/],
    ['x.jsonl', '{"prompt":"  "}', 1, /has no text in prompt/],
    ['x.jsonl', '{"promt":"a"}', 1, /has a field "promt", which no task has\. The fields are id, prompt,/],
    ['x.jsonl', '{"prompt":"a","__proto__x":1}', 1, /has a field "__proto__x"/],
    ['x.jsonl', '{"prompt":"a","toString":"x"}', 1, /has a field "toString"/],
    ['x.jsonl', '{"prompt":"a","priority":12}', 1, /has 12 in priority\. Give a whole number from 0/],
    ['x.jsonl', '{"prompt":"a","timeout":"soon"}', 1, /has "soon" in timeout\. Give a time span/],
    ['x.jsonl', '{"prompt":"a","timeoutMs":-1}', 1, /has -1 in timeoutMs/],
    ['x.jsonl', '{"prompt":"a","after":7.5,"idempotent":"maybe"}', 1, /has "maybe" in idempotent\. Give true or false/],
    ['x.jsonl', '{"prompt":"a","env":[1]}', 1, /has no variables in env/],
    ['x.jsonl', '{"id":"a","prompt":"a"}\n{"id":"a","prompt":"b"}', 2, /has the id "a", which line 1 has/],
    ['x.jsonl', '{"prompt":"a","after":["b"]}', 1, /waits for "b", which no task has as its id/],
    ['x.yaml', '- prompt: a\n- prompt: [b\n', 3, /is no YAML/],
    ['x.yaml', 'hello: 1\n', 1, /is no list of tasks\. Begin each task with a dash/],
    ['x.yaml', '- prompt: a\n\n# note\n- 7\n', 4, /is no task/],
    ['x.yaml', '- prompt: a\n- id: x\n  promt: b\n', 2, /has a field "promt"/],
    ['x.csv', 'id,text\n1,a\n', 1, /names no column prompt/],
    ['x.csv', 'id,prompt\n1,a\n2,b,c\n', 3, /has 3 values for 2 columns/],
    ['x.csv', 'id,prompt\n1,"a\n', 2, /is no CSV/],
    ['x.csv', 'id,prompt\n1,"a\nb"\n2,\n', 4, /has no prompt/],
    ['x.md', '# Work\n- [ ] a\n- [ ]\n', 3, /is an item without a prompt/],
  ])('names the file and the line of a bad one: %s %j', async (name, text, line, message) => {
    const failed = read(name, text);
    await expect(failed).rejects.toMatchObject({ name: 'TaskFileError', code: 'USAGE', file: name, line });
    await expect(failed).rejects.toThrow(message);
  });

  it.each([
    ['empty.jsonl', '\n\n', /^There is no task in empty\.jsonl/],
    ['empty.yaml', '', /^There is no task in empty\.yaml/],
    ['done.md', '- [x] a', /^There is no task in done\.md/],
    ['tasks.txt', 'a', /^The name of tasks\.txt does not say what is in it\. Give --format with one of jsonl, yaml, csv, tsv, markdown\.$/],
  ])('refuses %s', async (name, text, message) => {
    await expect(read(name, text)).rejects.toThrow(message);
  });

  it('names a file that cannot be read', async () => {
    const request = { path: 'none.jsonl', format: undefined, cwd: '/' };
    await expect(readTasks(request, createFakeIo({ cwd: folder }))).rejects.toThrow(
      'The tasks in none.jsonl cannot be read (ENOENT). Check the path.',
    );
  });

  it('takes the format that was named over the name of the file', async () => {
    expect(await read('list.txt', '- [ ] a', 'markdown')).toMatchObject([{ prompt: 'a' }]);
  });
});
