import type { JsonObject } from '../scenario/json.ts';
import type { Reply, ToolCall } from '../scenario/reply.ts';
import type { Scenario } from '../scenario/scenario.ts';

const directive = /<<fake (.*)>>/su;

/** What the scripted model answers to a prompt: what the prompt itself asks for, else what the scenario says about this turn, else the prompt. */
export function repliesTo(prompt: string, turn: number, scenario: Scenario): readonly Reply[] {
  const own = directive.exec(prompt)?.[1];
  if (own !== undefined) {
    const parsed = parseDirective(own);
    if (parsed !== undefined) return parsed;
  }
  const turns = scenario.turns ?? [];
  return asReplies(turns[Math.min(turn, turns.length - 1)] ?? scenario.reply ?? prompt.replace(directive, '').trim());
}

function parseDirective(text: string): readonly Reply[] | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return asReplies(value as Reply | readonly Reply[]);
  } catch {
    return undefined;
  }
}

function asReplies(value: string | Reply | readonly Reply[]): readonly Reply[] {
  if (typeof value === 'string') return [{ kind: 'text', text: value }];
  return Array.isArray(value) ? (value as readonly Reply[]) : [value as Reply];
}

/** One content block of a model's message, and the pieces in which it arrives. */
export interface Block {
  readonly kind: 'text' | 'thinking' | 'tool_use';
  readonly pieces: readonly string[];
  /** Milliseconds before each piece but the first. */
  readonly delayMs: number;
  readonly tool?: ToolCall;
}

/** A longer text arrives in pieces of so many letters. */
const deltaLetters = 32;

/** The blocks of a reply. Replies that are no message (`error`, `hang`) have none. */
export function blocksOf(reply: Reply): readonly Block[] {
  switch (reply.kind) {
    case 'text':
      return [textBlock(split(reply.text, deltaLetters))];
    case 'slow':
      return [textBlock(split(reply.text, Math.ceil(reply.text.length / Math.max(1, reply.chunks))), reply.chunkDelayMs)];
    case 'deltas':
      return [
        textBlock(
          Array.from({ length: reply.count }, (_, index) => numbered(index, reply.size ?? 4)),
          reply.everyMs ?? 0,
        ),
      ];
    case 'huge':
      return [textBlock(split(numbers(reply.bytes), reply.chunkBytes ?? 65_536))];
    case 'thinking':
      return [
        { kind: 'thinking', pieces: [reply.thinking], delayMs: 0 },
        ...(reply.text === undefined ? [] : [textBlock([reply.text])]),
        ...(reply.tools ?? []).map((tool) => toolBlock(tool)),
      ];
    case 'tool_use': {
      const { kind: _kind, tools, jsonChunk, ...single } = reply;
      const own = single.name === undefined ? [] : [{ ...single, name: single.name, input: single.input ?? {} }];
      return [...own, ...(tools ?? [])].map((tool) => toolBlock(tool, jsonChunk));
    }
    default:
      return [];
  }
}

function textBlock(pieces: readonly string[], delayMs = 0): Block {
  return { kind: 'text', pieces, delayMs };
}

function toolBlock(tool: ToolCall, chunk?: number): Block {
  const json = JSON.stringify(tool.input);
  return { kind: 'tool_use', pieces: chunk === undefined ? [json] : split(json, chunk), delayMs: 0, tool };
}

/** The number `index` in `size` letters, the last a space, so that a lost or doubled delta shows. */
function numbered(index: number, size: number): string {
  return size < 2
    ? 'x'.repeat(size)
    : `${String(index)
        .padStart(size - 1, '0')
        .slice(1 - size)} `;
}

function numbers(bytes: number): string {
  return Array.from({ length: Math.ceil(bytes / 8) }, (_, index) => numbered(index, 8))
    .join('')
    .slice(0, bytes);
}

function split(text: string, size: number): readonly string[] {
  const letters = Array.from(text);
  if (letters.length === 0) return [''];
  const pieces: string[] = [];
  for (let start = 0; start < letters.length; start += size) pieces.push(letters.slice(start, start + size).join(''));
  return pieces;
}

/** A block as it stands in a whole message. */
export function contentOf(block: Block, text: string, toolUseId: string): JsonObject {
  if (block.tool !== undefined) return { type: 'tool_use', id: toolUseId, name: block.tool.name, input: block.tool.input };
  return block.kind === 'thinking' ? { type: 'thinking', thinking: text, signature: 'ZmFrZS1zaWduYXR1cmU=' } : { type: 'text', text };
}
