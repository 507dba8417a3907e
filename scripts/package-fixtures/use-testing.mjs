// == mock process
import { MockProcess, mockSpawner } from '@subwire/testing';
const spawner = mockSpawner(() => new MockProcess({ stdout: 'hello\n', exitCode: 3 }));
const child = spawner({ file: 'claude', args: [] });
let text = '';
child.stdout.on('data', (chunk) => (text += chunk));
child.on('close', (code) => console.log(text === 'hello\n' && code === 3 && spawner.spawned.length === 1 ? 'ok' : 'wrong'));
// == fake cli
import { spawn } from 'node:child_process';
import { fakeCli } from '@subwire/testing';
const { command, env } = fakeCli({ reply: 'good morning' });
const [file, ...args] = command;
const flags = ['--output-format', 'stream-json', '--input-format', 'stream-json', '--verbose'];
const child = spawn(file, [...args, ...flags], { env });
let out = '';
child.stdout.on('data', (chunk) => (out += chunk));
child.on('close', (code) => console.log(code === 0 && out.includes('"result":"good morning"') ? 'ok' : out));
child.stdin.end('{"type":"user","message":{"role":"user","content":"hi"}}\n');
// == fake api
import { startFakeApi } from '@subwire/testing';
const api = await startFakeApi({ steps: [{ kind: 'text', text: 'hello' }] });
const body = { model: 'm', max_tokens: 10, messages: [{ role: 'user', content: 'hi' }] };
const answer = await fetch(`${api.url}/v1/messages`, {
  method: 'POST',
  body: JSON.stringify(body),
  headers: { 'content-type': 'application/json' },
});
const { content } = await answer.json();
await api.close();
console.log(content[0].text === 'hello' && api.requests.length === 1 ? 'ok' : 'wrong');
// == transcript
import { parseTranscript, stepsOf } from '@subwire/testing';
const line = (more) => JSON.stringify({ run: 'a', t: 0, ...more });
const said = { type: 'keep_alive' };
const runs = parseTranscript([line({ dir: 'stdout', json: said }), line({ dir: 'meta', event: 'exit', code: 0, signal: null })].join('\n'));
const steps = stepsOf(runs.get('a'));
console.log(JSON.stringify(steps) === JSON.stringify([{ say: said }, { exit: 0 }]) ? 'ok' : JSON.stringify(steps));
// == marbles
import { marbles } from '@subwire/testing';
import { map } from 'rxjs';
marbles(({ cold, expectObservable }) => {
  expectObservable(cold('a--b|', { a: 1, b: 2 }).pipe(map((value) => value * 10))).toBe('x--y|', { x: 10, y: 20 });
})();
console.log('ok');
// == process guard
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { trackProcesses } from '@subwire/testing';
const guard = trackProcesses({ graceMs: 100 });
const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
const leaked = await guard.leaked();
child.kill('SIGKILL');
await once(child, 'exit');
await guard[Symbol.asyncDispose]();
console.log(leaked.includes(child.pid) ? 'ok' : 'wrong');
