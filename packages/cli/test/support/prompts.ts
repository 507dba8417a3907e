/** A prompt that the fake agent answers in pieces. */
export function slow(text: string, chunks: number, chunkDelayMs: number): string {
  return `x <<fake ${JSON.stringify({ kind: 'slow', text, chunks, chunkDelayMs })}>>`;
}

/** A prompt for which the fake agent asks to run a command, and then says something. */
export function bash(command: string, answer: string): string {
  return `x <<fake ${JSON.stringify([
    { kind: 'tool_use', name: 'Bash', input: { command }, ask: true },
    { kind: 'text', text: answer },
  ])}>>`;
}

/** A prompt for which the fake agent asks to run a command in the background, and then says something. */
export function inBackground(command: string, answer: string): string {
  return `x <<fake ${JSON.stringify([
    { kind: 'tool_use', name: 'Bash', input: { command, run_in_background: true }, ask: true },
    { kind: 'text', text: answer },
  ])}>>`;
}

/** A prompt at which the API of the fake agent fails with this status. */
export function fail(status: number): string {
  return `x <<fake ${JSON.stringify({ kind: 'error', status })}>>`;
}
