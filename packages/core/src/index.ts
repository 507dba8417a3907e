export { type ErrorCode, errorCodes } from './errors/codes.ts';
export { channels, type EventChannel, type LifecycleEvent, type TurnEvent } from './diagnostics/channels.ts';
export { SubwireError, type SubwireErrorOptions } from './errors/subwire-error.ts';
export { ClosedError, type ClosedErrorFields } from './errors/closed-error.ts';
export { ConfigError, type ConfigErrorFields } from './errors/config-error.ts';
export { ControlError, type ControlErrorFields } from './errors/control-error.ts';
export { ExitError, type ExitErrorFields } from './errors/exit-error.ts';
export { LaunchError, type LaunchErrorFields, type Surplus } from './errors/launch-error.ts';
export { LimitError, type LimitErrorFields } from './errors/limit-error.ts';
export { ProtocolError, type ProtocolErrorFields } from './errors/protocol-error.ts';
export { ResultError, type ResultErrorFields } from './errors/result-error.ts';
export type { ChildProcessLike, CloseReceipt, CloseRung, ProcessExit, Spawner, SpawnSpec } from './ports/child-process.ts';
export { type ContainmentReport, type ContainmentTier, probeContainment } from './process/containment.ts';
export type { TreeUsage } from './process/tree-usage.ts';
export { type LocateCliOptions, type LocatedCli, locateCli } from './process/locate-cli.ts';
export { credentialVariables, posixProfile, windowsProfile } from './policy/environment.ts';
export type { Credential, TransportOptions } from './policy/options.ts';
export { redact, redactText } from './errors/redact.ts';
export type { AgentDefinition, McpServerConfig, SessionPolicyOptions } from './policy/session-options.ts';
export type { Containment, ProcessLimits, Rlimits, VersionCheck } from './policy/process-options.ts';
export type { ShutdownPolicy } from './policy/shutdown.ts';
export { supportedVersions } from './policy/supported-versions.ts';
export { createHostFolder, type HostFolder, type HostFolderOptions } from './process/host-folder.ts';
export {
  createClaudeCodeSpawner,
  type OfficialSpawnedProcess,
  type OfficialSpawnOptions,
  type SpawnClaudeCodeOptions,
} from './transport/official-sdk.ts';
export { createTransport } from './transport/subprocess-transport.ts';
export type { CloseOptions, Diagnostic, DiagnosticCode, ReadOptions, Transport, TransportState } from './transport/types.ts';
export { openControl } from './control/channel.ts';
export type { ControlChannelOptions, ControlTransport } from './control/channel.ts';
export type {
  CallOptions,
  ControlChannel,
  ControlCounts,
  ControlLoad,
  HandleOptions,
  IncomingContext,
  OpenQuestion,
} from './control/types.ts';
export { openSession } from './session/open-session.ts';
export { type PromptInput, query } from './session/query.ts';
export type { CallbackTimeouts, SessionOptions } from './session/options.ts';
export type { Retrying, Session, SessionTimings, StopOptions, Turn, TurnState } from './session/types.ts';
export type { OnToolUse, ToolUseContext } from './session/tool-use.ts';
export type { HookCallback, HookEvent, HookMatcher, Hooks } from './session/hooks.ts';
export type { JsonRpcMessage, McpServerInstance, McpTransport, SdkMcpServer } from './session/mcp-types.ts';
export type { DialogCallbacks, OnDialog, OnElicitation } from './session/dialogs.ts';
export type { ClockName, ClockOptions, SilentState } from './session/clocks.ts';
export { digestOf, type ParkedDecision, type ParkedRequest, type ParkingOptions } from './session/parking.ts';
export type { RecoveryMode } from './session/recovery.ts';
export { addUsage, emptyUsage, type TurnUsage, type UsageByModel, type UsageCounts, type UsageLedger } from './session/usage.ts';
export { classify, type Outcome, type Verdict } from './session/classify.ts';
export {
  type ContentBlock,
  type ContentBlocks,
  isBlock,
  type OtherBlock,
  type ServerToolUseBlock,
  type TextBlock,
  type ThinkingBlock,
  type ToolResultBlock,
  type ToolUseBlock,
} from './wire/content.ts';
export type {
  ControlCancelRequest,
  ControlRequest,
  ControlResponse,
  DialogAnswer,
  ElicitationAnswer,
  ElicitationRequest,
  IncomingControl,
  InitializeHooks,
  InitializeResponse,
  PermissionMode,
  PermissionVerdict,
} from './wire/control.ts';
export type { ContextUsage, InitializeRequest, McpServerStatus, OutgoingControl, RewindResponse } from './wire/control-outgoing.ts';
export type {
  ApiUsage,
  AssistantMessage,
  CommandLifecycleMessage,
  ConversationResetMessage,
  KeepAliveMessage,
  Message,
  ModelUsage,
  RateLimitEventMessage,
  ResultMessage,
  StreamEventMessage,
  SystemInitMessage,
  SystemMessage,
  ToolProgressMessage,
  UnknownMessage,
  UserMessage,
} from './wire/messages.ts';
export { type ControlSchemas, loadControlSchemas, loadWireSchemas, type WireSchemas } from './wire/load-schemas.ts';
export {
  type ApiRetryMessage,
  type BackgroundTasksChangedMessage,
  type CompactBoundaryMessage,
  type HookEventMessage,
  type InformationalMessage,
  isSystem,
  type PermissionDeniedMessage,
  type SessionStateChangedMessage,
  type StatusMessage,
  type SystemMessages,
  type TaskNotificationMessage,
  type TaskProgressMessage,
  type TaskStartedMessage,
  type TaskUpdatedMessage,
  type TaskUsage,
} from './wire/system.ts';
export type { UserFrame, UserInput } from './wire/outgoing.ts';
