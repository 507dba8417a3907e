/** How a mock process begins and what it shrugs off. */
export interface MockProcessOptions {
  /** Process id. @defaultValue a number above 4_194_304, which no Linux process can have, so that a signal sent to it by mistake reaches nobody */
  readonly pid?: number;
  /** Printed on stdout right after the start. @defaultValue nothing */
  readonly stdout?: string;
  /** Printed on stderr right after the start. @defaultValue nothing */
  readonly stderr?: string;
  /** Given: the process prints `stdout` and `stderr` and then exits with this code, by itself or at the end of its stdin. @defaultValue it lives until EOF, a signal or {@link MockProcess.exit} */
  readonly exitCode?: number;
  /** Signals, or the end of stdin, that do not end the process. SIGKILL and SIGSTOP cannot be ignored, as on a real system. @defaultValue none */
  readonly ignores?: readonly (NodeJS.Signals | 'EOF')[];
}

/** What a mock process does when something reaches it. Returning nothing leaves the default: exit 0 on EOF, death by the signal. */
export interface MockProcessBehavior {
  /** One complete line of stdin, without its line feed. */
  line?(line: string): void;
  /** The end of stdin. `true`: dealt with, do not exit. */
  end?(): boolean;
  /** A signal other than SIGKILL and SIGSTOP. `true`: dealt with, do not die. */
  signal?(signal: NodeJS.Signals): boolean;
}
