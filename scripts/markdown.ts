/** A fenced block of a page. */
export interface Fence {
  readonly language: string;
  readonly body: string;
}

/** A link or an image of a page. */
export interface MarkdownLink {
  /** The line on which it stands, from 1. */
  readonly line: number;
  readonly target: string;
}

interface Parsed {
  readonly fences: readonly Fence[];
  /** The page with the lines of its fenced blocks and comments blank. */
  readonly prose: readonly string[];
}

function parse(markdown: string): Parsed {
  const fences: Fence[] = [];
  const prose: string[] = [];
  let open: { readonly mark: string; readonly language: string; readonly lines: string[] } | undefined;
  const withoutComments = markdown.replace(/<!--[\s\S]*?-->/g, (comment) => comment.replace(/[^\n]/g, ''));
  for (const line of withoutComments.split('\n')) {
    const mark = /^ {0,3}(`{3,}|~{3,})\s*(\S*)/.exec(line);
    if (open === undefined) {
      if (mark !== null) open = { mark: mark[1]!, language: mark[2]!, lines: [] };
      prose.push(mark === null ? line : '');
      continue;
    }
    prose.push('');
    if (mark?.[1]?.startsWith(open.mark) === true && mark[2] === '') {
      fences.push({ language: open.language, body: open.lines.join('\n') });
      open = undefined;
    } else open.lines.push(line);
  }
  if (open !== undefined) throw new Error(`A fence of ${open.mark}${open.language} is never closed.`);
  return { fences, prose };
}

/** The fenced blocks of a page, in order. Throws when one is never closed. */
export function fencesOf(markdown: string): readonly Fence[] {
  return parse(markdown).fences;
}

/** A code span is no link, whatever stands in it. */
function withoutCode(line: string): string {
  return line.replace(/(`+)(?!`).*?(?<!`)\1(?!`)/g, '');
}

/** The links and images of a page: inline ones and the definitions of references. */
export function linksOf(markdown: string): readonly MarkdownLink[] {
  return parse(markdown).prose.flatMap((text, index) => {
    const line = withoutCode(text);
    const inline = [...line.matchAll(/\]\(\s*<?([^)\s>]+)>?(?:\s+"[^"]*")?\s*\)/g)].map((match) => match[1]!);
    const definition = /^ {0,3}\[[^\]]+\]:\s*<?([^\s>]+)/.exec(line)?.[1];
    return [...inline, ...(definition === undefined ? [] : [definition])].map((target) => ({ line: index + 1, target }));
  });
}

/** What GitHub makes of a heading: its text in lower case, with letters, digits, hyphens and underscores only, spaces as hyphens. */
function slugOf(heading: string): string {
  const text = heading
    .replace(/!?\[([^\]]*)\]\([^)]*\)/g, '$1')
    .replace(/(?<!\\)[*`]/g, '')
    .replace(/<[^>]+>/g, '');
  return text
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{M}\p{N}\p{Pc}\- ]/gu, '')
    .replaceAll(' ', '-');
}

/** The anchors that a page offers: one for each heading, numbered when one comes again, and what HTML names. */
export function anchorsOf(markdown: string): ReadonlySet<string> {
  const anchors = new Set<string>();
  const seen = new Map<string, number>();
  for (const line of parse(markdown).prose) {
    for (const match of withoutCode(line).matchAll(/<[^>]+\b(?:id|name)="([^"]+)"/g)) anchors.add(match[1]!);
    const heading = /^ {0,3}#{1,6}\s+(.*?)\s*#*$/.exec(line)?.[1];
    if (heading === undefined) continue;
    const slug = slugOf(heading);
    const count = seen.get(slug) ?? 0;
    seen.set(slug, count + 1);
    anchors.add(count === 0 ? slug : `${slug}-${count}`);
  }
  return anchors;
}
