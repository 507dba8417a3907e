const kilobyte = 1024;
const megabyte = 1024 * kilobyte;
const session = '6b1d9f0e-52c3-4f7a-9a5e-0c1f3d7b8e21';

const asciiWords = (
  'the stream of a process is read in pieces and each piece ends where it likes so that a line may begin in one and end in another while ' +
  'const value = await source(path); return value.map((item) => item.name) "quoted" \\ and\ttabs\n- list {"key": [1, 2, 3]}'
).split(' ');
const mixedWords = [...asciiWords, ...asciiWords, ...asciiWords, 'café', '→', '…', '“so”', '日本'];
const unicodeWords = [
  ...[
    '日本語の文章',
    '漢字',
    'かな交じり',
    '中文字符',
    '流式输出',
    '한국어',
    'кириллица',
    'ελληνικά',
    'עברית',
    'العربية',
    'naïve',
    'Straße',
  ],
  ...['😀', '👩‍👩‍👧‍👦', '🇪🇺', '𝒳𝒴', 'a\u2028b', 'c\u2029d', 'e\u0085f', '\u00a0', '…', '→', 'plain', 'words', 'too'],
];

function uuid(random) {
  const hex = (length) => Array.from({ length }, () => Math.floor(random() * 16).toString(16)).join('');
  return `${hex(8)}-${hex(4)}-4${hex(3)}-a${hex(3)}-${hex(12)}`;
}

function text(random, words, length) {
  let result = '';
  while (result.length < length) result += `${words[Math.floor(random() * words.length)]} `;
  return result;
}

/** A long text made of one repeated page with a number in between: made fast, and no two pieces of it are the same. */
function longText(random, words, length) {
  const pages = Array.from({ length: 8 }, () => text(random, words, 4 * kilobyte));
  const parts = [];
  for (let size = 0, index = 0; size < length; index++) {
    const part = `${index} ${pages[Math.floor(random() * pages.length)]}`;
    parts.push(part);
    size += part.length;
  }
  return parts.join('').slice(0, length);
}

function init() {
  return {
    ...{ type: 'system', subtype: 'init', cwd: '/home/user/project', session_id: session, tools: ['Bash', 'Read'], mcp_servers: [] },
    ...{ model: 'a-model', permissionMode: 'default', apiKeySource: 'none', uuid: '00000000-0000-4000-a000-000000000000' },
  };
}

function result() {
  return {
    ...{ type: 'result', subtype: 'success', is_error: false, duration_ms: 1, duration_api_ms: 1, num_turns: 1, result: 'done' },
    ...{
      session_id: session,
      total_cost_usd: 0,
      usage: { input_tokens: 1, output_tokens: 1 },
      uuid: '00000000-0000-4000-a000-000000000001',
    },
  };
}

function delta(random, words, length) {
  return {
    type: 'stream_event',
    event: { type: 'content_block_delta', index: 0, delta: { type: 'text_delta', text: text(random, words, length()) } },
    ...{ session_id: session, parent_tool_use_id: null, uuid: uuid(random) },
  };
}

function toolResult(random, words, length) {
  const block = { type: 'tool_result', tool_use_id: `toolu_${uuid(random)}`, content: longText(random, words, length), is_error: false };
  return { type: 'user', message: { role: 'user', content: [block] }, parent_tool_use_id: null, session_id: session, uuid: uuid(random) };
}

function* deltas(random, count) {
  yield init();
  for (let index = 0; index < count; index++) yield delta(random, asciiWords, () => 33 + random() * 64);
  yield result();
}

/**
 * What the corpora hold. Each begins with a small line, so that the work for every other one lies between the first message and the last.
 * @type {Record<string, (random: () => number, quick: boolean) => Iterable<object>>}
 */
export const corpusShapes = {
  deltas: (random, quick) => deltas(random, quick ? 100_000 : 1_000_000),
  line: (random, quick) => deltas(random, quick ? 20_000 : 100_000),
  *mixed(random, quick) {
    yield init();
    for (let turn = 0; turn < (quick ? 200 : 1810); turn++) {
      for (let index = 0; index < 20; index++) yield delta(random, mixedWords, () => 20 + random() * 64);
      yield toolResult(random, mixedWords, (20 + random() * 180) * kilobyte);
    }
    yield result();
  },
  *big(random, quick) {
    yield init();
    const sizes = quick ? [1, 1, 1, 1, 8] : [...Array(24).fill(1), ...Array(6).fill(8), ...Array(3).fill(32)];
    for (const size of sizes) yield toolResult(random, asciiWords, size * megabyte);
    yield result();
  },
  *unicode(random, quick) {
    yield init();
    for (let turn = 0; turn < (quick ? 1000 : 10_000); turn++) {
      for (let index = 0; index < 20; index++) yield delta(random, unicodeWords, () => 20 + random() * 64);
      if (turn % 20 === 0) yield toolResult(random, unicodeWords, (20 + random() * 80) * kilobyte);
    }
    yield result();
  },
};
