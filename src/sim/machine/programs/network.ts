import { MILLISECOND, SECOND } from '../../api/time.ts';
import { options, type Call, type Program, type Programs } from './program.ts';

/** wget, curl, nslookup, nc and ping, in the words of busybox and of curl, over the simulated network. */
const DNS = '10.96.0.10';
/** What a kernel waits for a connection that nobody answers: six times SYN. */
const KERNEL_PATIENCE = 127 * SECOND;

interface Address {
  readonly scheme: string;
  readonly host: string;
  readonly port: number;
  readonly shown: string;
  readonly path: string;
}
function addressOf(text: string): Address | undefined {
  const m = /^(?:(\w+):\/\/)?(?:[^@/]*@)?([^/:?]+)(?::(\d+))?([/?].*)?$/.exec(text);
  if (m === null) return undefined;
  const scheme = m[1] ?? 'http';
  return { scheme, host: m[2]!, port: Number(m[3] ?? (scheme === 'https' ? 443 : 80)), shown: `${m[2]!}${m[3] === undefined ? '' : `:${m[3]}`}`, path: m[4] === undefined ? '/' : m[4].startsWith('/') ? m[4] : `/${m[4]}` };
}
const patience = (text: string | undefined): number | undefined => (text === undefined || Number.isNaN(Number(text)) || Number(text) <= 0 ? undefined : Number(text) * SECOND);

const REASONS: Readonly<Record<number, string>> = { 200: 'OK', 201: 'Created', 204: 'No Content', 301: 'Moved Permanently', 400: 'Bad Request', 401: 'Unauthorized', 403: 'Forbidden', 404: 'Not Found', 405: 'Method Not Allowed', 500: 'Internal Server Error', 502: 'Bad Gateway', 503: 'Service Unavailable' };
const reason = (status: number): string => REASONS[status] ?? 'OK';

const wget: Program = {
  run: (call) => {
    const { flags, values, rest } = options(call.args.map((arg) => (arg === '-q' ? '-q' : arg)), 'OTtPUY');
    const url = addressOf(rest[0] ?? '');
    if (url === undefined) {
      call.err('wget: missing URL\nUsage: wget [-cqS] [--spider] [-O FILE] URL...\n');
      return 1;
    }
    const quiet = flags.has('q') || flags.has('quiet');
    const limit = patience(values.get('T') ?? values.get('timeout'));
    if (call.memo['dial'] === undefined) return call.dial({ host: url.host, port: url.port, purpose: 'http', method: flags.has('spider') ? 'HEAD' : 'GET', path: url.path, agent: 'Wget' }, limit ?? KERNEL_PATIENCE);
    const found = call.answer();
    if (found?.is === 'unknownName') {
      call.err(`wget: bad address '${url.shown}'\n`);
      return 1;
    }
    const address = found === undefined || found.is === 'named' ? url.host : found.address;
    if (!quiet) call.err(`Connecting to ${url.shown} (${address}:${url.port})\n`);
    if (found?.is === 'refused') {
      call.err(`wget: can't connect to remote host (${found.address}): Connection refused\n`);
      return 1;
    }
    if (found?.is !== 'answered') {
      call.err(limit === undefined ? `wget: can't connect to remote host (${address}): Operation timed out\n` : 'wget: download timed out\n');
      return 1;
    }
    if (flags.has('S')) call.err(`  HTTP/1.1 ${found.status} ${reason(found.status)}\n`);
    if (found.status >= 400) {
      call.err(`wget: server returned error: HTTP/1.1 ${found.status} ${reason(found.status)}\n`);
      return 1;
    }
    if (flags.has('spider')) {
      if (!quiet) call.err('remote file exists\n');
      return 0;
    }
    const target = values.get('O') ?? values.get('output-document') ?? (url.path.slice(url.path.lastIndexOf('/') + 1) || 'index.html');
    const said = target === '-' ? '-' : target;
    if (!quiet) call.err(target === '-' ? 'writing to stdout\n' : `saving to '${target}'\n`);
    if (target === '-') call.out(found.body);
    else if (call.path(target) !== '/dev/null') {
      const why = call.around.files.write(call.path(target), found.body);
      if (why !== undefined) {
        call.err(`wget: can't open '${target}': ${why}\n`);
        return 1;
      }
    }
    if (!quiet) call.err(`${said.padEnd(20)} 100% |********************************| ${String(found.body.length).padStart(5)}  0:00:00 ETA\n${target === '-' ? 'written to stdout' : `'${target}' saved`}\n`);
    return 0;
  },
};

