// Runs the conformance suite with the real CLI where it can be had: pinned, from npm, in a cache outside the workspaces, in a network namespace of its own
// in which nothing but loopback exists. Where it cannot, says so in one line; its tests are then counted as skipped, never as passed.
//
//   node run.mjs [--cli VERSION] [arguments of vitest]
//
// `--cli 2.1.299`, or `SUBWIRE_CLI_VERSION=2.1.299` in the environment, takes another version that npm has, and keeps it in the same cache (a native one
// takes about 250 MB; remove its folder when it has served). Versions before 2.1.113 are a program for Node and run on the Node that runs this.
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import path from 'node:path';

const pinned = '2.1.329';
const { version, rest } = chosen(process.argv.slice(2));
const here = path.dirname(fileURLToPath(import.meta.url));
const cache = path.join(here, '..', '.cache', 'real-cli');
const folder = path.join(cache, version);
const packages = path.join(folder, 'node_modules', '@anthropic-ai');
const programs = [path.join(packages, `claude-code-linux-${process.arch}`, 'claude'), path.join(folder, 'node_modules', '.bin', 'claude')];
const installMs = 300_000;
// The official SDK: a peer to be compared with, never a dependency. It brings the SDK of MCP servers along.
const sdkVersion = '0.3.329';
const sdkFolder = path.join(here, '..', '.cache', 'official-sdk', sdkVersion);

/** The version that was asked for, and the arguments that are none of ours. */
function chosen(argv) {
  const at = argv.indexOf('--cli');
  const asked = at === -1 ? (process.env.SUBWIRE_CLI_VERSION ?? pinned) : argv[at + 1];
  if (/^\d+\.\d+\.\d+$/.test(asked ?? ''))
    return { version: asked, rest: at === -1 ? argv : argv.filter((_, index) => index !== at && index !== at + 1) };
  console.error(`conformance: «${asked ?? ''}» is no version of the CLI. Give one that npm has, such as --cli ${pinned}.`);
  process.exit(2);
}

/** The program of the installed version: a native one, or one for Node. */
function program() {
  return programs.find((file) => existsSync(file));
}

function works(command, args) {
  return spawnSync(command, args, { stdio: 'ignore' }).status === 0;
}

/** Returns undefined when the program is there, or why it is not. */
function obtain() {
  if (program() !== undefined) return undefined;
  const temporary = path.join(cache, `.${version}-${process.pid}`);
  mkdirSync(temporary, { recursive: true });
  try {
    const install = [
      'install',
      '--prefix',
      temporary,
      '--no-save',
      '--no-package-lock',
      '--ignore-scripts',
      '--silent',
      `@anthropic-ai/claude-code@${version}`,
    ];
    const { status } = spawnSync('npm', install, { stdio: 'ignore', timeout: installMs, cwd: temporary });
    if (status !== 0) return 'it could not be installed from npm';
    if (program() === undefined) renameSync(temporary, folder);
    return program() !== undefined ? undefined : 'npm has no binary of it for this machine';
  } finally {
    rmSync(temporary, { recursive: true, force: true });
  }
}

/** The official SDK without its own copy of the CLI; where it cannot be had, its tests count as skipped. */
function obtainSdk() {
  if (existsSync(path.join(sdkFolder, 'node_modules', '@anthropic-ai', 'claude-agent-sdk', 'sdk.mjs'))) return true;
  mkdirSync(sdkFolder, { recursive: true });
  const install = [
    'install',
    '--prefix',
    sdkFolder,
    '--no-save',
    '--no-package-lock',
    '--ignore-scripts',
    '--omit=optional',
    '--silent',
    `@anthropic-ai/claude-agent-sdk@${sdkVersion}`,
  ];
  return spawnSync('npm', install, { stdio: 'ignore', timeout: installMs, cwd: sdkFolder }).status === 0;
}

/** The command that runs another one without any network but loopback, or why there is none. */
function isolation() {
  const up = 'ip link set lo up && exec "$@"';
  for (const flags of [['-n'], ['-r', '-n']]) {
    if (works('unshare', [...flags, 'sh', '-c', up, 'sh', 'true'])) return { command: ['unshare', ...flags, 'sh', '-c', up, 'sh'] };
  }
  return { missing: 'this machine gives no network namespace (unshare, ip)' };
}

const env = { ...process.env };
let prefix = [];
const missing = process.platform === 'linux' ? (isolation().missing ?? obtain()) : 'it is run on Linux only';
if (missing === undefined) {
  env.SUBWIRE_REAL_CLI = program();
  env.SUBWIRE_CLI_VERSION = version;
  env.SUBWIRE_CLI_PINNED = pinned;
  if (obtainSdk()) env.SUBWIRE_OFFICIAL_SDK = path.join(sdkFolder, 'node_modules');
  prefix = isolation().command;
} else {
  console.log(`conformance: the real CLI ${version} is left out (its tests count as skipped): ${missing}`);
}

const [command, ...args] = [...prefix, process.execPath, path.join(here, '..', 'node_modules', 'vitest', 'vitest.mjs'), 'run', ...rest];
process.exitCode = spawnSync(command, args, { stdio: 'inherit', cwd: here, env }).status ?? 1;
if (rest.length === 0) await import('./table.mjs');
