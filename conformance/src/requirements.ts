/** What ran once, and what a requirement is checked on. */
export type Backend = 'fake' | 'transcript' | 'real';

/** One thing that a CLI does and that hosts rely on. */
export interface Requirement {
  /** One sentence. */
  readonly text: string;
  /** File and run of the recording that shows it. The same lines are sent to every backend. */
  readonly recording: readonly [file: string, run: string];
  /** Backends that cannot show it, with the reason. */
  readonly notOn?: Readonly<Partial<Record<Backend, string>>>;
}

const needsAnEarlierSession = 'it needs the session of an earlier process on the same disk';

/** Everything that the fake CLI, the recordings and the real CLI must have in common. Each is checked by a test that names its id. */
export const requirements = {
  'one-shot.result': {
    text: 'EOF after one prompt: init, assistant, result, exit 0',
    recording: ['one-shot', 'a stream-json in, eof after one message'],
  },
  'one-shot.without-print': {
    text: 'stream-json works without -p when stdio is no terminal',
    recording: ['one-shot', 'h stream-json in without -p'],
  },
  'flags.verbose-required': {
    text: 'stream-json output without --verbose exits 1 and says why',
    recording: ['one-shot', 'e stream-json without --verbose'],
  },
  'flags.unknown': { text: 'an unknown flag exits 1 and is named', recording: ['one-shot', 'j unknown flag'] },
  'multi-turn.init-every-turn': {
    text: 'every turn begins with system/init and ends with its own result',
    recording: ['multi-turn', 'a three turns one after another'],
  },
  'multi-turn.lifecycle': {
    text: 'a uuid on a prompt gives command_lifecycle queued, started, completed, and the result names it',
    recording: ['multi-turn', 'e replay-user-messages, with own uuids'],
  },
  'initialize.answer': {
    text: 'initialize is answered with its id and before anything else is said',
    recording: ['initialize', 'a initialize first, then a turn'],
  },
  'permission.allow': { text: 'an allowed tool runs and its result reaches the model', recording: ['can-use-tool', 'a allow Bash'] },
  'permission.deny': {
    text: 'a denied tool does not run, the reason reaches the model, the turn goes on',
    recording: ['can-use-tool', 'b deny Bash'],
  },
  'permission.interrupt': {
    text: 'an interrupt while a permission is pending takes the question back and ends the turn with an error result',
    recording: ['can-use-tool', 'k interrupt while a permission is pending'],
  },
  'hooks.order': {
    text: 'the UserPromptSubmit callback comes before system/init, PreToolUse before the permission, PostToolUse after the tool, Stop before the result',
    recording: ['hooks', 'a all main events, empty answers'],
  },
  'mcp.first': {
    text: 'an in-process MCP server is asked before initialize is answered, and its tool is called',
    recording: ['sdk-mcp', 'a list and call'],
  },
  'interrupt.mid-stream': {
    text: 'an interrupt is acknowledged, the turn ends with error_during_execution, and the next turn works',
    recording: ['interrupt', 'a mid-stream, then another turn'],
  },
  'interrupt.idle': { text: 'an interrupt while idle is acknowledged and changes nothing', recording: ['interrupt', 'd while idle'] },
  'partial.order': {
    text: 'the assistant line of a block comes after its deltas and before its content_block_stop',
    recording: ['partial', 'a text'],
  },
  'api-error.500': {
    text: 'an API failure is a result of subtype success with is_error and the status, and the process lives',
    recording: ['api-error', 'a 500'],
  },
  'api-error.529': { text: 'an overloaded API is the same with 529', recording: ['api-error', 'b 529'] },
  'malformed.not-json': {
    text: 'a line that is no JSON ends the process with code 1 and one line on stderr',
    recording: ['malformed', 'a not JSON'],
  },
  'malformed.mid-turn': {
    text: 'so does one in the middle of a turn, without a result',
    recording: ['malformed', 'p bad line in mid-turn'],
  },
  'malformed.blank': { text: 'empty and blank lines are passed over', recording: ['malformed', 'c empty and blank lines'] },
  'malformed.unicode': {
    text: 'U+2028 and a lone surrogate in a prompt are fine',
    recording: ['malformed', 'm U+2028 and lone surrogate inside'],
  },
  'malformed.no-newline': { text: 'a last line without LF is read', recording: ['malformed', 'o last line without newline, then EOF'] },
  'exit.term': {
    text: 'SIGTERM while idle is exit code 143, not a signal',
    recording: ['exit', 'SIGTERM while initialized, idle'],
    notOn: { transcript: 'the signal came from the recorder, so a replay waits for one' },
  },
  'resume.known': {
    text: '--resume goes on under the same session id',
    recording: ['resume', 'b --resume that session'],
    notOn: { real: needsAnEarlierSession, fake: needsAnEarlierSession },
  },
  'resume.unknown': {
    text: '--resume of an unknown id is an error result and exit code 1',
    recording: ['resume', 'f --resume an unknown id'],
  },
} as const satisfies Readonly<Record<string, Requirement>>;

export type RequirementId = keyof typeof requirements;

/**
 * Requirements that a backend is known not to meet. Such a test is expected to fail, and fails when it passes: the entry must then go.
 * The real CLI is right by definition; an entry for the fake is a debt.
 */
export const expectedFailures: readonly { readonly id: RequirementId; readonly backend: Backend; readonly why: string }[] = [];
