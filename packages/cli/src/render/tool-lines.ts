import { concatMap, from, type OperatorFunction } from 'rxjs';
import { isBlock, type Message, type ToolUseBlock } from '@subwire/core';
import { oneLine } from './safe-text.ts';
import type { Style } from './style.ts';

// The field of a tool's input that says most, by the tools of the real CLI.
const telling = ['command', 'file_path', 'notebook_path', 'path', 'pattern', 'url', 'query', 'description', 'skill', 'prompt'] as const;

function detail(input: unknown): string {
  if (typeof input !== 'object' || input === null) return '';
  const fields = input as Readonly<Record<string, unknown>>;
  const value = telling.map((name) => fields[name]).find((candidate) => typeof candidate === 'string' && candidate !== '');
  return typeof value === 'string' ? value : JSON.stringify(input);
}

/** A tool and what it is called with, in one line. */
export function describeCall(tool: string, input: unknown, width: number): string {
  return oneLine(`${tool} ${detail(input)}`, width);
}

/** How tool lines look. */
export interface ToolLineOptions {
  readonly style: Style;
  /** Characters that a line may have. */
  readonly width: number;
}

function callLine(block: ToolUseBlock, nested: boolean, { style, width }: ToolLineOptions): string {
  const indent = nested ? '  ' : '';
  return style.dim(`${indent}⏺ ${describeCall(block.name, block.input, width - indent.length - 2)}`);
}

function noticeLine(message: Message, { style, width }: ToolLineOptions): string | undefined {
  if (message.type !== 'system') return undefined;
  const { subtype, ...fields } = message as { readonly subtype: string; readonly [name: string]: unknown };
  if (subtype === 'permission_denied') {
    const said = typeof fields['message'] === 'string' ? fields['message'] : 'it needs a permission';
    return style.yellow(oneLine(`⏺ ${String(fields['tool_name'])} was denied: ${said}`, width));
  }
  if (subtype !== 'api_retry') return undefined;
  const seconds = Number(fields['retry_delay_ms']) / 1000;
  const status = typeof fields['error_status'] === 'number' ? ` (HTTP ${fields['error_status']})` : '';
  const attempt = `attempt ${String(fields['attempt'])} of ${String(fields['max_retries'])}`;
  return style.dim(oneLine(`⏺ the API failed${status}; trying again in ${seconds.toFixed(1)} s, ${attempt}`, width));
}

function linesOf(message: Message, options: ToolLineOptions): readonly string[] {
  const notice = noticeLine(message, options);
  if (notice !== undefined) return [notice];
  if (message.type !== 'assistant') return [];
  const nested = message.parent_tool_use_id != null;
  return message.message.content.flatMap((block) => (isBlock(block, 'tool_use') ? [callLine(block, nested, options)] : []));
}

/** One quiet line for each call of a tool, each denial and each retry. */
export function toolLines(options: ToolLineOptions): OperatorFunction<Message, string> {
  return concatMap((message) => from(linesOf(message, options)));
}
