import type { Session } from '@subwire/core';

/** What a slash command does besides talking to the session. */
export interface SlashOutcome {
  /** What to tell the person, if anything. */
  readonly say?: string;
  /** The chat is over. */
  readonly quit?: boolean;
  /** Not a command of ours: the agent gets it as a prompt. */
  readonly unknown?: boolean;
}

const help = [
  '/model NAME    use another model for the turns that follow; without a name, the default again',
  '/interrupt     break off what the agent does; can be typed while it works',
  '/quit          end the chat; Ctrl-D does the same',
  '\\              at the end of a line: the prompt goes on in the next one',
  '"""            opens and closes a prompt of several lines',
  "Any other /command is the agent's own.",
].join('\n');

/** Does what a slash command of the chat says. */
export async function runSlashCommand(session: Session, name: string, argument: string): Promise<SlashOutcome> {
  switch (name) {
    case 'help':
      return { say: help };
    case 'model':
      await session.setModel(argument === '' ? null : argument);
      return { say: argument === '' ? 'The default model answers from now on.' : `${argument} answers from now on.` };
    case 'interrupt':
      await session.interrupt();
      return { say: 'Interrupted.' };
    case 'quit':
    case 'exit':
      return { quit: true };
    default:
      return { unknown: true };
  }
}
