import { wholeValue } from '../../api/quantity.ts';
import { MILLISECOND, SECOND } from '../../api/time.ts';
import { options, type Program, type Programs } from './program.ts';

/** Programs that courses run for what they do to a cluster: they compute, they eat memory, they serve. */

/** The first digits of pi (Machin's formula in whole numbers). */
function pi(digits: number): string {
  const scale = 10n ** BigInt(digits + 10);
  const arctan = (inverse: bigint): bigint => {
    let term = scale / inverse;
    let total = term;
    for (let n = 3n; term !== 0n; n += 2n) {
      term /= -(inverse * inverse);
      total += term / n;
    }
    return total;
  };
  const text = String((4n * (4n * arctan(5n) - arctan(239n))) / 10n ** 10n);
  return `${text[0]!}.${text.slice(1)}`;
}

/** Works for a while, then says something and ends well. */
const work = (micros: (args: readonly string[]) => number, says: (args: readonly string[]) => string): Program => ({
  run: (call) => {
    if (call.memo['worked'] !== true) {
      call.memo['worked'] = true;
      return call.sleep(micros(call.args));
    }
    call.out(says(call.args));
    return 0;
  },
});

const server: Program = { run: (call) => call.ever() };
const printed = (text: string): string => [...text.matchAll(/print\s*\(\s*(?:"([^"]*)"|'([^']*)')\s*\)/g)].map((m) => `${(m[1] ?? m[2]) ?? ''}\n`).join('');

const perl: Program = {
  run: (call) => {
    const text = call.args.join(' ');
    const digits = /bpi\((\d{1,5})\)/.exec(text);
    if (!call.args.some((arg) => arg.startsWith('-')) && call.args.length > 0) return call.ever();
    if (call.args.length === 0) return 0;
    if (call.memo['worked'] !== true) {
      call.memo['worked'] = true;
      return call.sleep(digits === null ? 100 * MILLISECOND : 4 * SECOND);
    }
    if (digits !== null) call.out(`${pi(Math.min(Number(digits[1]), 5_000) - 1)}\n`);
    else call.out([...text.matchAll(/print\s+"([^"]*)"/g)].map((m) => m[1]!.replaceAll('\\n', '\n')).join(''));
    return 0;
  },
};
const python: Program = {
  run: (call) => {
    const { args } = call;
    if (args[0] === '--version' || args[0] === '-V') {
      call.out('Python 3.13.7\n');
      return 0;
    }
    const at = args.indexOf('-c');
    if (at < 0) return args.length === 0 ? 0 : call.ever();
    const text = args[at + 1] ?? '';
    if (/while\s+True|serve_forever/.test(text)) return call.ever();
    if (call.memo['worked'] !== true) {
      call.memo['worked'] = true;
      const sleep = /time\.sleep\((\d+(?:\.\d+)?)\)/.exec(text);
      return call.sleep(sleep === null ? SECOND : Number(sleep[1]) * SECOND);
    }
    call.out(printed(text));
    const exit = /(?:sys\.)?exit\((\d+)\)/.exec(text);
    return exit === null ? (/raise\s/.test(text) ? 1 : 0) : Number(exit[1]);
  },
};
const node: Program = {
  run: (call) => {
    const at = call.args.findIndex((arg) => arg === '-e' || arg === '--eval');
    if (at < 0) return call.args.length === 0 ? 0 : call.ever();
    const text = call.args[at + 1] ?? '';
    if (/listen\(|setInterval\(/.test(text)) return call.ever();
    call.out([...text.matchAll(/console\.log\(\s*(?:"([^"]*)"|'([^']*)')\s*\)/g)].map((m) => `${(m[1] ?? m[2]) ?? ''}\n`).join(''));
    const exit = /process\.exit\((\d+)\)/.exec(text);
    return exit === null ? 0 : Number(exit[1]);
  },
};

/** stress --vm 1 --vm-bytes 250M: takes memory; over its limit the kernel kills it. */
const stress: Program = {
  run: (call) => {
    const { args, memo, around } = call;
    const value = (...names: readonly string[]): string | undefined => args.flatMap((arg, i) => (names.includes(arg) ? [args[i + 1]] : names.some((name) => arg.startsWith(`${name}=`)) ? [arg.slice(arg.indexOf('=') + 1)] : []))[0];
    const workers = Number(value('--vm', '-m') ?? 0);
    const each = /^(\d+(?:\.\d+)?)([bkmgBKMG]?)$/.exec(value('--vm-bytes') ?? '256M');
    const bytes = workers * (each === null ? 0 : Number(each[1]) * ({ '': 1, b: 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[each[2]!.toLowerCase()] ?? 1));
    const timeout = /^(\d+)([smhd]?)$/.exec(value('--timeout', '-t') ?? '');
    const length = timeout === null ? Infinity : Number(timeout[1]) * ({ '': 1, s: 1, m: 60, h: 3600, d: 86_400 }[timeout[2]!] ?? 1) * SECOND;
    if (memo['stage'] === undefined) {
      memo['stage'] = 'grows';
      call.out(`stress: info: [1] dispatching hogs: ${value('--cpu', '-c') ?? 0} cpu, ${value('--io', '-i') ?? 0} io, ${workers} vm, 0 hdd\n`);
      return call.sleep(300 * MILLISECOND);
    }
    if (memo['stage'] === 'grows') {
      if (bytes > around.facts.memoryBytes) {
        around.facts.outOfMemory();
        return 1;
      }
      memo['stage'] = 'works';
      return length === Infinity ? call.ever() : call.sleep(length);
    }
    call.out(`stress: info: [1] successful run completed in ${Math.round(length / SECOND)}s\n`);
    return 0;
  },
};

/** Reads into memory what never ends: `tail /dev/zero`, dd with a huge block. */
const dd: Program = {
  run: (call) => {
    const given = Object.fromEntries(call.args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]));
    const size = (text: string | undefined): number => {
      const m = /^(\d+)([kKmMgG]?)/.exec(text ?? '');
      return m === null ? 512 : Number(m[1]) * ({ '': 1, k: 1024, m: 1024 ** 2, g: 1024 ** 3 }[m[2]!.toLowerCase()] ?? 1);
    };
    const [block, count] = [size(given['bs']), Number(given['count'] ?? Infinity)];
    if (block > call.around.facts.memoryBytes) {
      call.around.facts.outOfMemory();
      return 1;
    }
    const endless = count === Infinity && ['/dev/zero', '/dev/urandom', '/dev/random'].includes(given['if'] ?? '');
    if (endless) return call.ever();
    if (call.memo['worked'] !== true) {
      call.memo['worked'] = true;
      return call.sleep(Math.max(MILLISECOND, Math.round((Math.min(count, 1e6) * block) / 500)));
    }
    if (given['of'] !== undefined && !given['of'].startsWith('/dev/')) call.around.files.write(call.path(given['of']), '');
    call.err(`${count}+0 records in\n${count}+0 records out\n`);
    return 0;
  },
};

const says = (text: string): Program => work(() => MILLISECOND, () => text);

/** What ends by itself when nothing more is known of it, and roughly when. */
const FINISHES: Readonly<Record<string, number>> = { 'apt-get': 8, apt: 8, apk: 3, yum: 10, dnf: 10, pip: 6, pip3: 6, npm: 8, yarn: 8, git: 3, tar: 1, gzip: 1, gunzip: 1, unzip: 1, make: 20, go: 10, mvn: 30, gradle: 30, openssl: 1, 'ssh-keygen': 1, adduser: 0, addgroup: 0, useradd: 0, kubectl: 1, helm: 2, mkfs: 2, mount: 0, sysctl: 0, jq: 0, xargs: 0, df: 0, du: 0, free: 0, ip: 0, ifconfig: 0, netstat: 0, mkfifo: 0, mktemp: 0, md5sum: 0, sha256sum: 0, bc: 0 };

export const workPrograms: Programs = {
  perl, python, python3: python, python2: python, node, stress, 'stress-ng': stress, dd, nginx: { run: (call) => (call.args.includes('-v') || call.args.includes('-V') ? (call.err('nginx version: nginx/1.29.1\n'), 0) : call.args.includes('-t') ? (call.err('nginx: the configuration file /etc/nginx/nginx.conf syntax is ok\nnginx: configuration file /etc/nginx/nginx.conf test is successful\n'), 0) : call.args.includes('-s') ? 0 : call.ever()) },
  'hello': says('\nHello from Docker!\nThis message shows that your installation appears to be working correctly.\n\n'),
  pause: server, httpd: server, 'httpd-foreground': server, 'redis-server': server, mysqld: server, mariadbd: server, postgres: server, mongod: server, memcached: server, java: server, agnhost: server, crond: server, supervisord: server, sshd: server, tomcat: server, gunicorn: server, uvicorn: server, flask: server, php: server, 'http-echo': server,
  timeout: {
    run: (call) => {
      const { rest } = options(call.args.filter((arg) => !/^-[kst]/.test(arg)));
      const seconds = Number(rest[0]?.replace(/s$/, '') ?? 0);
      // It ends with what it runs, or with 143 when the time is over: only a sleep can outlast it here.
      const [, program, length] = rest;
      if (program !== 'sleep') {
        call.replace(rest.slice(1));
        return undefined;
      }
      if (call.memo['worked'] === true) return Number(length) > seconds ? 143 : 0;
      call.memo['worked'] = true;
      return call.sleep(Math.min(seconds, Number(length) || seconds) * SECOND);
    },
  },
  ...Object.fromEntries(Object.entries(FINISHES).map(([name, seconds]): readonly [string, Program] => [name, work(() => seconds * SECOND + MILLISECOND, () => '')])),
};

export const memoryLimit = (text: string | undefined): number => (text === undefined ? Infinity : wholeValue(text));
