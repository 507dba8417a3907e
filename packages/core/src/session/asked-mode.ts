import type { Diagnostic } from '../transport/types.ts';
import type { Message } from '../wire/messages.ts';
import type { SessionOptions } from './options.ts';

/** What each of these modes does with calls that `onToolUse` would have been asked about. */
const passingOver: Readonly<Record<string, string>> = {
  acceptEdits: 'lets edits run',
  auto: 'decides by itself about calls',
  bypassPermissions: 'runs every tool',
  dontAsk: 'refuses every call that no rule allows',
};

/**
 * The options with the permission mode in which the callback is asked, where nobody has chosen one and no file of settings is read that may have: there are
 * versions of the CLI that start in the mode `auto`, in which they run tools without a question.
 */
export function withAskedMode(options: SessionOptions): SessionOptions {
  const { onToolUse, permissionMode, settings, settingSources, isolated } = options;
  const readsSettings = settings !== undefined || (settingSources === undefined ? isolated !== true : settingSources.length > 0);
  return onToolUse === undefined || permissionMode !== undefined || readsSettings ? options : { ...options, permissionMode: 'default' };
}

/** Looks once at the mode in which the agent begins, and reports one that passes the callback over without having been asked for. */
export function watchFirstMode({ onToolUse, permissionMode }: SessionOptions, report: (diagnostic: Diagnostic) => void) {
  let looked = onToolUse === undefined || permissionMode !== undefined;
  return (message: Message): void => {
    if (looked || message.type !== 'system' || message.subtype !== 'init') return;
    looked = true;
    const mode = String((message as { readonly permissionMode?: unknown }).permissionMode);
    const does = Object.hasOwn(passingOver, mode) ? passingOver[mode] : undefined;
    if (does === undefined) return;
    const way = "Give permissionMode: 'default' if the callback is to decide, or the mode that is meant.";
    report({
      code: 'CALLBACK_SHADOWED',
      message: `The agent has begun in the permission mode ${mode}, which ${does} without asking onToolUse. ${way}`,
    });
  };
}