const curl: Program = {
  run: (call) => {
    const { flags, values, rest } = options(call.args.flatMap((arg, i, all) => (['--max-time', '--connect-timeout', '--output', '--write-out', '--header', '--data', '--request', '--retry'].includes(all[i - 1] ?? '') ? [] : ['--max-time', '--connect-timeout', '--output', '--write-out', '--header', '--data', '--request', '--retry'].includes(arg) ? [`${arg}=${all[i + 1] ?? ''}`] : [arg])), 'owmHdXAu');
    const url = addressOf(rest[0] ?? '');
    if (url === undefined) {
      call.err('curl: (2) no URL specified\n');
      return 2;
    }
    const silent = (flags.has('s') || flags.has('silent')) && !flags.has('S');
    const limit = patience(values.get('m') ?? values.get('max-time') ?? values.get('connect-timeout'));
    const fail = (code: number, text: string): number => {
      if (!silent) call.err(`curl: (${code}) ${text}\n`);
      if (values.has('w')) call.out((values.get('w') ?? '').replaceAll('%{http_code}', '000').replaceAll('\\n', '\n'));
      return code;
    };
    const began = Number(call.memo['at'] ?? call.now);
    if (call.memo['dial'] === undefined) {
      call.memo['at'] = call.now;
      return call.dial({ host: url.host, port: url.port, purpose: 'http', method: values.get('X') ?? values.get('request') ?? (flags.has('I') ? 'HEAD' : values.has('d') || values.has('data') ? 'POST' : 'GET'), path: url.path, agent: 'curl/8.14.1' }, limit ?? KERNEL_PATIENCE);
    }
    const found = call.answer();
    const millis = Math.round((call.now - began) / MILLISECOND);
    if (found?.is === 'unknownName') return fail(6, `Could not resolve host: ${url.host}`);
    if (found?.is === 'refused') return fail(7, `Failed to connect to ${url.host} port ${url.port} after ${millis} ms: Could not connect to server`);
    if (found?.is !== 'answered') return fail(28, limit === undefined ? `Failed to connect to ${url.host} port ${url.port} after ${millis} ms: Could not connect to server` : `Connection timed out after ${millis} milliseconds`);
    if ((flags.has('f') || flags.has('fail')) && found.status >= 400) return fail(22, `The requested URL returned error: ${found.status}`);
    const head = `HTTP/1.1 ${found.status} ${reason(found.status)}\r\nContent-Length: ${found.body.length}\r\n\r\n`;
    const body = flags.has('I') || flags.has('head') ? head : `${flags.has('i') || flags.has('include') ? head : ''}${found.body}`;
    const target = values.get('o') ?? values.get('output');
    if (target === undefined) call.out(body);
    else if (call.path(target) !== '/dev/null') call.around.files.write(call.path(target), body);
    const format = values.get('w') ?? values.get('write-out');
    if (format !== undefined) call.out(format.replaceAll('%{http_code}', String(found.status)).replaceAll('%{time_total}', ((call.now - began) / SECOND).toFixed(6)).replaceAll('%{remote_ip}', found.address).replaceAll('\\n', '\n'));
    return 0;
  },
};

const nslookup = (short: boolean): Program => ({
  run: (call) => {
    const { rest } = options(call.args);
    const name = rest.find((arg) => !arg.startsWith('+')) ?? '';
    if (call.memo['dial'] === undefined) return call.dial({ host: name, port: 0, purpose: 'name' }, 10 * SECOND);
    const found = call.answer();
    if (found === undefined) {
      call.err(short ? ';; connection timed out; no servers could be reached\n' : ';; connection timed out; no servers could be reached\n\n');
      return short ? 9 : 1;
    }
    if (short) {
      if (found.is === 'named') call.out(found.addresses.map((address) => `${address}\n`).join(''));
      return 0;
    }
    call.out(`Server:\t\t${DNS}\nAddress:\t${DNS}:53\n\n`);
    if (found.is !== 'named') {
      call.out(`** server can't find ${name.includes('.') ? name : `${name}.${call.around.facts.namespace}.svc.cluster.local`}: NXDOMAIN\n\n`);
      return 1;
    }
    call.out(`${found.addresses.map((address) => `Name:\t${found.name}\nAddress: ${address}\n`).join('')}\n`);
    return 0;
  },
});

