import { type ExitCode, exitCodes } from '../io/exit-codes.ts';
import type { Io } from '../io/io.ts';
import { resolveAgent } from '../options/agent.ts';
import type { CommandInput } from '../options/command-spec.ts';
import { optionalText } from '../options/read-option.ts';
import { printPiece } from '../render/print.ts';
import { type Check, renderCheck } from '../render/report.ts';
import { createStyle } from '../render/style.ts';
import { checkCli } from './checks/check-cli.ts';
import { checkContainment } from './checks/check-containment.ts';
import { checkCredential } from './checks/check-credential.ts';
import { checkEnvironment } from './checks/check-environment.ts';
import { checkLimits } from './checks/check-limits.ts';
import { checkNode } from './checks/check-node.ts';
import { checkWarmUp } from './checks/check-warm-up.ts';

async function* examine(io: Io, input: CommandInput): AsyncGenerator<Check> {
  const agent = optionalText(input.options, 'agent') ?? 'claude';
  const starts = input.options['start'] !== false;
  yield checkNode(io.runtime);
  yield checkLimits(io.runtime);
  yield await checkContainment();
  yield checkEnvironment(io);
  yield await checkCredential(io);
  if (starts) yield await checkWarmUp('fake agent', await resolveAgent('fake', io), false);
  if (agent === 'fake') return;
  const launch = await resolveAgent(agent, io);
  const { command } = launch;
  const named = typeof command === 'string' ? command : command?.[0];
  const { path, checks } = await checkCli(io, named);
  yield* checks;
  if (path !== undefined && starts) yield await checkWarmUp('agent', { ...launch, command: launch.command ?? path }, false);
}

function exitCodeFor(checks: readonly Check[]): ExitCode {
  const problems = checks.filter(({ verdict }) => verdict === 'problem');
  if (problems.length === 0) return exitCodes.done;
  const isMissing = problems.some(({ name, facts }) => name === 'cli' || facts?.['code'] === 'CLI_TOO_OLD');
  return isMissing ? exitCodes.cliMissing : exitCodes.failed;
}

/** Looks at everything that an agent needs and says what is wrong. */
export async function doctor(io: Io, input: CommandInput): Promise<ExitCode> {
  const json = input.options['json'] === true;
  const style = createStyle(io.stdout);
  const checks: Check[] = [];
  for await (const check of examine(io, input)) {
    checks.push(check);
    if (!json) printPiece(io, { to: 'stdout', text: renderCheck(check, style) });
  }
  const exitCode = exitCodeFor(checks);
  const report = { ok: exitCode === exitCodes.done, exitCode, checks };
  if (json) printPiece(io, { to: 'stdout', text: `${JSON.stringify(report)}\n` });
  return exitCode;
}
