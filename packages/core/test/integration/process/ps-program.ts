import { chmod, writeFile } from 'node:fs/promises';
import path from 'node:path';
import { findPython } from './support.ts';

/** `ps` as macOS has it, for the questions that are asked, over the processes that there really are. `LATER` in its environment changes every start time. */
const program = `
import os, sys, time
ticks, page = os.sysconf('SC_CLK_TCK'), os.sysconf('SC_PAGE_SIZE')
boot = next(int(line.split()[1]) for line in open('/proc/stat') if line.startswith('btime'))
def stat(pid):
    return open(f'/proc/{pid}/stat').read().rsplit(')', 1)[1].split()
def row(pid):
    f = stat(pid)
    spent = (int(f[11]) + int(f[12])) // ticks
    return f'{pid:>5} {f[1]:>5} {f[2]:>5} {f[0]:<4} {int(f[21]) * page // 1024:>6} {spent // 60}:{spent % 60:02d}.00 {started(f)}'
def started(f):
    return time.strftime('%a %b %d %H:%M:%S %Y', time.localtime(boot + int(f[19]) // ticks)) + os.environ.get('LATER', '')
def all():
    for pid in filter(str.isdigit, os.listdir('/proc')):
        try: yield pid, stat(pid)
        except OSError: pass
words = sys.argv[1:]
columns = 'pid=,ppid=,pgid=,state=,rss=,time=,lstart='
try:
    if words[:2] == ['-o', 'lstart=']: print(started(stat(words[3])))
    elif words == ['-axo', columns]: [print(row(pid)) for pid, _ in all()]
    elif words[:2] == ['-o', columns]: print(row(words[3]))
    elif words == ['-axo', 'pid=,pgid=']: [print(pid, f[2]) for pid, f in all() if f[0] != 'Z']
    elif words == ['-axo', 'pgid=']: [print(f[2]) for _, f in all()]
    else: sys.exit(64)
except OSError: sys.exit(1)
`;

/** Writes the program into a folder, under the name `ps`. Returns its path. */
export async function writePs(folder: string): Promise<string> {
  const file = path.join(folder, 'ps');
  await writeFile(file, `#!${findPython()} -IS\n${program}`);
  await chmod(file, 0o755);
  return file;
}
