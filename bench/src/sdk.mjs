import { fileURLToPath } from 'node:url';
import { peerUrl } from './peers.mjs';

const wrapper = fileURLToPath(new URL('./programs/initialize-then.sh', import.meta.url));

/** One argument, quoted for a shell. */
function quote(argument) {
  return `'${argument.replaceAll("'", "'\\''")}'`;
}

async function* nothingMore() {
  await new Promise(() => undefined);
  yield undefined;
}

/**
 * The official SDK's `query()` over a program of ours.
 * @param {{ command: readonly string[], answers: boolean }} program what it runs; `answers` when it answers `initialize` itself
 */
export async function startSdkQuery({ command, answers }) {
  const { query } = await import(peerUrl('@anthropic-ai/claude-agent-sdk'));
  const run = command.map(quote).join(' ');
  return query({
    prompt: nothingMore(),
    options: {
      pathToClaudeCodeExecutable: wrapper,
      includePartialMessages: true,
      settingSources: [],
      env: { PATH: process.env['PATH'], HOME: process.env['HOME'], BENCH_COMMAND: run, BENCH_ANSWERS: answers ? '1' : '' },
    },
  });
}
