/** A user's line, as the CLI reads it. */
export interface UserFrame {
  readonly type: 'user';
  readonly message: { readonly role: 'user'; readonly content: string | readonly object[] };
  readonly parent_tool_use_id: string | null;
  /** The CLI accepts an empty id and puts its own in its answers. */
  readonly session_id?: string;
  /** Makes the CLI report `command_lifecycle` for this line and name it in the result that answers it. */
  readonly uuid?: string;
  readonly [more: string]: unknown;
}

/** What a caller may give as a prompt besides a string. */
export interface UserInput {
  /** Text, or content blocks such as text and images. */
  readonly content: string | readonly object[];
  /** Identifies the line. @defaultValue a new random UUID */
  readonly uuid?: string;
  /** `now` aborts a running turn, `next` and `later` wait. @defaultValue the CLI's own, `next` */
  readonly priority?: 'now' | 'next' | 'later';
}

/** The line that carries a prompt to the CLI. */
export function userFrame(input: string | UserInput, uuid: string | undefined): UserFrame {
  const { content, priority } = typeof input === 'string' ? { content: input, priority: undefined } : input;
  return {
    type: 'user',
    message: { role: 'user', content },
    parent_tool_use_id: null,
    session_id: '',
    ...(uuid !== undefined && { uuid }),
    ...(priority !== undefined && { priority }),
  };
}
