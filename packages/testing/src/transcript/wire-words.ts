/** A list of words as a set; one text reads better than a hundred quotes. */
function words(text: string): ReadonlySet<string> {
  return new Set(text.trim().split(/\s+/));
}

/** Fields whose texts the wire defines. Everything else that is text was said by somebody. */
export const wireFields = words(`
  type subtype role status state kind subkind behavior mode media_type destination decision platform stop_reason terminal_reason
  permissionMode permission_mode apiKeySource apiProvider tokenSource output_style available_output_styles claude_code_version model
  canonicalModel provider resolvedModel fast_mode_state fast_mode_disabled_reason error_code view_mode service_tier speed
  inference_geo hook_event hook_event_name hookEventName permissionDecision capabilities decision_reason_type rateLimitType
  overageStatus timestamp task_type method jsonrpc protocolVersion event signal source trigger exit_reason
`);

/** Fields that name a tool. A built-in one is part of the CLI; a tool of an MCP server may tell what somebody works on. */
export const toolFields = words(`
  name tool_name tools toolName display_name
`);

/** Tools that come with the CLI. */
export const builtInTools = words(`
  Agent AskUserQuestion Bash BashOutput CronCreate CronDelete CronList Edit EnterPlanMode EnterWorktree ExitPlanMode ExitWorktree
  Glob Grep KillShell ListAgents LSP Monitor MultiEdit NotebookEdit Read ReportFindings ScheduleWakeup SendMessage Skill
  StructuredOutput Task TaskCreate TaskGet TaskList TaskOutput TaskStop TaskUpdate TodoWrite ToolSearch WebFetch WebSearch Workflow
  Write
`);

/** What the wire says in `error`; anything else there is a sentence. */
export const assistantErrors = words(`
  authentication_failed billing_error rate_limit invalid_request server_error unknown overloaded max_output_tokens
  unsupported_request
`);

/** Fields that hold a folder and nothing else. */
export const folderFields = words(`
  cwd original_cwd
`);

/** Objects whose very keys are made up by people and tools. */
export const freeZones = words(`
  input updatedInput tool_input tool_response tool_use_result structured_output structuredContent env headers metadata arguments
  properties answers account
`);

/** Keys inside those objects that the built-in tools define. */
export const knownKeys = words(`
  type text content file_path path command description pattern old_string new_string prompt url query offset limit timeout
  run_in_background subagent_type questions question options header label answers stdout stderr interrupted isImage todos status
  filePath file numLines startLine totalLines skill args source data media_type tokenSource apiKeySource apiProvider email
  organization
`);
