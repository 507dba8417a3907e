export { ProcessGuardError, type ProcessGuardErrorCode } from './guard/guard-error.ts';
export { guardSupport, type GuardSupport } from './guard/guard-support.ts';
export { describeProcess, identityOf, isAlive, readProcess, type ProcessIdentity, type ProcessState } from './guard/process-state.ts';
export { descendantsOf } from './guard/process-tree.ts';
export { trackProcesses, type ProcessTracker, type TrackProcessesOptions } from './guard/track-processes.ts';
export { untilGone, type UntilGoneOptions } from './guard/until-gone.ts';
export type { Communicated } from './mock/communicate.ts';
export type { MockProcessBehavior, MockProcessOptions } from './mock/mock-options.ts';
export { MockProcess } from './mock/mock-process.ts';
export { mockSpawner, type MockSpawner } from './mock/mock-spawner.ts';
export { type SpawnFailure } from './mock/spawn-failure.ts';
export type { ApiPurpose, ApiRequest, ApiRequestBody } from './fake-api/request.ts';
export { FakeApiError, type ApiReply, type ApiScript, type ApiToolCall, type ApiUsage } from './fake-api/script.ts';
export { startFakeApi, type FakeApi } from './fake-api/start-fake-api.ts';
export type { PlayedScenario } from './fake-cli/behavior.ts';
export { fakeCli, type FakeCli } from './fake-cli/fake-cli.ts';
export type { MockHostOptions } from './fake-cli/mock-host.ts';
export { playScenario, type ScenarioPlay } from './fake-cli/play-scenario.ts';
export type { Fault, FaultFields, FaultName, FaultOptions } from './scenario/fault.ts';
export type { JsonObject } from './scenario/json.ts';
export type { Reply, ToolCall } from './scenario/reply.ts';
export { parseScenario } from './scenario/parse-scenario.ts';
export { ScenarioError } from './scenario/scenario-error.ts';
export type { Scenario } from './scenario/scenario.ts';
export type { Step } from './scenario/step.ts';
export { parseTranscript, readTranscript } from './transcript/read-transcript.ts';
export { recordTranscript, type RecordTranscriptOptions } from './transcript/record-transcript.ts';
export { type RecordedContext, type Redaction } from './transcript/redaction.ts';
export { createTranscriptRedactor, type TranscriptRedactor } from './transcript/redactor.ts';
export { replayTranscript, type TranscriptReplay } from './transcript/replay-transcript.ts';
export { stepsOf, type StepsOfOptions } from './transcript/to-steps.ts';
export {
  TranscriptError,
  type TranscriptData,
  type TranscriptErrorCode,
  type TranscriptLine,
  type TranscriptMeta,
} from './transcript/transcript-line.ts';
export { marbles } from './rx/marbles.ts';
export { ProbeError, type ProbeErrorCode } from './rx/probe-error.ts';
export { probe, type Probe, type ProbeEntry, type ProbeOptions, type ProbeWaitOptions } from './rx/probe.ts';
