import type { Credential } from './options.ts';

/** What a child inherits by default on POSIX systems: where things are, the language, the network's way out. No credentials of other programs. */
export const posixProfile: readonly string[] = Object.freeze([
  'PATH',
  'HOME',
  'USER',
  'LOGNAME',
  'SHELL',
  'TERM',
  'COLORTERM',
  'TZ',
  'LANG',
  'LANGUAGE',
  'LC_ALL',
  'LC_CTYPE',
  'LC_MESSAGES',
  'TMPDIR',
  'TMP',
  'TEMP',
  'XDG_CONFIG_HOME',
  'XDG_DATA_HOME',
  'XDG_CACHE_HOME',
  'XDG_STATE_HOME',
  'XDG_RUNTIME_DIR',
  'SSH_AUTH_SOCK',
  'HTTP_PROXY',
  'HTTPS_PROXY',
  'NO_PROXY',
  'ALL_PROXY',
  'http_proxy',
  'https_proxy',
  'no_proxy',
  'all_proxy',
  'NODE_EXTRA_CA_CERTS',
  'SSL_CERT_FILE',
  'SSL_CERT_DIR',
  'REQUESTS_CA_BUNDLE',
  'CURL_CA_BUNDLE',
  'TRACEPARENT',
  'TRACESTATE',
  'CLAUDE_CONFIG_DIR',
]);

/** What a child inherits by default on Windows, where a process without `SystemRoot` cannot open a socket. Names are compared without case. */
export const windowsProfile: readonly string[] = Object.freeze([
  ...posixProfile,
  'APPDATA',
  'LOCALAPPDATA',
  'PROGRAMDATA',
  'PROGRAMFILES',
  'PROGRAMFILES(X86)',
  'PROGRAMW6432',
  'COMMONPROGRAMFILES',
  'SYSTEMROOT',
  'SYSTEMDRIVE',
  'WINDIR',
  'COMSPEC',
  'PATHEXT',
  'USERPROFILE',
  'USERNAME',
  'USERDOMAIN',
  'HOMEDRIVE',
  'HOMEPATH',
  'COMPUTERNAME',
  'NUMBER_OF_PROCESSORS',
  'PROCESSOR_ARCHITECTURE',
  'OS',
  'PUBLIC',
]);

/** Variables that carry or choose a credential. All but the chosen one are removed when a credential is given. */
export const credentialVariables: readonly string[] = Object.freeze([
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_TOKEN',
  'CLAUDE_CODE_OAUTH_REFRESH_TOKEN',
  'CLAUDE_CODE_OAUTH_SCOPES',
  'ANTHROPIC_CUSTOM_HEADERS',
  'CLAUDE_CODE_USE_BEDROCK',
  'CLAUDE_CODE_USE_VERTEX',
  'CLAUDE_CODE_USE_FOUNDRY',
  'AWS_BEARER_TOKEN_BEDROCK',
  'AWS_ACCESS_KEY_ID',
  'AWS_SECRET_ACCESS_KEY',
  'AWS_SESSION_TOKEN',
  'AWS_PROFILE',
  'GOOGLE_APPLICATION_CREDENTIALS',
  'AWS_WEB_IDENTITY_TOKEN_FILE',
  'ANTHROPIC_VERTEX_PROJECT_ID',
  'ANTHROPIC_FOUNDRY_API_KEY',
  'CLAUDE_CODE_API_KEY_FILE_DESCRIPTOR',
  'CLAUDE_CODE_OAUTH_TOKEN_FILE_DESCRIPTOR',
]);

/** What an agent around us puts into our environment. A child that sees these refuses to start or takes over the parent's identity. */
function isAgentMarker(name: string): boolean {
  return name === 'CLAUDECODE' || name.startsWith('CLAUDE_CODE_') || name.startsWith('CLAUDE_AGENT_SDK_') || name === 'BAGGAGE';
}

type HostEnvironment = Readonly<Record<string, string | undefined>>;

/** What {@link buildEnvironment} is made from. */
export interface EnvironmentRequest {
  readonly host: HostEnvironment;
  readonly platform: NodeJS.Platform;
  readonly inherit: 'profile' | 'all' | 'none' | readonly string[];
  readonly credential: Credential;
  readonly extra: HostEnvironment;
}

function inherited(request: EnvironmentRequest): Record<string, string> {
  const { host, inherit, platform } = request;
  const fold = (name: string): string => (platform === 'win32' ? name.toUpperCase() : name);
  const list = inherit === 'profile' ? (platform === 'win32' ? windowsProfile : posixProfile) : inherit === 'none' ? [] : inherit;
  const names = list === 'all' ? undefined : new Set(list.map(fold));
  const credentials = new Set(credentialVariables);
  const withCredentials = request.credential === 'inherit' && (inherit === 'profile' || inherit === 'all');
  const result: Record<string, string> = {};
  for (const [name, value] of Object.entries(host)) {
    if (value === undefined) continue;
    const isCredential = credentials.has(name);
    if (isCredential ? !withCredentials && !(names?.has(fold(name)) ?? false) : isAgentMarker(name)) continue;
    if (isCredential || names === undefined || names.has(fold(name))) result[name] = value;
  }
  // Where the API is belongs to the credential: a key sent to another host is a key given away.
  if (withCredentials && host['ANTHROPIC_BASE_URL'] !== undefined) result['ANTHROPIC_BASE_URL'] = host['ANTHROPIC_BASE_URL'];
  return result;
}

/**
 * The whole environment of a child. It is built up from an allow-list, never copied from the host: a key from somebody's `.env` file would
 * otherwise replace the account that was meant.
 */
export function buildEnvironment(request: EnvironmentRequest): Record<string, string> {
  const env = inherited(request);
  if (request.credential !== 'inherit') for (const name of credentialVariables) Reflect.deleteProperty(env, name);
  if (typeof request.credential === 'object') {
    if ('apiKey' in request.credential) env['ANTHROPIC_API_KEY'] = request.credential.apiKey;
    else env['CLAUDE_CODE_OAUTH_TOKEN'] = request.credential.oauthToken;
  }
  env['CLAUDE_CODE_ENTRYPOINT'] = 'sdk-ts';
  for (const [name, value] of Object.entries(request.extra)) {
    if (value === undefined) Reflect.deleteProperty(env, name);
    else env[name] = value;
  }
  return env;
}
