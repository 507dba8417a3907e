/** The credential that {@link FakeApi.env} carries. It opens nothing. */
export const madeUpKey = 'sk-ant-made-up-key-of-a-test';

/**
 * What a real Claude Code needs to talk to nobody but the fake. The empty values matter: a credential or a provider that the caller's own environment
 * happens to have would otherwise win over the key, and a proxy would carry loopback traffic off this host.
 */
export function environmentFor(url: string, configDir: string): Readonly<Record<string, string>> {
  return {
    ANTHROPIC_BASE_URL: url,
    ANTHROPIC_API_KEY: madeUpKey,
    ANTHROPIC_AUTH_TOKEN: '',
    CLAUDE_CODE_OAUTH_TOKEN: '',
    CLAUDE_CODE_USE_BEDROCK: '',
    CLAUDE_CODE_USE_VERTEX: '',
    CLAUDE_CODE_USE_FOUNDRY: '',
    CLAUDE_CONFIG_DIR: configDir,
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    DISABLE_TELEMETRY: '1',
    DISABLE_ERROR_REPORTING: '1',
    DISABLE_AUTOUPDATER: '1',
    DISABLE_BUG_COMMAND: '1',
    NO_PROXY: '127.0.0.1,localhost',
    no_proxy: '127.0.0.1,localhost',
  };
}
