import path from 'node:path';
import { stop } from 'esbuild';
import { bundleProgram } from '../../../../../scripts/bundle-program.mjs';

/** A host with agents that each have a tool in a session of its own; both ignore TERM if they are told to. */
const hostProgram = `
import { createTransport } from '@subwire/core';
import { firstValueFrom } from 'rxjs';
const options = JSON.parse(process.argv[2]);
process.on('warning', (warning) => { if (!options.warns) throw warning; console.log(JSON.stringify({ warning: warning.code })); });
const pids = [];
const settings = { command: [options.python, '-I', '-S', '-c', options.script], allowedCommands: [options.python], ...options.transport };
const count = () => ['exit', 'SIGINT', 'SIGTERM', 'SIGHUP'].map((name) => process.listenerCount(name));
const before = count();
for (let index = 0; index < options.agents; index++) {
  const transport = createTransport({ ...settings, ...(index < (options.unguarded ?? 0) && { orphanGuard: false }) });
  transport.messages$.subscribe({ error: () => {} });
  if (options.replaces) transport.exit$.subscribe(() => createTransport(settings).connect().then(() => console.log('replaced'), ({ code }) => console.log(code)));
  await transport.connect();
  await firstValueFrom(transport.messages$);
  pids.push(transport.pid);
}
console.log(JSON.stringify({ pids, listeners: count().map((now, index) => now - before[index]) }));
if (options.exit) process.exit(0);
setInterval(() => {}, 1000);
`;

export const agentScript = (rest: string): string => `
import os, signal, sys, time
tool = os.fork()
if tool == 0:
    os.setsid()
    ${rest.includes('stubborn') ? 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' : 'pass'}
    time.sleep(1000)
${rest.includes('stubborn') ? 'signal.signal(signal.SIGTERM, signal.SIG_IGN)' : ''}
print('{"type":"keep_alive"}', flush=True)
${rest.includes('turn') ? "sys.stdin.read(); time.sleep(1); print('{\"type\":\"keep_alive\",\"done\":true}', flush=True); os.kill(tool, 9); open(sys.argv[1] if len(sys.argv) > 1 else os.environ['DONE_FILE'], 'w').write('done'); sys.exit(0)" : 'time.sleep(1000)'}
`;

/** Bundles the host into a folder. Returns its path. */
export async function buildHost(folder: string): Promise<string> {
  const outfile = path.join(folder, 'host.mjs');
  await bundleProgram({ contents: hostProgram, resolveDir: import.meta.dirname, loader: 'ts' }, outfile);
  // Its service is a process, too.
  await stop();
  return outfile;
}
