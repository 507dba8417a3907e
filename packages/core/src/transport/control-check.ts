import type { ControlRequest, ControlResponse } from '../wire/control.ts';
import type { Validator } from '../wire/load-validator.ts';
import type { Diagnostic } from './types.ts';

/** Holds control frames to their schemas. */
export interface ControlCheck {
  /** A request of the host was sent: its answer will be known by its id. */
  asked(frame: ControlRequest): void;
  question(frame: ControlRequest): void;
  answer(frame: ControlResponse): void;
}

// Requests that are never answered must not be remembered for ever.
const maxRemembered = 10_000;

/**
 * Reports control frames that do not fit. They are delivered all the same: somebody waits for each answer, and a question that is dropped leaves the CLI
 * waiting.
 */
export function createControlCheck(validator: () => Validator | undefined, report: (diagnostic: Diagnostic) => void): ControlCheck {
  const subtypes = new Map<string, string>();

  function tell(what: string, issues: readonly string[] | undefined, raw: unknown): void {
    if (issues === undefined) return;
    const message = `${what} does not fit its schema: ${issues[0] ?? 'no reason given'}`;
    report({ code: 'INVALID_FRAME', message, issues, raw });
  }

  return {
    asked({ request_id: id, request }) {
      if (subtypes.size >= maxRemembered) for (const oldest of subtypes.keys()) if (subtypes.delete(oldest)) break;
      subtypes.set(id, request.subtype);
    },
    question(frame) {
      const body: unknown = frame.request;
      if (typeof body !== 'object' || body === null) return;
      tell(`The question ${frame.request.subtype}`, validator()?.question(frame.request), frame);
    },
    answer(frame) {
      const { response } = frame;
      const subtype = subtypes.get(response.request_id);
      if (subtype === undefined) return;
      subtypes.delete(response.request_id);
      if (response.subtype === 'success') tell(`The answer to ${subtype}`, validator()?.answer(subtype, response.response), frame);
    },
  };
}