const nc: Program = {
  run: (call) => {
    const { flags, values, rest } = options(call.args, 'wpe');
    if (flags.has('l')) return call.ever();
    const [host = '', port = ''] = rest;
    if (call.memo['dial'] === undefined) return call.dial({ host, port: Number(port), purpose: 'tcp' }, patience(values.get('w')) ?? KERNEL_PATIENCE);
    const found = call.answer();
    if (found?.is === 'answered') {
      if (flags.has('v')) call.err(`${host} (${found.address}:${port}) open\n`);
      return 0;
    }
    if (found?.is === 'unknownName') call.err(`nc: bad address '${host}'\n`);
    else if (flags.has('v') || !flags.has('z')) call.err(found?.is === 'refused' ? `nc: ${host} (${found.address}:${port}): Connection refused\n` : `nc: ${host} (${found?.is === 'silent' ? found.address : host}:${port}): Operation timed out\n`);
    return 1;
  },
};

const ping: Program = {
  run: (call) => {
    const { values, rest } = options(call.args, 'cWwis');
    const host = rest[0] ?? '';
    const count = Number(values.get('c') ?? Infinity);
    const { memo } = call;
    const summary = (): number => {
      const [sent, got] = [Number(memo['sent'] ?? 0), Number(memo['got'] ?? 0)];
      call.out(`\n--- ${host} ping statistics ---\n${sent} packets transmitted, ${got} packets received, ${sent === 0 ? 0 : Math.round((100 * (sent - got)) / sent)}% packet loss\n`);
      if (got > 0) call.out('round-trip min/avg/max = 0.071/0.098/0.126 ms\n');
      return got > 0 ? 0 : 1;
    };
    if (memo['pause'] === true) {
      memo['pause'] = false;
      if (Number(memo['sent']) >= count) return summary();
      delete memo['dial'];
    }
    if (memo['dial'] === undefined) return call.dial({ host, port: 0, purpose: 'ping' }, (Number(values.get('W') ?? 1) || 1) * SECOND);
    const found = call.answer();
    if (found?.is === 'unknownName') {
      call.err(`ping: bad address '${host}'\n`);
      return 1;
    }
    const sent = Number(memo['sent'] ?? 0);
    if (found !== undefined && found.is !== 'named') {
      if (sent === 0) call.out(`PING ${host} (${found.address}): 56 data bytes\n`);
      if (found.is === 'answered') {
        memo['got'] = Number(memo['got'] ?? 0) + 1;
        call.out(`64 bytes from ${found.address}: seq=${sent} ttl=62 time=0.098 ms\n`);
      }
    } else if (sent === 0) call.out(`PING ${host} (${host}): 56 data bytes\n`);
    memo['sent'] = sent + 1;
    memo['pause'] = true;
    return call.sleep(sent + 1 >= count ? 0 : SECOND);
  },
};

/** A client of the container's own server, as probes call it. */
const own = (good: string, bad: string, badCode: number): Program => ({
  run: (call: Call) => {
    const { values } = options(call.args, 'hp');
    const host = values.get('h') ?? values.get('host') ?? 'localhost';
    const answer = (up: boolean): number => {
      if (up) call.out(good);
      else call.err(bad);
      return up ? 0 : badCode;
    };
    if (host === 'localhost' || host === '127.0.0.1') return answer(call.around.facts.listening());
    if (call.memo['dial'] === undefined) return call.dial({ host, port: Number(values.get('p') ?? call.around.facts.ports[0] ?? 0), purpose: 'tcp' }, 5 * SECOND);
    return answer(call.answer()?.is === 'answered');
  },
});

export const networkPrograms: Programs = {
  wget, curl, nslookup: nslookup(false), dig: nslookup(true), nc, netcat: nc, ncat: nc, ping,
  'redis-cli': own('PONG\n', 'Could not connect to Redis at 127.0.0.1:6379: Connection refused\n', 1), mysqladmin: own('mysqld is alive\n', "mysqladmin: connect to server at 'localhost' failed\n", 1), mysql: own('', "ERROR 2002 (HY000): Can't connect to local MySQL server through socket '/var/run/mysqld/mysqld.sock' (2)\n", 1), mariadb: own('', "ERROR 2002 (HY000): Can't connect to local server\n", 1),
  pg_isready: own('/var/run/postgresql:5432 - accepting connections\n', '/var/run/postgresql:5432 - no response\n', 2), psql: own('', 'psql: error: connection to server failed: Connection refused\n', 2), mongosh: own('{ ok: 1 }\n', 'MongoNetworkError: connect ECONNREFUSED 127.0.0.1:27017\n', 1), mongo: own('{ ok: 1 }\n', 'Error: connect failed\n', 1), 'rabbitmq-diagnostics': own('Ping succeeded\n', 'Error: unable to perform an operation on node\n', 69),
};
