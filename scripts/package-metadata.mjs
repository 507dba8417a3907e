// What the four published packages say of themselves. The repository stands in one place, the root's package.json; this writes it, and what follows from it,
// into the others, and the licence beside them. `--check` fails where something else stands. A release with provenance is refused by npm when the repository is wrong.
import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('..', import.meta.url));
const { repository, license, engines } = JSON.parse(readFileSync(path.join(root, 'package.json'), 'utf8'));
const licence = readFileSync(path.join(root, 'LICENSE'), 'utf8');
const site = repository.url.replace(/^git\+/, '').replace(/\.git$/, '');
const isCheck = process.argv.includes('--check');

/** The package's own name, description, keywords and contents, with what all of them have in common. */
function complete(manifest, directory) {
  const { name, version, description, keywords, ...own } = manifest;
  const rest = Object.fromEntries(Object.entries(own).filter(([key]) => !['homepage', 'bugs', 'repository', 'license'].includes(key)));
  if (!(keywords?.length > 2) || rest.sideEffects === undefined || !rest.files?.includes('dist'))
    throw new Error(`${directory}/package.json needs at least three keywords, sideEffects, and files with dist.`);
  return {
    name,
    version,
    description,
    keywords,
    homepage: `${site}/tree/main/${directory}#readme`,
    bugs: `${site}/issues`,
    repository: { ...repository, directory },
    license,
    ...rest,
    engines,
    publishConfig: { access: 'public', provenance: true },
  };
}

for (const directory of readdirSync(path.join(root, 'packages')).map((entry) => `packages/${entry}`)) {
  const file = path.join(root, directory, 'package.json');
  const before = readFileSync(file, 'utf8');
  const wanted = [
    { file, after: `${JSON.stringify(complete(JSON.parse(before), directory), undefined, 2)}\n` },
    { file: path.join(root, directory, 'LICENSE'), after: licence },
  ];
  for (const { file: target, after } of wanted) {
    if (existsSync(target) && readFileSync(target, 'utf8') === after) continue;
    if (isCheck) {
      console.error(`${path.relative(root, target)} is not what the root's package.json asks for. Run node scripts/package-metadata.mjs.`);
      process.exitCode = 1;
    } else writeFileSync(target, after);
  }
}
