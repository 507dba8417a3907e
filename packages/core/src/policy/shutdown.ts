/** How long each rung of the closing ladder may take before the next one is tried. */
export interface ShutdownPolicy {
  /** After stdin was closed, in milliseconds. @defaultValue 5000 */
  readonly eofGraceMs: number;
  /** Between SIGTERM and SIGKILL, in milliseconds. @defaultValue 5000 */
  readonly termGraceMs: number;
  /** After SIGKILL, in milliseconds. @defaultValue 5000 */
  readonly killGraceMs: number;
  /** After the process ended, for what its pipes still hold, in milliseconds. @defaultValue 500 */
  readonly drainMs: number;
  /** Whether descendants are ended as well. @defaultValue true */
  readonly tree: boolean;
}
