// Stands for a container engine: a process of another "machine" that starts programs in a PID namespace of their own, on behalf of clients of a socket. Each
// program has four connections, which say on their first line whose they are: control (start and signals in, the end out), stdin, stdout, stderr.
import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';

const [socketPath] = process.argv.slice(2);
const containers = new Map();

function partsOf(id) {
  if (!containers.has(id)) containers.set(id, {});
  return containers.get(id);
}

/** The first process in the namespace: signals are meant for it, not for the tool that made the namespace. */
function firstInside(pid) {
  try {
    return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, 'utf8').trim().split(' ')[0]) || undefined;
  } catch {
    return undefined;
  }
}

function start({ control, stdin, stdout, stderr }, spec) {
  const args = ['--pid', '--fork', '--kill-child', '--mount-proc', spec.file, ...spec.args];
  const child = spawn('unshare', args, { cwd: spec.cwd, env: spec.env, stdio: ['pipe', 'pipe', 'pipe'] });
  child.stdin.on('error', () => undefined);
  stdin.pipe(child.stdin);
  child.stdout.pipe(stdout);
  child.stderr.pipe(stderr);
  child.on('error', (error) => control.write(`${JSON.stringify({ error: error.code })}\n`));
  child.on('spawn', () => control.write(`${JSON.stringify({ started: true })}\n`));
  child.on('exit', (code, signal) => control.write(`${JSON.stringify({ exit: { code, signal } })}\n`));
  return (signal) => {
    if (signal === 'SIGKILL') return void child.kill(signal);
    const target = child.exitCode === null && child.signalCode === null ? firstInside(child.pid) : undefined;
    try {
      if (target !== undefined) process.kill(target, signal);
    } catch {
      // It has just ended.
    }
  };
}

const server = createServer((socket) => {
  let text = '';
  let role;
  let signal;
  socket.on('error', () => undefined);
  const onData = (chunk) => {
    text += chunk.toString();
    for (let end = text.indexOf('\n'); end !== -1 && (role === undefined || role.channel === 'control'); end = text.indexOf('\n')) {
      const message = JSON.parse(text.slice(0, end));
      text = text.slice(end + 1);
      if (role !== undefined) {
        if (message.start !== undefined) signal = start(partsOf(role.id), message.start);
        if (message.kill !== undefined) signal?.(message.kill);
        continue;
      }
      role = message;
      partsOf(role.id)[role.channel] = socket;
      socket.write('ok\n');
      if (role.channel !== 'control') {
        socket.off('data', onData);
        socket.pause();
      }
    }
  };
  socket.on('data', onData);
  // A client that has gone wants nothing any more: the container is removed.
  socket.on('close', () => {
    if (role?.channel === 'control') signal?.('SIGKILL');
  });
});
server.listen(socketPath, () => process.stdout.write('listening\n'));
