/** A page of the guide. */
export interface DocPage {
  /** Its name in `docs`. */
  readonly file: string;
  readonly title: string;
}

/** The pages in reading order: the numbered list of docs/README.md. */
export function readingOrder(index: string): readonly DocPage[] {
  return [...index.matchAll(/^\d+\. \[([^\]]+)\]\(([^)]+\.md)\)/gm)].map(([, title, file]) => ({ title: title!, file: file! }));
}

/** The last line of a page: where one comes from and where to go on. */
export function footOf(pages: readonly DocPage[], file: string): string {
  const at = pages.findIndex((page) => page.file === file);
  const link = (word: string, page: DocPage | undefined): string[] =>
    page === undefined ? [] : [`${word}: [${page.title}](${page.file})`];
  return [...link('Previous', at > 0 ? pages[at - 1] : undefined), ...link('Next', at < 0 ? undefined : pages[at + 1])].join(' · ');
}

/** The page with this line at its foot, instead of the one that it had. */
export function withFoot(page: string, foot: string): string {
  const body = page.trimEnd().replace(/\n(?:Previous|Next): \[[^\n]*$/, '');
  return `${body.trimEnd()}\n\n${foot}\n`;
}
