/** The value of an option that takes text; undefined when it was not given. */
export function optionalText(options: Readonly<Record<string, unknown>>, name: string): string | undefined {
  const value = options[name];
  return typeof value === 'string' ? value : undefined;
}
