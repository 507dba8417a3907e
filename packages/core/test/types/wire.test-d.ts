import type { z } from 'zod';
import type * as content from '../../src/wire/content.ts';
import type * as control from '../../src/wire/control.ts';
import type { OutgoingControl } from '../../src/wire/control-outgoing.ts';
import type { controlSchemas } from '../../src/wire/control-schemas.ts';
import type * as messages from '../../src/wire/messages.ts';
import type { wireSchemas } from '../../src/wire/schemas.ts';
import type { SystemMessages } from '../../src/wire/system.ts';
import type { systemSchemas } from '../../src/wire/system-schemas.ts';

// The interfaces are written by hand for the people who read them, the schemas for the machine. Here the compiler compares them, field by field and
// into the depth, without the index signatures that keep unknown fields.

type Field<T> = undefined extends T ? { optional: Plain<Exclude<T, undefined>> } : { required: Plain<T> };
type Plain<T> = T extends string
  ? string extends T
    ? string
    : T
  : T extends readonly (infer U)[]
    ? Plain<U>[]
    : T extends object
      ? { -readonly [K in keyof T as string extends K ? never : K]-?: Field<T[K]> }
      : T;
type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : false) : false;
type Schemas = typeof wireSchemas;

interface Interfaces {
  TextBlock: content.TextBlock;
  ThinkingBlock: content.ThinkingBlock;
  ToolUseBlock: content.ToolUseBlock;
  ServerToolUseBlock: content.ServerToolUseBlock;
  ToolResultBlock: content.ToolResultBlock;
  ContentBlock: content.ContentBlock;
  ApiUsage: messages.ApiUsage;
  ModelUsage: messages.ModelUsage;
  AssistantMessage: messages.AssistantMessage;
  UserMessage: messages.UserMessage;
  SystemInitMessage: messages.SystemInitMessage;
  SystemMessage: messages.SystemMessage;
  ResultMessage: messages.ResultMessage;
  StreamEventMessage: messages.StreamEventMessage;
  CommandLifecycleMessage: messages.CommandLifecycleMessage;
  RateLimitEventMessage: messages.RateLimitEventMessage;
  ConversationResetMessage: messages.ConversationResetMessage;
  ToolProgressMessage: messages.ToolProgressMessage;
  KeepAliveMessage: messages.KeepAliveMessage;
  ControlRequest: control.ControlRequest;
  ControlResponse: control.ControlResponse;
  ControlCancelRequest: control.ControlCancelRequest;
  KnownMessage: Exclude<messages.Message, messages.UnknownMessage | messages.SystemInitMessage>;
}

type Drifted = { [K in keyof Schemas]: Same<Plain<z.output<Schemas[K]>>, Plain<Interfaces[K]>> extends true ? never : K }[keyof Schemas];
type Missing = Exclude<keyof Interfaces, keyof Schemas> | Exclude<keyof Schemas, keyof Interfaces>;

const drifted: [Drifted, Missing] extends [never, never] ? 'none' : { readonly drifted: Drifted; readonly missing: Missing } = 'none';
void drifted;

type SystemSchemas = typeof systemSchemas;
type DriftedSystem = {
  [K in keyof SystemSchemas]: Same<Plain<z.output<SystemSchemas[K]>>, Plain<SystemMessages[K]>> extends true ? never : K;
}[keyof SystemSchemas];
type MissingSystem = Exclude<keyof SystemMessages, keyof SystemSchemas | 'init'>;
const driftedSystem: [DriftedSystem, MissingSystem] extends [never, never]
  ? 'none'
  : { readonly drifted: { [K in DriftedSystem | MissingSystem]: true } } = 'none';
void driftedSystem;

type Answers = (typeof controlSchemas)['answers'];
type Questions = (typeof controlSchemas)['questions'];
type DriftedControl =
  | {
      [K in keyof Answers]: Same<Field<z.output<Answers[K]>>, Field<OutgoingControl[K]['response']>> extends true ? never : K;
    }[keyof Answers]
  | {
      [K in keyof Questions]: Same<Plain<z.output<Questions[K]>>, Plain<control.IncomingControl[K]['request']>> extends true ? never : K;
    }[keyof Questions];
type MissingControl = Exclude<keyof OutgoingControl, keyof Answers> | Exclude<keyof control.IncomingControl, keyof Questions>;
const driftedControl: [DriftedControl, MissingControl] extends [never, never]
  ? 'none'
  : { readonly drifted: { [K in DriftedControl | MissingControl]: true } } = 'none';
void driftedControl;

// The comparison sees a field that is missing, one that is too many, one that became optional, and one of another type.
interface Base {
  readonly a: string;
  readonly b?: number;
  readonly [more: string]: unknown;
}
const caught: readonly [
  Same<Plain<Base>, Plain<{ a: string; b?: number | undefined }>>,
  Same<Plain<Base>, Plain<{ a: string }>>,
  Same<Plain<Base>, Plain<{ a: string; b?: number; c: string }>>,
  Same<Plain<Base>, Plain<{ a: string; b: number }>>,
  Same<Plain<Base>, Plain<{ a: string; b?: string }>>,
] = [true, false, false, false, false];
void caught;
