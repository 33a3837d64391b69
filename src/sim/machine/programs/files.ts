import { formatDate } from './dates.ts';
import { joined, ok, options, type Call, type Program, type Programs } from './program.ts';

/** Programs about files, and about who and where one is. */
const parentOf = (path: string): string => path.slice(0, path.lastIndexOf('/')) || '/';
const nameOf = (path: string): string => path.slice(path.lastIndexOf('/') + 1);

const ls: Program = {
  run: (call) => {
    const { flags, rest } = options(call.args);
    const { files } = call.around;
    let failed = false;
    const targets = rest.length === 0 ? ['.'] : rest;
    const shown = (folder: string, names: readonly string[]): string => {
      const visible = names.filter((name) => flags.has('a') || flags.has('A') || !name.startsWith('.')).sort((a, b) => (a < b ? -1 : 1));
      if (!flags.has('l')) return joined(visible);
      return joined([`total ${visible.length * 4}`, ...visible.map((name) => long(call, `${folder === '/' ? '' : folder}/${name}`, name))]);
    };
    targets.forEach((target, i) => {
      const path = call.path(target);
      const names = files.list(path);
      if (names === undefined && files.read(path) === undefined) {
        call.err(`ls: ${target}: No such file or directory\n`);
        failed = true;
      } else if (names === undefined || flags.has('d')) call.out(`${flags.has('l') ? long(call, path, target) : target}\n`);
      else call.out(`${targets.length > 1 ? `${i > 0 ? '\n' : ''}${target}:\n` : ''}${shown(path, names)}`);
    });
    return failed ? 1 : 0;
  },
};
function long(call: Call, path: string, name: string): string {
  const { files } = call.around;
  const folder = files.isFolder(path);
  return `${folder ? 'd' : '-'}rw${folder ? 'x' : '-'}r-${folder ? 'x' : '-'}r-${folder ? 'x' : '-'}    1 root     root     ${String(folder ? 4096 : (files.read(path) ?? '').length).padStart(9)} ${formatDate('%b %e %H:%M', call.now)} ${name}`;
}

/** Applies to each path, and says what went wrong in the program's own words. */
const each = (run: (call: Call, path: string, name: string, flags: ReadonlySet<string>) => string | undefined): Program => ({
  run: (call) => {
    const { rest, flags } = options(call.args, 'm');
    let code = 0;
    for (const name of rest) {
      const why = run(call, call.path(name), name, flags);
      if (why === undefined) continue;
      call.err(`${call.argv[0]!}: ${why}\n`);
      code = 1;
    }
    return code;
  },
});

const move = (keeps: boolean): Program => ({
  run: (call) => {
    const { rest, flags } = options(call.args);
    const { files } = call.around;
    const target = call.path(rest.at(-1) ?? '.');
    let code = 0;
    const copy = (from: string, to: string): string | undefined => {
      const text = files.read(from);
      if (text !== undefined) return files.write(to, text);
      const names = files.list(from);
      if (names === undefined) return 'No such file or directory';
      let why = files.isFolder(to) ? undefined : files.makeFolder(to);
      for (const name of names) why ??= copy(`${from}/${name}`, `${to}/${name}`);
      return why;
    };
    for (const name of rest.slice(0, -1)) {
      const from = call.path(name);
      const to = files.isFolder(target) ? `${target === '/' ? '' : target}/${nameOf(from)}` : target;
      let why = keeps && files.isFolder(from) && !flags.has('r') && !flags.has('R') && !flags.has('a') ? 'omitting directory' : copy(from, to);
      if (why === undefined && !keeps) {
        for (const path of files.all()) if (path === from || path.startsWith(`${from}/`)) why ??= files.remove(path);
      }
      if (why === undefined) continue;
      call.err(`${call.argv[0]!}: ${why === 'No such file or directory' ? `can't stat '${name}'` : `can't create '${to}'`}: ${why}\n`);
      code = 1;
    }
    return code;
  },
});

const say = (text: (call: Call) => string): Program => ({
  run: (call) => {
    call.out(`${text(call)}\n`);
    return 0;
  },
});

const env: Program = {
  run: (call) => {
    const { args } = call;
    const at = args.findIndex((arg) => !/^\w+=/.test(arg) && !arg.startsWith('-'));
    if (at >= 0 && call.argv[0] !== 'printenv') {
      for (const arg of args.slice(0, at)) {
        const split = arg.indexOf('=');
        if (split > 0) call.proc.variables.set(arg.slice(0, split), arg.slice(split + 1));
      }
      call.replace(args.slice(at));
      return undefined;
    }
    if (call.argv[0] === 'printenv' && args.length > 0) {
      const found = args.filter((name) => Object.hasOwn(call.environment, name));
      call.out(joined(found.map((name) => call.environment[name]!)));
      return found.length === args.length ? 0 : 1;
    }
    call.out(joined(Object.entries(call.environment).map(([name, value]) => `${name}=${value}`)));
    return 0;
  },
};

