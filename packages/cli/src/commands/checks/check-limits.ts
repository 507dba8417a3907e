import type { Runtime } from '../../io/io.ts';
import type { Check } from '../../render/report.ts';

// An agent with MCP servers keeps some 240 files open; four of them at once, and room to spare.
const enoughFiles = 4096;
// What one agent takes at rest, by the reports of its users.
const agentBytes = 400 * 1024 * 1024;

const gigabytes = (bytes: number): string => `${(bytes / 1024 ** 3).toFixed(1)} GB`;

/** Whether the machine has room for agents. */
export function checkLimits({ memoryBytes, freeMemoryBytes, processors, openFiles }: Runtime): Check {
  const fewFiles = openFiles !== undefined && openFiles < enoughFiles;
  const littleMemory = memoryBytes < 2 * agentBytes;
  const room = Math.max(0, Math.floor(memoryBytes / agentBytes) - 1);
  const advice = [
    ...(fewFiles ? [`Allow at least ${enoughFiles} open files (ulimit -n ${enoughFiles}).`] : []),
    ...(littleMemory ? ['An agent takes up to 400 MB at rest; give the machine more memory.'] : []),
  ];
  const files = openFiles === undefined ? 'open files unlimited or unknown' : `${openFiles} open files`;
  return {
    name: 'limits',
    verdict: advice.length > 0 ? 'warning' : 'ok',
    summary: `${gigabytes(memoryBytes)} of memory, ${gigabytes(freeMemoryBytes)} free; ${processors} processors; ${files}; room for about ${room} agents`,
    facts: { memoryBytes, freeMemoryBytes, processors, openFiles: openFiles ?? null },
    ...(advice.length > 0 && { advice: advice.join(' ') }),
  };
}
