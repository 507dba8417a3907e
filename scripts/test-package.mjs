// What a user gets: each package is packed, installed from its tarball into an empty project, imported, required and used. Run by `npm run test:package`.
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const scratch = mkdtempSync(path.join(tmpdir(), 'subwire-package-'));
const bin = (name) => path.join(root, 'node_modules', '.bin', name);
let passed = 0;

function run(command, args, cwd, env = {}) {
  return execFileSync(command, args, {
    cwd,
    encoding: 'utf8',
    env: { ...process.env, ...env },
    stdio: ['ignore', 'pipe', 'pipe'],
    timeout: 300_000,
  });
}

function check(name, body) {
  const started = performance.now();
  try {
    body();
  } catch (error) {
    console.error(`FAILED ${name}\n${error.stdout ?? ''}${error.stderr ?? ''}${error.stack}`);
    process.exitCode = 1;
    return;
  }
  passed++;
  console.log(`ok ${name} (${Math.round(performance.now() - started)} ms)`);
}

function expectEqual(actual, expected) {
  if (actual !== expected) throw new Error(`expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`);
}

/** An empty project in which the tarballs, and what they depend on, are installed. */
function project(name, tarballs, more = []) {
  const folder = path.join(scratch, name);
  mkdirSync(folder);
  writeFileSync(path.join(folder, 'package.json'), JSON.stringify({ name: `try-${name}`, private: true, type: 'module' }));
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', ...tarballs.map((tarball) => packed[tarball]), ...more], folder);
  return folder;
}

const packed = {};
for (const name of ['core', 'pool', 'testing', 'cli']) {
  const folder = path.join(root, 'packages', name);
  const [{ filename, files }] = JSON.parse(run('npm', ['pack', '--json', '--pack-destination', scratch], folder));
  packed[name] = path.join(scratch, filename);
  check(`${name}: publint finds nothing`, () => run(bin('publint'), ['run', packed[name], '--strict'], folder));
  if (name !== 'cli')
    check(`${name}: attw finds nothing`, () =>
      run(bin('attw'), [packed[name], '--profile', 'esm-only', '--exclude-entrypoints', 'scenario.schema.json'], folder),
    );
  check(`${name}: holds its build, README and package.json, nothing else`, () => {
    const odd = files.map((file) => file.path).filter((file) => !/^(dist\/|README\.md$|package\.json$|LICENSE$|CHANGELOG\.md$)/.test(file));
    expectEqual(odd.join(), '');
    expectEqual(
      files.some((file) => file.path === 'README.md'),
      true,
    );
  });
  check(`${name}: runs nothing when it is installed`, () => {
    const { scripts = {} } = JSON.parse(readFileSync(path.join(folder, 'package.json'), 'utf8'));
    expectEqual(['preinstall', 'install', 'postinstall', 'prepare'].filter((script) => script in scripts).join(), '');
  });
}

const entries = { core: ['', '/operators'], pool: [''], testing: [''] };
for (const [name, tarballs] of Object.entries({ core: ['core'], pool: ['core', 'pool'], testing: ['testing'] })) {
  const folder = project(name, tarballs);
  for (const entry of entries[name]) {
    const specifier = `@subwire/${name}${entry}`;
    check(`${specifier}: import and require give the same names`, () => {
      const list =
        'console.log(Object.keys(m).filter((k) => k !== "default" && k !== "module.exports" && k !== "__esModule").sort().join())';
      const imported = run(process.execPath, ['--input-type=module', '-e', `import * as m from '${specifier}'; ${list}`], folder);
      const required = run(process.execPath, ['--input-type=commonjs', '-e', `const m = require('${specifier}'); ${list}`], folder);
      expectEqual(required, imported);
      expectEqual(imported.length > 10, true);
    });
  }
  if (name === 'core') {
    check('core: has exactly two run-time dependencies', () => {
      expectEqual(
        readdirSync(path.join(folder, 'node_modules'))
          .filter((entry) => !entry.startsWith('.'))
          .sort()
          .join(),
        '@subwire,rxjs,tslib,zod',
      );
    });
  }
}

const types = project('types', ['core', 'pool', 'testing'], ['@types/node@20']);
writeFileSync(path.join(types, 'use.ts'), readFileSync(path.join(root, 'scripts', 'package-fixtures', 'use-types.ts')));
for (const version of ['5.9.3', '6.0.3', '7.0.2']) {
  const compiler = path.join(scratch, `typescript-${version}`);
  mkdirSync(compiler);
  writeFileSync(path.join(compiler, 'package.json'), '{}');
  run('npm', ['install', '--no-audit', '--no-fund', '--silent', `typescript@${version}`], compiler);
  for (const [module, resolution] of [
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ]) {
    check(`core, pool, testing: TypeScript ${version} reads their declarations with ${resolution}`, () => {
      const flags = ['--noEmit', '--strict', '--target', 'es2023', '--lib', 'es2023,esnext.disposable', '--types', 'node'];
      run(
        path.join(compiler, 'node_modules', '.bin', 'tsc'),
        [...flags, '--module', module, '--moduleResolution', resolution, 'use.ts'],
        types,
      );
    });
  }
}

const doubles = readFileSync(path.join(root, 'scripts', 'package-fixtures', 'use-testing.mjs'), 'utf8');
check('testing: each double in under 15 lines, in a project that holds nothing else', () => {
  const folder = path.join(scratch, 'testing');
  for (const [, name, body] of doubles.matchAll(/\/\/ == (.+)\n([\s\S]*?)(?=\/\/ ==|$)/g)) {
    const lines = body.trim().split('\n');
    if (lines.length >= 15) throw new Error(`${name} takes ${lines.length} lines`);
    const file = path.join(folder, `${name.replaceAll(/\W+/g, '-')}.mjs`);
    writeFileSync(file, body);
    expectEqual(run(process.execPath, [file], folder, { PATH: process.env.PATH }).trim(), 'ok');
  }
});

check('cli: subwire and subwire-fake-cli run from an empty project', () => {
  const folder = project('cli', ['core', 'pool', 'testing', 'cli']);
  const npx = (...args) => run('npx', ['--no-install', ...args], folder).trim();
  expectEqual(npx('subwire', 'run', '--agent', 'fake', '--quiet', 'hello'), 'hello');
  expectEqual(/^\d+\.\d+\.\d+$/.test(npx('subwire', '--version')), true);
  expectEqual(npx('subwire-fake-cli', '-v').includes('(Claude Code)'), true);
});

rmSync(scratch, { recursive: true, force: true });
console.log(`${passed} package checks passed${process.exitCode ? ', some failed' : ''}`);
