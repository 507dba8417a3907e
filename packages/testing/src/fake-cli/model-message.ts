import { assistantFrame, streamFrame, systemFrame } from '../scenario/frames.ts';
import type { JsonObject } from '../scenario/json.ts';
import type { Reply } from '../scenario/reply.ts';
import { messageUsage, tokensOf } from '../scenario/usage.ts';
import { wait, type AgentState } from './agent-state.ts';
import { perform, type Coroutine } from './coroutine.ts';
import { blocksOf, contentOf, type Block } from './replies.ts';
import { messageMarks, noteInterruption, spend, TurnInterrupted, type TurnRecord } from './turn-record.ts';

/** A tool call of a message, with the id that the model gave it. */
export interface NumberedCall {
  readonly id: string;
  readonly block: Block;
}

/** What is known of a message while it streams, for an interruption to close it. */
interface Streaming {
  readonly id: string;
  readonly request: string;
  index: number;
  text: string;
  open: boolean;
}

const deltaOf: Readonly<Record<Block['kind'], (piece: string) => JsonObject>> = {
  text: (text) => ({ type: 'text_delta', text }),
  thinking: (thinking) => ({ type: 'thinking_delta', thinking }),
  tool_use: (json) => ({ type: 'input_json_delta', partial_json: json }),
};

function emptyOf(block: Block, toolUseId: string): JsonObject {
  if (block.kind === 'tool_use') return { ...contentOf(block, '', toolUseId), input: {} };
  return block.kind === 'thinking' ? { type: 'thinking', thinking: '', signature: '' } : { type: 'text', text: '' };
}

/** Streams one message of the scripted model and returns its tool calls. An interruption closes it as the real CLI does and is thrown on. */
export function* sayMessage(state: AgentState, record: TurnRecord, reply: Reply, first: boolean): Coroutine<readonly NumberedCall[]> {
  const number = String(++state.apiRequests).padStart(6, '0');
  const partial = state.flags.has('include-partial-messages');
  const streaming: Streaming = { id: `msg_fake_${number}`, request: `req_fake_${number}`, index: 0, text: '', open: false };
  const event = (body: JsonObject, fields?: JsonObject): void => {
    if (partial) state.say(streamFrame(state, streaming.id, body, fields));
  };
  const marks = first ? messageMarks(record.messages) : {};
  const calls: NumberedCall[] = [];
  let said = '';
  try {
    const message = {
      id: streaming.id,
      type: 'message',
      role: 'assistant',
      model: state.model,
      content: [],
      stop_reason: null,
      stop_sequence: null,
    };
    event(
      { type: 'message_start', message: { ...message, usage: messageUsage({ input: 10, output: 1 }) } },
      { ttft_ms: 1, thinking_display: 'updates' },
    );
    for (const [index, block] of blocksOf(reply).entries()) {
      const toolUseId = `toolu_fake_${number}_${calls.length}`;
      streaming.index = index;
      streaming.text = '';
      streaming.open = true;
      const shown = block.kind === 'thinking' ? { thinking_display: 'updates' } : {};
      event({ type: 'content_block_start', index, content_block: emptyOf(block, toolUseId) }, shown);
      for (const [position, piece] of block.pieces.entries()) {
        if (position > 0 && block.delayMs > 0) yield* perform(wait(state, block.delayMs));
        streaming.text += piece;
        if (block.kind === 'thinking') state.say(systemFrame(state, 'thinking_tokens', thinkingTokens(piece)));
        event({ type: 'content_block_delta', index, delta: deltaOf[block.kind](piece) }, shown);
      }
      if (block.kind === 'thinking')
        event({ type: 'content_block_delta', index, delta: { type: 'signature_delta', signature: 'ZmFrZS1zaWduYXR1cmU=' } });
      state.say(
        assistantFrame(state, streaming.id, [contentOf(block, streaming.text, toolUseId)], {
          request_id: streaming.request,
          ...toolMark(block, toolUseId),
          ...(block.kind === 'thinking' ? { thinking_duration_ms: 1 } : {}),
          ...shown,
          ...marks,
        }),
      );
      event({ type: 'content_block_stop', index });
      streaming.open = false;
      said += streaming.text;
      if (block.kind === 'tool_use') calls.push({ id: toolUseId, block });
      else if (block.kind === 'text') record.text = streaming.text;
    }
    record.stopReason = calls.length > 0 ? 'tool_use' : reply.kind === 'text' ? (reply.stopReason ?? 'end_turn') : 'end_turn';
    spend(state, record, said);
    event({
      type: 'message_delta',
      delta: { stop_reason: record.stopReason, stop_sequence: null },
      usage: messageUsage({ input: 10, output: tokensOf(said) }),
    });
    event({ type: 'message_stop' });
    return calls;
  } catch (reason) {
    if (!(reason instanceof TurnInterrupted)) throw reason;
    yield* perform(wait(state, 1));
    spend(state, record, '');
    if (reason.noted) closeAborted(state, record, streaming, marks, event);
    throw reason;
  }
}

/** Tools of in-process servers carry a display name. */
function toolMark(block: Block, id: string): JsonObject {
  const [prefix, server, ...rest] = block.tool?.name.split('__') ?? [];
  if (prefix !== 'mcp' || server === undefined) return {};
  const tool = rest.join('__');
  return {
    tool_use_meta: [{ id, display_name: tool.charAt(0).toUpperCase() + tool.slice(1), server_display_name: server, tool_name: tool }],
  };
}

function closeAborted(
  state: AgentState,
  record: TurnRecord,
  streaming: Streaming,
  marks: JsonObject,
  event: (body: JsonObject, fields?: JsonObject) => void,
): void {
  if (streaming.open && streaming.text !== '') {
    const content = [{ type: 'text', text: streaming.text }];
    state.say(assistantFrame(state, streaming.id, content, { request_id: streaming.request, aborted: true, ...marks }));
  }
  noteInterruption(state, record, false);
  if (!streaming.open) return;
  event({ type: 'content_block_stop', index: streaming.index });
  event({
    type: 'message_delta',
    context_management: null,
    delta: { container: null, stop_details: null, stop_reason: null, stop_sequence: null },
    usage: messageUsage({ input: 10, output: 1 }),
  });
  event({ type: 'message_stop' }, { abandoned_blocks: { api_message_id: streaming.id, from_block_index: streaming.index + 1 } });
}

function thinkingTokens(piece: string): JsonObject {
  const estimate = Math.ceil(piece.length / 4) + 1;
  return { estimated_tokens: estimate, estimated_tokens_delta: estimate };
}
