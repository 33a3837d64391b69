import type { Container } from '../api/object.ts';
import type { Files } from './programs/program.ts';
import { printf } from './programs/builtins.ts';
import { formatDate } from './programs/dates.ts';
import type { Sandbox } from './machine.ts';
import type { LogLine } from './shell/state.ts';

/** What the servers of well-known images answer and write. Others answer with their container's name. */
export interface Answer {
  readonly status: number;
  readonly body: string;
}
const ERRORS: Readonly<Record<number, string>> = { 403: '403 Forbidden', 404: '404 Not Found', 500: '500 Internal Server Error', 503: '503 Service Temporarily Unavailable' };
const errorPage = (status: number): string => `<html>\r\n<head><title>${ERRORS[status] ?? String(status)}</title></head>\r\n<body>\r\n<center><h1>${ERRORS[status] ?? String(status)}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;

/** Of its configuration: root, and locations that return a text. */
function nginx(path: string, files: Files): Answer {
  const plain = path.split('?')[0]!;
  const conf = files.all().filter((name) => /^\/etc\/nginx\/conf\.d\/[^/]+\.conf$/.test(name)).map((name) => files.read(name) ?? '').join('\n') || (files.read('/etc/nginx/nginx.conf') ?? '');
  let best: { readonly prefix: string; readonly body: string } | undefined;
  for (const m of conf.matchAll(/location\s+(=\s+)?([^\s{]+)\s*\{([^}]*)\}/g)) {
    if (m[1] === undefined ? !plain.startsWith(m[2]!) : plain !== m[2]) continue;
    if (best === undefined || m[2]!.length > best.prefix.length) best = { prefix: m[2]!, body: m[3]! };
  }
  const returned = /return\s+(\d{3})\s*(?:(["'])(.*?)\2)?\s*;/s.exec(best?.body ?? '') ?? (best === undefined ? /return\s+(\d{3})\s*(?:(["'])(.*?)\2)?\s*;/s.exec(conf) : null);
  if (returned !== null) {
    const status = Number(returned[1]);
    return { status, body: returned[3] === undefined ? (status >= 400 ? errorPage(status) : '') : returned[3].replaceAll('\\n', '\n') };
  }
  const root = /root\s+([^;\s]+)\s*;/.exec(best?.body ?? '')?.[1] ?? /root\s+([^;\s]+)\s*;/.exec(conf)?.[1] ?? '/usr/share/nginx/html';
  return fileAnswer(files, root, plain, errorPage);
}
function fileAnswer(files: Files, root: string, path: string, page: (status: number) => string): Answer {
  const name = `${root}${path === '/' ? '' : path.replace(/\/$/, '')}`;
  const text = files.read(name) ?? files.read(`${name}/index.html`);
  if (text !== undefined) return { status: 200, body: text };
  const status = files.isFolder(name) ? 403 : 404;
  return { status, body: page(status) };
}

export function answerOf(repository: string, container: Container, sandbox: Sandbox, files: Files, path: string): Answer {
  const { name } = sandbox.pod.metadata;
  const argv = [...(container.command ?? []), ...(container.args ?? [])];
  switch (repository) {
    case 'nginx':
      return nginx(path, files);
    case 'httpd':
      return fileAnswer(files, '/usr/local/apache2/htdocs', path.split('?')[0]!, (status) => `<html><head><title>${ERRORS[status] ?? status}</title></head><body><h1>${(ERRORS[status] ?? '').slice(4)}</h1></body></html>\n`);
    case 'http-echo': {
      const at = argv.findIndex((arg) => /^-{1,2}text\b/.test(arg));
      return { status: 200, body: `${at < 0 ? 'hello-world' : argv[at]!.includes('=') ? argv[at]!.slice(argv[at]!.indexOf('=') + 1) : (argv[at + 1] ?? '')}\n` };
    }
    case 'hello-app':
      return { status: 200, body: `Hello, world!\nVersion: ${container.image.endsWith(':2.0') ? '2.0.0' : '1.0.0'}\nHostname: ${name}\n` };
    case 'whoami':
      return { status: 200, body: `Hostname: ${name}\nIP: 127.0.0.1\nIP: ${sandbox.ip}\nGET ${path} HTTP/1.1\n` };
    case 'agnhost':
      return { status: 200, body: path === '/hostname' || argv.includes('serve-hostname') ? name : 'NOW: served by agnhost\n' };
    case 'echoserver':
      return { status: 200, body: `\n\nHostname: ${name}\n\nRequest Information:\n\treal path=${path}\n` };
    default: {
      // `python -m http.server` and `busybox httpd` serve the folder they stand in.
      const serves = argv.join(' ').includes('http.server') || /\bhttpd\b/.test(argv.join(' '));
      if (serves) {
        const folder = /-h\s+(\S+)/.exec(argv.join(' '))?.[1] ?? (container as { readonly workingDir?: string }).workingDir ?? '/';
        const served = fileAnswer(files, folder === '/' ? '' : folder, path.split('?')[0]!, (status) => `${status}\n`);
        if (served.status === 200) return served;
      }
      return { status: 200, body: `Hello from ${name}\n` };
    }
  }
}

export const accessLine = (at: number, peer: string, method: string, path: string, answer: Answer, agent: string): LogLine => ({ at, text: printf('%s - - [%s +0000] "%s %s HTTP/1.1" %s %s "-" "%s" "-"', [peer, formatDate('%d/%b/%Y:%H:%M:%S', at), method, path, String(answer.status), String(answer.body.length), agent], at) });

/** What a server writes while it comes up: offsets in milliseconds from its start, and lines. */
export function bannerOf(repository: string, startedAt: number, readyAt: number): readonly LogLine[] {
  const line = (at: number, text: string): LogLine => ({ at, text });
  const stamp = (at: number): string => formatDate('%Y/%m/%d %H:%M:%S', at);
  switch (repository) {
    case 'nginx':
      return [
        ...['/docker-entrypoint.sh: /docker-entrypoint.d/ is not empty, will attempt to perform configuration', '/docker-entrypoint.sh: Looking for shell scripts in /docker-entrypoint.d/', '/docker-entrypoint.sh: Launching /docker-entrypoint.d/10-listen-on-ipv6-by-default.sh', '/docker-entrypoint.sh: Configuration complete; ready for start up'].map((text) => line(startedAt, text)),
        ...['using the "epoll" event method', 'nginx/1.29.1', 'start worker processes'].map((text) => line(readyAt, `${stamp(readyAt)} [notice] 1#1: ${text}`)),
      ];
    case 'httpd':
      return [line(readyAt, `[${formatDate('%a %b %d %H:%M:%S.%6N %Y', readyAt)}] [mpm_event:notice] [pid 1:tid 1] AH00489: Apache/2.4.65 (Unix) configured -- resuming normal operations`)];
    case 'redis':
      return [line(startedAt, `1:C ${formatDate('%d %b %Y %H:%M:%S.%3N', startedAt)} * oO0OoO0OoO0Oo Redis is starting oO0OoO0OoO0Oo`), line(readyAt, `1:M ${formatDate('%d %b %Y %H:%M:%S.%3N', readyAt)} * Ready to accept connections tcp`)];
    case 'mysql':
    case 'mariadb':
      return [line(startedAt, `${formatDate('%F %T', startedAt)}+00:00 [Note] [Entrypoint]: Entrypoint script for MySQL Server started.`), line(readyAt, `${formatDate('%FT%T.%6NZ', readyAt)} 0 [System] [MY-010931] [Server] /usr/sbin/mysqld: ready for connections. port: 3306`)];
    case 'postgres':
      return [line(readyAt, `${formatDate('%F %T.%3N', readyAt)} UTC [1] LOG:  listening on IPv4 address "0.0.0.0", port 5432`), line(readyAt, `${formatDate('%F %T.%3N', readyAt)} UTC [1] LOG:  database system is ready to accept connections`)];
    case 'hello-world':
      return ['', 'Hello from Docker!', 'This message shows that your installation appears to be working correctly.', ''].map((text) => line(startedAt, text));
    default:
      return [];
  }
}
