import type { ControlChannel } from '../control/types.ts';
import type { Session } from './types.ts';

/** Methods of a session that are one control request each. */
export type ControlActions = Pick<
  Session,
  'setModel' | 'setPermissionMode' | 'mcpStatus' | 'mcpReconnect' | 'mcpToggle' | 'contextUsage' | 'stopTask' | 'rewindFiles'
>;

/** The requests that sessions offer by name; all others go through `session.control.request`. */
export function controlActions(control: ControlChannel): ControlActions {
  return {
    setModel: async (model, options) => void (await control.request('set_model', { model }, options)),
    setPermissionMode: async (mode, options) => void (await control.request('set_permission_mode', { mode }, options)),
    mcpStatus: (options) => control.request('mcp_status', {}, options),
    mcpReconnect: async (serverName, options) => void (await control.request('mcp_reconnect', { serverName }, options)),
    mcpToggle: async (serverName, enabled, options) => void (await control.request('mcp_toggle', { serverName, enabled }, options)),
    contextUsage: (options) => control.request('get_context_usage', {}, options),
    stopTask: async (taskId, options) => void (await control.request('stop_task', { task_id: taskId }, options)),
    rewindFiles: (messageId, { dryRun, ...options } = {}) =>
      control.request('rewind_files', { user_message_id: messageId, ...(dryRun !== undefined && { dry_run: dryRun }) }, options),
  };
}
