import { startSdkQuery } from '../sdk.mjs';

/** The official SDK's `query()`. */
export async function read({ command, take }) {
  for await (const message of await startSdkQuery({ command, answers: false })) {
    const waiting = take(message);
    if (waiting !== undefined) await waiting;
  }
}
