import type { Runtime } from '../../io/io.ts';
import type { Check } from '../../render/report.ts';

const least = [20, 19] as const;

/** Whether the version of Node is one that we support. */
export function checkNode({ nodeVersion, platform, architecture }: Runtime): Check {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const isOld = major < least[0] || (major === least[0] && minor < least[1]);
  return {
    name: 'node',
    verdict: isOld ? 'problem' : 'ok',
    summary: `Node ${nodeVersion} on ${platform} ${architecture}`,
    facts: { version: nodeVersion, platform, architecture },
    ...(isOld && { advice: `Install Node ${least.join('.')} or later.` }),
  };
}
