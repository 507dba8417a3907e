import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { fakeCli, readTranscript, stepsOf, type TranscriptLine } from '@subwire/testing';
import { type Agent, converse, type Conversation } from './converse.ts';
import { isOtherVersion, realAgent, realCli } from './real-agent.ts';
import { type Backend, type Requirement, requirements, type RequirementId } from './requirements.ts';

const recordings = fileURLToPath(new URL('../../packages/testing/test/fixtures/transcripts/', import.meta.url));

/** The backends that are at hand. */
export const backends: readonly { readonly name: Backend; readonly available: boolean }[] = [
  { name: 'fake', available: true },
  { name: 'transcript', available: true },
  { name: 'real', available: realCli !== undefined },
];

async function recordingOf(id: RequirementId): Promise<readonly TranscriptLine[]> {
  const [file, name] = requirements[id].recording;
  const run = (await readTranscript(path.join(recordings, `${file}.ndjson`))).get(name);
  if (run === undefined) throw new Error(`The recording ${file} has no run «${name}».`);
  return run;
}

function argvOf(run: readonly TranscriptLine[]): readonly string[] {
  const spawned = run.find((line) => line.dir === 'meta' && line.event === 'spawn');
  return spawned?.dir === 'meta' ? (spawned.argv ?? []).slice(1) : [];
}

async function withFolder<R>(work: (folder: string) => Promise<R>): Promise<R> {
  const folder = await mkdtemp(path.join(tmpdir(), 'subwire-conformance-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
  }
}

/** Has the recorded conversation of a requirement with one of the backends. */
export async function playOn(backend: Backend, id: RequirementId): Promise<Conversation> {
  const run = await recordingOf(id);
  const args = argvOf(run);
  if (backend === 'real') {
    await using agent = await realAgent({ steps: [{ kind: 'text', text: 'hello' }], inlineScripts: true });
    const env = { ...agent.options.env, PATH: process.env['PATH'] ?? '', ...retries(id) };
    return await converse({ command: [agent.options.command, ...args, ...modeFor(args)], env, cwd: agent.cwd }, run);
  }
  return await withFolder(async (cwd) => {
    const fake = fakeCli(backend === 'transcript' ? stepsOf(run) : { sessions: path.join(cwd, 'sessions') });
    const [file, ...prefix] = fake.command;
    const agent: Agent = {
      command: [file, ...prefix, ...args],
      env: { PATH: process.env['PATH'] ?? '', HOME: cwd, ...fake.env, ...retries(id) },
      cwd,
    };
    return await converse(agent, run);
  });
}

/** The recordings of API failures were made with retries cut short. */
function retries(id: RequirementId): Readonly<Record<string, string>> {
  return id.startsWith('api-error.') ? { CLAUDE_CODE_MAX_RETRIES: '1' } : {};
}

/** 2.1.299 begins in the permission mode `auto`, in which it asks nothing: other versions are told the mode in which the recordings began. */
function modeFor(args: readonly string[]): readonly string[] {
  const named = args.some((word) => word.startsWith('--permission-mode'));
  return isOtherVersion && !named && args.includes('--permission-prompt-tool') ? ['--permission-mode', 'default'] : [];
}

/** Why a backend cannot show a requirement, or undefined when it can. */
export function notOn(backend: Backend, id: RequirementId): string | undefined {
  return (requirements[id] as Requirement).notOn?.[backend];
}
