import { describe, expect, it } from 'vitest';
import { SECOND } from '../../src/sim/api/time.ts';
import { USERS, type Request, type Response } from '../../src/sim/api/request.ts';
import { newTimeline, perform, playUntil, read } from '../../src/sim/index.ts';

const containers = (image: string, command?: readonly string[], more: object = {}): object => ({ containers: [{ name: 'app', image, ...(command === undefined ? {} : { command }), ...more }] });
const POD = (name: string, spec: object, labels: object = { app: name }): object => ({ apiVersion: 'v1', kind: 'Pod', metadata: { name, namespace: 'default', labels }, spec });
const SERVICE = (name: string, port: number): object => ({ apiVersion: 'v1', kind: 'Service', metadata: { name, namespace: 'default' }, spec: { selector: { app: name }, ports: [{ port }] } });

function cluster(...objects: readonly object[]): { exec(pod: string, ...command: readonly string[]): string; log(pod: string, query?: Readonly<Record<string, string>>): Response; play(seconds: number): void; send(request: Omit<Request, 'user'>): Response | undefined } {
  const node = (name: string, index: number) => ({ name, cpu: '4', memory: '8Gi', index, hollow: false });
  const timeline = newTimeline({ config: { proxyMode: 'iptables', nodes: [node('node-1', 1), node('node-2', 2)] }, seed: 5, script: [] });
  const send = (request: Omit<Request, 'user'>): Response | undefined => perform(timeline, { user: USERS.admin, ...request });
  playUntil(timeline, 2 * SECOND);
  for (const object of objects) {
    const { kind } = object as { readonly kind: string };
    send({ method: 'POST', path: `/api/v1/namespaces/default/${kind.toLowerCase()}s`, contentType: 'application/json', body: object as never });
  }
  playUntil(timeline, 20 * SECOND);
  return {
    send,
    play: (seconds) => playUntil(timeline, timeline.world.now + seconds * SECOND),
    log: (pod, query = {}) => read(timeline.world, { user: USERS.admin, method: 'GET', path: `/api/v1/namespaces/default/pods/${pod}/log`, query }),
    exec(pod, ...command) {
      const response = send({ method: 'POST', path: `/api/v1/namespaces/default/pods/${pod}/exec`, contentType: 'application/json', body: { command } as never });
      const { stdout, stderr, exitCode, message } = response?.body as { readonly stdout?: string; readonly stderr?: string; readonly exitCode?: number; readonly message?: string };
      return message ?? `${stdout ?? ''}${stderr ?? ''}(${exitCode ?? '?'})`;
    },
  };
}
const text = (response: Response): string => String((response.body as { readonly text?: string; readonly message?: string }).text ?? (response.body as { readonly message?: string }).message);

describe('programs over the network', () => {
  const c = cluster(POD('web', containers('nginx:1.29', undefined, { ports: [{ containerPort: 80 }] })), SERVICE('web', 80), SERVICE('none', 80), POD('tool', containers('busybox:1.36', ['sleep', '3600'])), POD('early', containers('busybox:1.36', ['sh', '-c', 'until wget -qO- -T 2 web > /dev/null; do echo waiting; sleep 1; done; echo found'])));

  it.each([
    [['wget', '-qO-', 'web'], /^<!DOCTYPE html>\n<html>\n<head>\n<title>Welcome to nginx!<\/title>[\s\S]*\(0\)$/],
    [['wget', '-qO-', 'http://web.default.svc.cluster.local:80/nothing'], /^wget: server returned error: HTTP\/1\.1 404 Not Found\n\(1\)$/],
    [['wget', '-O', '/dev/null', 'web'], /^Connecting to web \(10\.96\.\d+\.\d+:80\)\nsaving to '\/dev\/null'\n.*615.*\n'\/dev\/null' saved\n\(0\)$/],
    [['wget', '-qO-', 'nobody'], /^wget: bad address 'nobody'\n\(1\)$/],
    [['wget', '-qO-', 'none'], /^wget: can't connect to remote host \(10\.96\.\d+\.\d+\): Connection refused\n\(1\)$/],
    [['wget', '-qO-', '-T', '2', 'web:81'], /^wget: download timed out\n\(1\)$/],
    [['nslookup', 'web'], /^Server:\t\t10\.96\.0\.10\nAddress:\t10\.96\.0\.10:53\n\nName:\tweb\.default\.svc\.cluster\.local\nAddress: 10\.96\.\d+\.\d+\n\n\(0\)$/],
    [['nslookup', 'nobody'], /can't find nobody\.default\.svc\.cluster\.local: NXDOMAIN\n\n\(1\)$/],
    [['nc', '-zv', 'web', '80'], /^web \(10\.96\.\d+\.\d+:80\) open\n\(0\)$/],
    [['sh', '-c', 'echo $WEB_SERVICE_PORT $KUBERNETES_SERVICE_HOST; hostname; exit 3'], /^\d* 10\.96\.0\.1\ntool\n\(3\)$/],
    [['curl', 'web'], /exec: "curl": executable file not found in \$PATH$/],
    [['cat', '/nowhere'], /^cat: can't open '\/nowhere': No such file or directory\n\(1\)$/],
    [['ping', '-c', '1', 'web'], /1 packets transmitted, 0 packets received, 100% packet loss\n\(1\)$/],
  ])('%j', (command, expected) => {
    expect(c.exec('tool', ...command)).toMatch(expected);
  });

  it('leaves a line in the log of who answered, and its own program waits for a Service', () => {
    expect(text(c.log('web'))).toMatch(/start worker processes\n10\.244\.\d+\.\d+ - - \[05\/Jan\/2026:08:00:\d\d \+0000\] "GET \/ HTTP\/1\.1" 200 615 "-" "Wget" "-"\n/);
    expect(text(c.log('early'))).toMatch(/^(waiting\n)*found\n$/);
    expect(text(c.log('web', { tailLines: '1', timestamps: 'true' }))).toMatch(/^2026-01-05T08:00:\d\d(\.\d+)?Z 10\.244/);
  });
  it('says why there is no log', () => {
    expect(text(c.log('web', { container: 'x' }))).toBe('container x is not valid for pod web');
    expect(text(c.log('web', { previous: 'true' }))).toBe('previous terminated container "app" in pod "web" not found');
    expect(c.log('nobody').code).toBe(404);
  });
  it('a file that is removed is not served any more', () => {
    expect(c.exec('web', 'rm', '/usr/share/nginx/html/index.html')).toBe('(0)');
    expect(c.exec('tool', 'wget', '-qO-', 'web')).toBe('wget: server returned error: HTTP/1.1 403 Forbidden\n(1)');
  });
});
