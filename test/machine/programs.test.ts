import { describe, expect, it } from 'vitest';
import type { Container, Pod } from '../../src/sim/api/object.ts';
import { SECOND } from '../../src/sim/api/time.ts';
import { engine } from '../../src/sim/machine/programs.ts';
import type { MachineState } from '../../src/sim/machine/machine.ts';
import { harness, pod, type Harness } from '../kubelet/harness.ts';

/** A script, run as a container's command on a real kubelet and machine: what it wrote and when, and how it ended. */
function log(h: Harness, name: string, previous = false): string {
  const state = h.states.get('machine/node-1') as MachineState;
  const sandbox = [...state.pods.values()].find((each) => each.pod.metadata.name === name);
  const uid = h.pod(`default/${name}`).metadata.uid;
  const containers = sandbox?.containers ?? state.archive.get(uid);
  if (containers === undefined) return '(gone)';
  const current = containers.get('app')!;
  const program = previous ? { ...current.previous!.program, inside: current.previous!.inside } : current;
  const lines = engine.log!(program);
  return lines.map(({ at, text }) => `${((at - program.startedAt) / SECOND).toFixed(1)} ${text}`).join('\n');
}
const exitOf = (h: Harness, name: string): number | undefined => (h.pod(`default/${name}`) as Pod).status.containerStatuses?.[0]?.state?.terminated?.exitCode;

function play(script: string | readonly string[], seconds: number, more: Partial<Container> = {}, spec: Partial<Pod['spec']> = {}): { readonly h: Harness; readonly log: string; readonly code: number | undefined } {
  const h = harness();
  h.put(pod('p', { restartPolicy: 'Never', containers: [{ name: 'app', image: 'busybox:1.36', command: typeof script === 'string' ? ['sh', '-c', script] : script, ...more } as Container], ...spec }) as never);
  h.run(seconds + 6);
  return { h, log: log(h, 'p'), code: exitOf(h, 'p') };
}

describe('a script and its log', () => {
  it('counts to three with pauses', () => {
    expect(play('for i in 1 2 3; do echo "round $i"; sleep 2; done; echo done', 10).log).toBe('0.0 round 1\n2.0 round 2\n4.0 round 3\n6.0 done');
  });
  it('functions, case, arithmetic, substitutions and pipes', () => {
    const script = `
greet() { echo "hello $1 ($#)"; return 3; }
greet world
echo "status $?"
n=5; while [ $n -gt 3 ]; do n=$((n - 1)); done; echo "n=$n"
case "$(echo banana)" in apple) echo no ;; b*|c*) echo "starts with b" ;; esac
printf '%s-%03d\\n' a 7 b 8
seq 1 5 | grep -v 3 | wc -l
echo "one two three" | while read first rest; do echo "$first|$rest"; done
cat <<EOF > /tmp/f
line $n
two
EOF
head -1 /tmp/f; ls /tmp
x=\${missing:-default}; echo "$x \${x#de} \${#x}"
false || echo "or"; true && echo "and"
( cd /tmp; pwd ); pwd
set -- a "b c" d; for arg in "$@"; do echo "<$arg>"; done
echo $(( (1 + 2) * 3 )) \`echo old\`
if ! test -f /nowhere; then echo "not there"; fi
`;
    expect(play(script, 3).log.replace(/^[\d.]+ /gm, '')).toBe('hello world (1)\nstatus 3\nn=3\nstarts with b\na-007\nb-008\n4\none|two three\nline 3\nf\ndefault fault 7\nor\nand\n/tmp\n/\n<a>\n<b c>\n<d>\n9 old\nnot there');
  });
  it('dates are virtual', () => {
    expect(play('date; sleep 61; date +%T', 70).log).toMatch(/^0\.0 Mon Jan {2}5 08:00:0\d UTC 2026\n61\.0 08:01:0\d$/);
  });
  it('background work and wait', () => {
    expect(play('(sleep 3; echo late) & echo started; wait; echo over', 5).log).toBe('0.0 started\n3.0 late\n3.0 over');
  });
  it('tail follows a file that another process writes', () => {
    expect(play('touch /tmp/log; (for i in 1 2; do sleep 2; echo "entry $i" >> /tmp/log; done) & tail -f /tmp/log | grep "entry"', 8).log).toMatch(/^[23]\.\d entry 1\n[45]\.\d entry 2$/);
  });
  it('a loop that never waits is slowed down, and holds nothing up', () => {
    expect(play('while true; do :; done', 60).code).toBe(undefined);
  });
});

describe('how commands end', () => {
  it.each([
    ['exit 3', 3], ['false', 1], ['true', 0], ['exit 300', 44], ['no-such-program', 127], ['cat /nowhere', 1], ['set -e; false; echo never', 1], ['set -e; false || true; exit 4', 4], ['test -f /etc/hostname', 0], ['grep x /etc/hostname', 1], ['echo "', 2], ['kill -9 $$; exit 5', 5], ['trap "echo bye" EXIT; exit 6', 6], ['exec sleep 1', 0], ['f() { return 7; }; f', 7], ['! true', 1], ['exit $((5 % 3))', 2], ['sleep 1 & wait $!; exit $?', 0], ['sleep 50 & kill $!; wait $!', 143],
  ])('%s: %d', (script, code) => {
    expect(play(script, 4).code).toBe(code);
  });
  it.each([[['true'], 0], [['false'], 1], [['sleep', '1'], 0], [['sh', '-ec', 'false'], 1], [['cat', '/nowhere'], 1]])('%j: %d', (argv, code) => {
    expect(play(argv, 4).code).toBe(code);
  });
});

describe('signals', () => {
  const stopped = (script: string): string => {
    const h = harness();
    h.put(pod('p', { terminationGracePeriodSeconds: 10, containers: [{ name: 'app', image: 'busybox:1.36', command: ['sh', '-c', script] } as Container] }) as never);
    h.run(10);
    const at = h.now;
    h.deletePod('default/p', 10);
    h.run(20);
    const end = h.lines.find(({ text }) => text.includes('app:terminated'));
    return `${(((end?.at ?? NaN) - at) / SECOND).toFixed(0)} s, ${/app:terminated\/(\w+\/\d+)/.exec(end?.text ?? '')?.[1] ?? ''}`;
  };
  it('process 1 without a handler is killed after its grace', () => expect(stopped('sleep 1000')).toBe('10 s, Error/137'));
  it('a trap ends it when the command under way is over', () => expect(stopped('trap "exit 0" TERM; while true; do sleep 8; done')).toMatch(/^[6-8] s, Completed\/0$/));
  it('a trap interrupts wait at once', () => expect(stopped('trap "exit 7" TERM; sleep 1000 & wait')).toBe('0 s, Error/7'));
});
