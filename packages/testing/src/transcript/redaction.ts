import { homedir, hostname, userInfo } from 'node:os';

/** What is taken out of a recording before it is written. Everything is on unless it is switched off. */
export interface Redaction {
  /**
   * Texts that must not appear, in any encoding that a frame is likely to use.
   * @defaultValue the values of the environment variables, of this process and of the recorded one, whose names speak of a credential
   */
  readonly secrets?: readonly string[];
  /**
   * Whether things that look like a credential or an address of a person are taken out: keys, tokens, JSON web tokens, e-mail addresses.
   * @defaultValue true
   */
  readonly keys?: boolean;
  /**
   * Whether paths, the user's name and the host's name are made neutral. A map says what stands for which folder, besides the known ones (the working
   * folder becomes `/workspace`, the home folder `/home/user`).
   * @defaultValue true
   */
  readonly paths?: boolean | Readonly<Record<string, string>>;
  /**
   * Whether ids are replaced: the same id by the same stand-in throughout the recording.
   * @defaultValue true
   */
  readonly ids?: boolean;
  /**
   * Whether what people, models and tools said is replaced by `[text <number>: <length> chars]`, equal texts by equal ones. Only what the wire itself
   * defines remains: types, states, numbers, names of built-in tools. A function decides text by text: it gets each with the path to it and returns what
   * to write, or undefined for the usual replacement.
   * @defaultValue true
   */
  readonly prose?: boolean | ((text: string, path: readonly string[]) => string | undefined);
  /**
   * More patterns to take out wherever they match.
   * @defaultValue none
   */
  readonly patterns?: readonly RegExp[];
}

/** A {@link Redaction} with every question answered. */
export interface ResolvedRedaction {
  readonly secrets: readonly string[];
  readonly patterns: readonly RegExp[];
  /** Folders with what stands for them, the longest first. */
  readonly folders: readonly (readonly [folder: string, standIn: string])[];
  /** Names of the user and the host with what stands for them. */
  readonly names: readonly (readonly [name: string, standIn: string])[];
  readonly ids: boolean;
  readonly prose: boolean | ((text: string, path: readonly string[]) => string | undefined);
}

/** What is known about the recorded process. */
export interface RecordedContext {
  readonly cwd?: string | undefined;
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
}

const credentialName = /KEY|TOKEN|SECRET|PASSWORD|PASSWD|CREDENTIAL|COOKIE|AUTH|BEARER/i;

const credentialPatterns: readonly RegExp[] = [
  /\b(?:sk|pk|rk|xox[a-z]|gh[a-z]|glpat|github_pat|npm|hf|AIza)[-_][A-Za-z0-9_-]{8,}/g,
  /\b(?:AKIA|ASIA)[A-Z0-9]{12,}/g,
  /\bAIza[A-Za-z0-9_-]{20,}/g,
  /\bey[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]*/g,
  /\b(?:Bearer|Basic)\s+[A-Za-z0-9._~+/-]{8,}=*/gi,
  /[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}/g,
  /-----BEGIN [A-Z ]+-----[\s\S]*?-----END [A-Z ]+-----/g,
  /(?<=:\/\/)[^/\s:@]+:[^/\s@]+(?=@)/g,
];

function secretsIn(env: Readonly<Record<string, string | undefined>>): readonly string[] {
  return Object.entries(env).flatMap(([name, value]) =>
    value !== undefined && value.length >= 6 && credentialName.test(name) ? [value] : [],
  );
}

function nameOfUser(): string {
  try {
    return userInfo().username;
  } catch {
    return ''; // a container may run under a user id that has no name
  }
}

/** Fills in what was left open, from the recorded process and from this host. */
export function resolveRedaction(redaction: Redaction, context: RecordedContext): ResolvedRedaction {
  const env = context.env ?? {};
  const folders = new Map<string, string>(typeof redaction.paths === 'object' ? Object.entries(redaction.paths) : []);
  const names: (readonly [string, string])[] = [];
  if (redaction.paths !== false) {
    const known = [
      [context.cwd, '/workspace'],
      [env['CLAUDE_CONFIG_DIR'], '/home/user/.claude'],
      [env['HOME'], '/home/user'],
      [homedir(), '/home/user'],
    ] as const;
    for (const [folder, standIn] of known)
      if (folder !== undefined && folder.length > 1 && !folders.has(folder)) folders.set(folder, standIn);
    const ordinary = ['root', 'user', 'node', 'localhost', ''];
    if (!ordinary.includes(nameOfUser()) && nameOfUser().length > 2) names.push([nameOfUser(), 'user']);
    if (!ordinary.includes(hostname()) && hostname().length > 2) names.push([hostname(), 'host']);
  }
  return {
    secrets: redaction.secrets ?? [...new Set([...secretsIn(process.env), ...secretsIn(env)])],
    patterns: [...(redaction.keys === false ? [] : credentialPatterns), ...(redaction.patterns ?? [])],
    folders: [...folders].sort(([one], [two]) => two.length - one.length),
    names,
    ids: redaction.ids ?? true,
    prose: redaction.prose ?? true,
  };
}