export const filePrograms: Programs = {
  ls, env, printenv: env, cp: move(true), mv: move(false), chmod: { run: ok }, chown: { run: ok }, chgrp: { run: ok }, sync: { run: ok }, clear: { run: ok }, stty: { run: ok }, ldconfig: { run: ok },
  touch: each(({ around: { files } }, path, name) => {
    if (files.isFolder(path)) return undefined;
    const why = files.write(path, files.read(path) ?? '');
    return why === undefined ? undefined : `${name}: ${why}`;
  }),
  mkdir: each(({ around: { files } }, path, name, flags) => {
    if (files.isFolder(path) || files.read(path) !== undefined) return flags.has('p') && files.isFolder(path) ? undefined : `can't create directory '${name}': File exists`;
    if (!flags.has('p') && !files.isFolder(parentOf(path))) return `can't create directory '${name}': No such file or directory`;
    const why = files.makeFolder(path);
    return why === undefined ? undefined : `can't create directory '${name}': ${why}`;
  }),
  rm: each(({ around: { files } }, path, name, flags) => {
    const recursive = flags.has('r') || flags.has('R');
    if (files.read(path) === undefined && !files.isFolder(path)) return flags.has('f') ? undefined : `can't remove '${name}': No such file or directory`;
    if (files.isFolder(path) && !recursive) return `'${name}' is a directory`;
    let why: string | undefined;
    for (const one of [...files.all()].sort((a, b) => b.length - a.length)) if (one === path || one.startsWith(`${path}/`)) why ??= files.remove(one);
    return why === undefined ? undefined : `can't remove '${name}': ${why}`;
  }),
  rmdir: each(({ around: { files } }, path, name) => {
    const names = files.list(path);
    if (names === undefined) return `'${name}': No such file or directory`;
    if (names.length > 0) return `'${name}': Directory not empty`;
    const why = files.remove(path);
    return why === undefined ? undefined : `'${name}': ${why}`;
  }),
  ln: {
    run: (call) => {
      const { rest } = options(call.args);
      const text = call.around.files.read(call.path(rest[0] ?? ''));
      if (text !== undefined && rest[1] !== undefined) call.around.files.write(call.path(rest[1]), text);
      return 0;
    },
  },
  find: {
    run: (call) => {
      const at = call.args.findIndex((arg) => arg.startsWith('-'));
      const roots = at < 0 ? call.args : call.args.slice(0, at);
      const { around: { files } } = call;
      const named = call.args[call.args.indexOf('-name') + 1];
      const shape = call.args.includes('-name') ? new RegExp(`^${(named ?? '').replace(/[.+^${}()|\\]/g, '\\$&').replace(/\*/g, '.*').replace(/\?/g, '.')}$`) : undefined;
      const type = call.args.includes('-type') ? call.args[call.args.indexOf('-type') + 1] : undefined;
      for (const root of roots.length === 0 ? ['.'] : roots) {
        const path = call.path(root);
        const found = files.all().filter((one) => (one === path || one.startsWith(path === '/' ? '/' : `${path}/`)) && (shape === undefined || shape.test(nameOf(one))) && (type === undefined || files.isFolder(one) === (type === 'd')));
        call.out(joined([...found].sort((a, b) => (a < b ? -1 : 1)).map((one) => root + one.slice(path.length))));
      }
      return 0;
    },
  },
  stat: each(({ around: { files }, out }, path, name) => {
    if (files.read(path) === undefined && !files.isFolder(path)) return `can't stat '${name}': No such file or directory`;
    out(`  File: ${name}\n  Size: ${(files.read(path) ?? '').length}\n`);
    return undefined;
  }),
  basename: say(({ args }) => {
    const name = nameOf((args[0] ?? '').replace(/\/+$/, ''));
    return args[1] !== undefined && name.endsWith(args[1]) ? name.slice(0, -args[1].length) : name;
  }),
  dirname: say(({ args }) => parentOf(args[0] ?? '.')),
  hostname: say(({ args, around: { facts } }) => (args.includes('-i') || args.includes('-I') ? facts.ip : facts.hostname)),
  whoami: say(({ around: { facts } }) => (facts.user === 0 ? 'root' : `whoami: unknown uid ${facts.user}`)),
  id: say(({ args, around: { facts } }) => (args.includes('-u') ? String(facts.user) : args.includes('-un') ? (facts.user === 0 ? 'root' : String(facts.user)) : `uid=${facts.user}${facts.user === 0 ? '(root)' : ''} gid=0(root) groups=0(root)`)),
  uname: say(({ args, around: { facts } }) => (args.includes('-a') ? `Linux ${facts.hostname} 6.12.0 #1 SMP x86_64 GNU/Linux` : args.includes('-r') ? '6.12.0' : args.includes('-m') ? 'x86_64' : args.includes('-n') ? facts.hostname : 'Linux')),
  nproc: say(() => '4'),
  arch: say(() => 'x86_64'),
  tty: say(() => 'not a tty'),
  uptime: say(({ now }) => ` ${formatDate('%H:%M:%S', now)} up 1 day,  0 users,  load average: 0.00, 0.00, 0.00`),
  ps: {
    run: (call) => {
      call.out('PID   USER     TIME  COMMAND\n');
      for (const proc of call.inside.procs.values()) if (proc.ended === undefined) call.out(`${String(proc.pid).padStart(5)} ${call.around.facts.user === 0 ? 'root    ' : String(call.around.facts.user).padEnd(8)}  0:00 ${(proc.running?.argv ?? [proc.name]).join(' ')}\n`);
      return 0;
    },
  },
};
