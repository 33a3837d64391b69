import { describe, expect, it } from 'vitest';
import '../../src/sim/further.ts';
import { newTerminalState } from '../../src/kubectl/terminal.ts';
import { newTimeline } from '../../src/sim/index.ts';
import { scenarios } from '../../src/sim/scenarios/index.ts';
import { type } from './ckad.ts';

/**
 * What was learnt by running an unmodified kubectl v1.36.3 and this one side by side against the same cluster: lines, in order, with what the real one
 * says. None of them is in a recording.
 */
const REPLIES = 'kubectl patch deploy web --dry-run=client -o jsonpath={.spec.replicas} -p';
const LINES: readonly (readonly [line: string, says: string])[] = [
  ['kubectl create deployment web --image=nginx', 'deployment.apps/web created\n'],
  ['kubectl get csidrivers --server-print=false', 'No resources found in default namespace.\n'],
  ['kubectl get csidrivers', 'No resources found\n'],
  ['kubectl get cs -o name', 'Warning: v1 ComponentStatus is deprecated in v1.19+\ncomponentstatus/controller-manager\ncomponentstatus/etcd-0\ncomponentstatus/scheduler\n'],
  ["kubectl get deploy -o 'jsonpath={range.items[*]}{.metadata.name}{end}'", 'web'],
  ['kubectl get deploy web --subresource=foo', 'Error from server (NotFound): the server could not find the requested resource\n'],
  ['kubectl get pods,svc -w', 'error: you may only specify a single resource type\n'],
  ['kubectl get pods --output-watch-events', 'error: --output-watch-events option can only be used with --watch or --watch-only\n'],
  ['kubectl get --raw /nope', 'Error from server (NotFound): the server could not find the requested resource\n'],
  ['kubectl get hpa.v1.autoscaling', 'No resources found in default namespace.\n'],
  ['kubectl annotate deploy web a=b', 'deployment.apps/web annotated\n'],
  ['kubectl annotate deploy web a=c', "error: --overwrite is false but found the following declared annotation(s): 'a' already has a value (b)\n"],
  ['kubectl taint node node-1 x=y:NoSchedule --dry-run=client', 'node/node-1 tainted\n'],
  ['kubectl set env deploy/web', ''],
  ['kubectl set image deploy/web nginx=', 'error: failed to patch image update to pod template: Deployment.apps "web" is invalid: spec.template.spec.containers[0].image: Required value\n'],
  ['kubectl set resources deploy/web --limits=cpu=abc', "error: quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'\n"],
  ['kubectl rollout history ns/default', 'error: no history viewer has been implemented for "Namespace"\n'],
  ['kubectl rollout restart deploy -l app=zz', 'No resources found in default namespace.\n'],
  ['kubectl create service clusterip s --tcp=99999', 'error: strconv.ParseUint: parsing "99999": value out of range\n'],
  ['kubectl create secret tls t', 'error: key and cert must be specified\n'],
  ['kubectl create cm c --from-file=nofile', 'error: error reading nofile: no such file or directory\n'],
  ['kubectl run p --image=nginx --restart=foo', "error: invalid restart policy: foo\nSee 'kubectl run -h' for help and examples\n"],
  ['kubectl run p --image=nginx --env=bad', 'error: invalid env: bad\n'],
  ['kubectl run p --image="bad image"', 'error: Invalid image name "bad image": invalid reference format\n'],
  ['kubectl apply view-last-applied deploy/web', ''],
  [`${REPLIES} '{"spec":{"replicas":7}}'`, '7'],
  ["kubectl patch deploy web -p bad", 'Error from server (BadRequest): json: cannot unmarshal string into Go value of type map[string]interface {}\n'],
  ['kubectl expose deploy web --port=80 --session-affinity=ClientIP --external-ip=1.2.3.4 --dry-run=client -o jsonpath={.spec.externalIPs}{.spec.sessionAffinity}', '["1.2.3.4"]ClientIP'],
  ['kubectl logs nope', 'error: error from server (NotFound): pods "nope" not found in namespace "default"\n'],
  ['kubectl debug nope', 'error: you must specify --image when not using --copy-to.\n'],
  ['kubectl events --for=pod/nope', 'No events found in default namespace.\n'],
  ["kubectl wait --for='jsonpath={.status[' deploy/web", "error: unexpected path string, expected a 'name1.name2' or '.name1.name2' or '{name1.name2}' or '{.name1.name2}'\n"],
  ['kubectl api-resources foo', "error: unexpected arguments: [foo]\nSee 'kubectl api-resources -h' for help and examples\n"],
  ['kubectl delete deploy nope --cascade=false', 'warning: --cascade=false is deprecated (boolean value) and can be replaced with --cascade=orphan.\nError from server (NotFound): deployments.apps "nope" not found\n'],
  ['kubectl describe servicecidr | head -4', 'Name:         kubernetes\nLabels:       <none>\nAnnotations:  <none>\nCIDRs:        10.96.0.0/16\n'],
];

const start = () => ({ timeline: newTimeline({ ...scenarios.find(({ id }) => id === 'deploy')!, script: [] }), state: newTerminalState() });

describe('beside a real kubectl', () => {
  const { timeline, state } = start();
  it.each(LINES)('%s', (line, says) => expect(type(timeline, state, line, []).text).toBe(says));
});

describe('-w', () => {
  it('shows every event of a watch in the columns of the list, and passes them on through a pipe', () => {
    const { timeline, state } = start();
    type(timeline, state, 'kubectl create deployment web --image=nginx', []);
    const { text } = type(timeline, state, 'kubectl get pods -w --output-watch-events', []);
    const rows = text.trimEnd().split('\n').map((row) => row.replace(/web-\S+/, 'web'));
    expect(rows[0]).toMatch(/^EVENT +NAME +READY +STATUS +RESTARTS +AGE$/);
    expect(rows.slice(1).map((row) => row.split(/ +/).slice(0, 4).join(' '))).toEqual(['ADDED web 0/1 Pending', 'MODIFIED web 0/1 Pending', 'MODIFIED web 0/1 ContainerCreating', 'MODIFIED web 0/1 ContainerCreating', 'MODIFIED web 1/1 Running']);
    const again = start();
    type(again.timeline, again.state, 'kubectl create deployment web --image=nginx', []);
    expect(type(again.timeline, again.state, 'kubectl get pods -w | grep Running', []).text).toMatch(/^web-\S+ +1\/1 +Running +0 +\d+s\n$/);
    const third = start();
    type(third.timeline, third.state, 'kubectl create deployment web --image=nginx', []);
    const before = third.timeline.world.now;
    expect(type(third.timeline, third.state, 'kubectl get pods -w | head -3', []).text.split('\n')).toHaveLength(4);
    // The head has what it wants, and the watch ends with it instead of going on until somebody breaks it off.
    expect(third.timeline.world.now - before).toBeLessThan(60_000_000);
  });
});
