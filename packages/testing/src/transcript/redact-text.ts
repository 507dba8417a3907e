import { createHash } from 'node:crypto';
import type { ResolvedRedaction } from './redaction.ts';

/** Rewrites single texts; the same instance for a whole recording, so that equal things stay equal. */
export interface TextRedactor {
  /** Secrets, patterns, folders, names and ids inside a text; the rest of it stays. */
  readonly clean: (text: string) => string;
  /** What stands for an id. */
  readonly id: (text: string) => string;
  /** What stands for a text that may not be kept. */
  readonly placeholder: (text: string) => string;
}

/** Whether a text is a stand-in of {@link TextRedactor.placeholder}. */
export function isPlaceholder(text: string): boolean {
  return /^\[text \d+: \d+ chars\]$/.test(text);
}

const uuid = /\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi;
/** The digit tells `req_01ab2c` from the name of a field, such as `user_defined_tools`. */
const prefixed = /\b(?:msg|toolu|srvtoolu|req|agent|task|session|sess|org|user|acct|wrkr)_(?=[A-Za-z0-9_-]*\d)[A-Za-z0-9_-]{6,}/g;

function escapeForPattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');
}

/** The shapes in which a text turns up inside a frame: plain, inside JSON, inside JSON inside JSON, in a URL, in base64. */
function variantsOf(secret: string): readonly string[] {
  const inJson = JSON.stringify(secret).slice(1, -1);
  const base64 = Buffer.from(secret, 'utf8').toString('base64').replace(/=+$/, '');
  return [...new Set([secret, inJson, JSON.stringify(inJson).slice(1, -1), encodeURIComponent(secret), base64])].filter(
    (text) => text.length > 0,
  );
}

/** Claude Code names a project's folder after its path, every other character than letters and digits turned into a hyphen. */
function slugOf(folder: string): string {
  return folder.replace(/[^A-Za-z0-9]/g, '-');
}

/** Makes the redactor of one recording. */
export function createTextRedactor(redaction: ResolvedRedaction): TextRedactor {
  const secrets = redaction.secrets.flatMap(variantsOf).sort((one, two) => two.length - one.length);
  const folders = redaction.folders.flatMap(([folder, standIn]) => {
    const plain: readonly [RegExp, string] = [new RegExp(`${escapeForPattern(folder)}(?![A-Za-z0-9])`, 'g'), standIn];
    const slug = slugOf(folder);
    return slug.length < 6
      ? [plain]
      : [plain, [new RegExp(`(?<![A-Za-z0-9])${escapeForPattern(slug)}(?![A-Za-z0-9])`, 'g'), slugOf(standIn)] as const];
  });
  const names = redaction.names.map(
    ([name, standIn]) => [new RegExp(`(?<![A-Za-z0-9])${escapeForPattern(name)}(?![A-Za-z0-9])`, 'g'), standIn] as const,
  );
  const anyHome = redaction.folders.length > 0;
  const ids = new Map<string, string>();
  let count = 0;
  const texts = new Map<string, number>();

  const id = (text: string): string => {
    if (!redaction.ids || text === '') return text;
    const known = ids.get(text);
    if (known !== undefined) return known;
    count += 1;
    const prefix = /^(?:[A-Za-z]{1,12}_)?/.exec(text)?.[0] ?? '';
    const isUuid = text.length === 36 && text.search(uuid) === 0;
    const made = isUuid ? `00000000-0000-4000-8000-${String(count).padStart(12, '0')}` : `${prefix}id${String(count).padStart(6, '0')}`;
    ids.set(text, made);
    // What was made must not be taken for an id to replace when the text is looked at again.
    ids.set(made, made);
    return made;
  };

  return {
    id,
    clean(text) {
      let out = text;
      for (const secret of secrets) out = out.replaceAll(secret, '[secret]');
      for (const pattern of redaction.patterns) out = out.replace(pattern, '[secret]');
      for (const [pattern, standIn] of folders) out = out.replace(pattern, standIn);
      if (anyHome) out = out.replace(/(\/home\/|\/Users\/|[A-Za-z]:\\+Users\\+)(?!user\b)[^/\\\s"':]+/g, '$1user');
      for (const [pattern, standIn] of names) out = out.replace(pattern, standIn);
      if (redaction.ids) out = out.replace(uuid, id).replace(prefixed, id);
      return out;
    },
    placeholder(text) {
      if (text === '' || isPlaceholder(text)) return text;
      const hash = createHash('sha256').update(text).digest('base64');
      const number = texts.get(hash) ?? texts.size + 1;
      texts.set(hash, number);
      return `[text ${number}: ${text.length} chars]`;
    },
  };
}
