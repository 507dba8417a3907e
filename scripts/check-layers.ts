import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import { layers } from '../eslint.layers.js';

const root = fileURLToPath(new URL('..', import.meta.url));
const maxLines = 250;
const importing =
  /(?:^|\n)\s*(?:import|export)\b[^'"`;]*?\bfrom\s+['"]([^'"]+)['"]|\bimport\(\s*['"]([^'"]+)['"]\s*\)|(?:^|\n)\s*import\s+['"]([^'"]+)['"]/g;

/** What a package may import besides its own files: per folder, in addition to `everywhere`. */
export interface ImportRules {
  /** Outside modules by folder; a folder that is not named may import none. `*` stands for files directly in `src`. */
  readonly outside: Readonly<Record<string, readonly string[]>>;
}

/** A source file with what it imports. */
interface SourceFile {
  readonly file: string;
  readonly folder: string;
  readonly lines: number;
  readonly disables: boolean;
  readonly imports: readonly { readonly specifier: string; readonly isType: boolean }[];
}

function readSources(name: string): readonly SourceFile[] {
  const source = path.join(root, 'packages', name, 'src');
  const files = readdirSync(source, { recursive: true, withFileTypes: true }).filter(
    (entry) => entry.isFile() && /\.(ts|tsx)$/.test(entry.name),
  );
  return files.map((entry) => {
    const absolute = path.join(entry.parentPath, entry.name);
    const file = path.relative(source, absolute).split(path.sep).join('/');
    const text = readFileSync(absolute, 'utf8');
    const imports = [...text.matchAll(importing)].map((match) => ({
      specifier: match[1] ?? match[2] ?? match[3] ?? '',
      isType: /^\s*(?:import|export)\s+type\b/.test(match[0]),
    }));
    return {
      file,
      folder: file.includes('/') ? (file.split('/')[0] ?? '*') : '*',
      lines: text.split('\n').length - 1,
      disables: text.includes('eslint-disable') && text.includes('no-restricted-imports'),
      imports,
    };
  });
}

/**
 * Derives the import order of a package from its sources and compares it with the table of layers. Returns one sentence for each violation: an import
 * that goes sideways or up, a module from outside that the folder may not use, a file that is too long, a lint rule that was switched off.
 */
export function checkLayers(name: keyof typeof layers, rules: ImportRules): readonly string[] {
  const ranks = new Map(layers[name].flatMap((folders, rank) => folders.map((folder) => [folder, rank] as const)));
  const violations: string[] = [];
  for (const { file, folder, lines, disables, imports } of readSources(name)) {
    if (lines > maxLines) violations.push(`${file} has ${lines} lines, more than ${maxLines}`);
    if (disables) violations.push(`${file} switches the layer rule off`);
    if (folder !== '*' && !ranks.has(folder)) violations.push(`${file} is in a folder that the table of layers does not name`);
    for (const { specifier, isType } of imports) {
      if (!specifier.startsWith('.')) {
        const allowed = rules.outside[folder] ?? [];
        const ok = allowed.some((entry) => entry === specifier || (isType && entry === `type:${specifier}`));
        if (!ok) violations.push(`${file} imports ${specifier}, which ${folder === '*' ? 'src' : folder}/ may not`);
        continue;
      }
      const target = path.posix.join(path.posix.dirname(file), specifier);
      const other = target.includes('/') ? (target.split('/')[0] ?? '*') : '*';
      if (other === folder || folder === '*') continue;
      if (other === '*') violations.push(`${file} imports ${target}, an entry of the package`);
      else if ((ranks.get(other) ?? Infinity) >= (ranks.get(folder) ?? -1))
        violations.push(`${file} (${folder}) imports ${target}: imports go down only`);
    }
  }
  return violations;
}
