// The official SDK is no dependency of this repository: only what main.ts needs of it. With the package installed, its own types take this file's place.
declare module '@anthropic-ai/claude-agent-sdk' {
  import type { OfficialSpawnedProcess, OfficialSpawnOptions } from '@subwire/core';

  export function query(request: {
    readonly prompt: string;
    readonly options: {
      readonly pathToClaudeCodeExecutable?: string;
      readonly env?: Readonly<Record<string, string | undefined>>;
      readonly allowedTools?: string[];
      readonly spawnClaudeCodeProcess?: (options: OfficialSpawnOptions) => OfficialSpawnedProcess;
    };
  }): AsyncGenerator<{ readonly type: string; readonly result?: string }>;
}
