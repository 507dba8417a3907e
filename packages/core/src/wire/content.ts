/** A piece of text. */
export interface TextBlock {
  readonly type: 'text';
  readonly text: string;
  readonly [more: string]: unknown;
}

/** The model's reasoning, where the agent shows it. */
export interface ThinkingBlock {
  readonly type: 'thinking';
  readonly thinking: string;
  readonly signature?: string;
  readonly [more: string]: unknown;
}

/** A call of a tool by the model. */
export interface ToolUseBlock {
  readonly type: 'tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly [more: string]: unknown;
}

/** What a tool answered; comes in a `user` message. */
export interface ToolResultBlock {
  readonly type: 'tool_result';
  readonly tool_use_id: string;
  readonly content?: string | readonly ContentBlock[];
  readonly is_error?: boolean;
  readonly [more: string]: unknown;
}

/** A tool that the API ran by itself. */
export interface ServerToolUseBlock {
  readonly type: 'server_tool_use';
  readonly id: string;
  readonly name: string;
  readonly input: unknown;
  readonly [more: string]: unknown;
}

/** A block of a kind that this version does not know; kept whole. */
export interface OtherBlock {
  readonly type: string & {};
  readonly [more: string]: unknown;
}

/** A block of a message's content. Narrow with `block.type === 'text'` through {@link isBlock}. */
export type ContentBlock = TextBlock | ThinkingBlock | ToolUseBlock | ToolResultBlock | ServerToolUseBlock | OtherBlock;

/** The known blocks by their type. */
export interface ContentBlocks {
  readonly text: TextBlock;
  readonly thinking: ThinkingBlock;
  readonly tool_use: ToolUseBlock;
  readonly tool_result: ToolResultBlock;
  readonly server_tool_use: ServerToolUseBlock;
}

/** Narrows a block to one of the known kinds. */
export function isBlock<K extends keyof ContentBlocks>(block: ContentBlock, type: K): block is ContentBlocks[K] {
  return block.type === type;
}
