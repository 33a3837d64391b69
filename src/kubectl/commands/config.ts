import { parseDocument } from 'yaml';
import { execute, parseTemplate } from '../../sim/api/jsonpath.ts';
import { indentedJson, yamlText } from '../encode.ts';
import { Failure } from '../failure.ts';
import { fileAt } from '../files.ts';
import type { FlagSpecs } from '../flags.ts';
import { kinds, text, truth } from '../flags.ts';
import type { Json } from '../../sim/api/object.ts';
import type { Context, Input, Run } from '../steps.ts';
import { TABLE, align } from '../tabwriter.ts';
import type { Tree } from '../tree.ts';
import { dig, field, isList, isTree } from '../tree.ts';

/** Where the terminal's kubeconfig is kept, if it was changed. */
export const KUBECONFIG = '/home/you/.kube/config';
const OWN: Tree = {
  apiVersion: 'v1', clusters: [{ cluster: { server: 'https://orrery.invalid:6443' }, name: 'orrery' }], contexts: [{ context: { cluster: 'orrery', user: 'kubernetes-admin' }, name: 'orrery' }],
  'current-context': 'orrery', kind: 'Config', users: [{ name: 'kubernetes-admin', user: { token: 'orrery' } }],
};

/** The kubeconfig: the built-in one, or the file's. */
export function kubeconfig(input: Input): Tree {
  const content = fileAt(input, KUBECONFIG);
  if (content === undefined) return OWN;
  const value: unknown = parseDocument(content).toJS({ maxAliasCount: 100 });
  return isTree(value) ? value : OWN;
}
const listOf = (config: Tree, key: string): readonly Json[] => {
  const found = config[key];
  return isList(found) ? found : [];
};
const byName = (list: readonly Json[], name: string): Json | undefined => list.find((one) => field(one, 'name') === name);
export const currentContext = (config: Tree): Json | undefined => dig(byName(listOf(config, 'contexts'), String(config['current-context'] ?? '')), 'context');
export const hasContext = (config: Tree, name: string): boolean => byName(listOf(config, 'contexts'), name) !== undefined;
export const contextNamed = (config: Tree, name: string): Json | undefined => dig(byName(listOf(config, 'contexts'), name), 'context');

export const CONFIG_FLAGS: FlagSpecs = { output: kinds.string('o'), minify: kinds.bool(), current: kinds.bool(), raw: kinds.bool(), flatten: kinds.bool(), 'no-headers': kinds.bool(), 'insecure-skip-tls-verify': kinds.bool(), 'embed-certs': kinds.bool(), merge: kinds.bool() };

function* save(config: Tree): Run<void> {
  yield { write: { path: KUBECONFIG, text: yamlText(config) } };
}

/** What is secret is not shown. */
const hidden = (config: Tree): Tree => ({
  ...config,
  users: listOf(config, 'users').map((one) => {
    const user = dig(one, 'user');
    return { ...(one as Tree), user: isTree(user) ? Object.fromEntries(Object.entries(user).map(([key, value]) => [key, key === 'token' || key === 'password' ? 'REDACTED' : key.endsWith('-data') ? 'DATA+OMITTED' : value])) : (user ?? {}) };
  }),
});

export function* config(context: Context): Run<number> {
  const { flags, input } = context;
  const [what, name, ...more] = flags.args;
  const whole = kubeconfig(input);
  const contexts = listOf(whole, 'contexts');
  const current = String(whole['current-context'] ?? '');
  const without = (key: string, gone: string): Tree => ({ ...whole, [key]: listOf(whole, key).filter((one) => field(one, 'name') !== gone) });
  const put = (key: string, own: string, inner: string, value: Tree): Tree => {
    const had = byName(listOf(whole, key), own);
    const next = { [inner]: { ...((dig(had, inner) ?? {}) as Tree), ...value }, name: own };
    return { ...whole, [key]: had === undefined ? [...listOf(whole, key), next] : listOf(whole, key).map((one) => (one === had ? next : one)) };
  };
  switch (what) {
    case 'current-context':
      if (current === '') throw new Failure('error: current-context is not set');
      yield { out: `${current}\n` };
      return 0;
    case 'get-contexts': {
      const shown = name === undefined ? contexts : contexts.filter((one) => field(one, 'name') === name);
      if (name !== undefined && shown.length === 0) throw new Failure(`error: context ${name} not found`);
      if (text(flags, 'output') === 'name') yield { out: shown.map((one) => `${String(field(one, 'name'))}\n`).join('') };
      else {
        const rows = shown.map((one) => [field(one, 'name') === current ? '*' : '', String(field(one, 'name')), String(dig(one, 'context', 'cluster') ?? ''), String(dig(one, 'context', 'user') ?? ''), String(dig(one, 'context', 'namespace') ?? '')].join('\t'));
        yield { out: align(`${[...(truth(flags, 'no-headers') ? [] : ['CURRENT\tNAME\tCLUSTER\tAUTHINFO\tNAMESPACE']), ...rows].join('\n')}\n`, TABLE) };
      }
      return 0;
    }
    case 'get-clusters':
    case 'get-users':
      yield { out: `NAME\n${listOf(whole, what === 'get-users' ? 'users' : 'clusters').map((one) => `${String(field(one, 'name'))}\n`).join('')}` };
      return 0;
    case 'use-context':
    case 'use':
      if (name === undefined || !hasContext(whole, name)) throw new Failure(`error: no context exists with the name: "${name ?? ''}"`);
      yield* save({ ...whole, 'current-context': name });
      yield { out: `Switched to context "${name}".\n` };
      return 0;
    case 'view': {
      const only = (key: string, own: unknown): readonly Json[] => listOf(whole, key).filter((one) => field(one, 'name') === own);
      const own = currentContext(whole);
      const shown = truth(flags, 'minify') ? { ...whole, contexts: only('contexts', current), clusters: only('clusters', dig(own, 'cluster')), users: only('users', dig(own, 'user')) } : whole;
      const plain = truth(flags, 'raw') ? shown : hidden(shown);
      const output = text(flags, 'output') ?? 'yaml';
      if (output.startsWith('jsonpath=')) {
        yield { out: execute(plain, parseTemplate(output.slice('jsonpath='.length))) };
      } else yield { out: output === 'json' ? indentedJson(plain) : yamlText(plain) };
      return 0;
    }
    case 'set-context': {
      const target = truth(flags, 'current') ? current : name;
      if (target === undefined) throw new Failure('error: you must specify a non-empty context name or --current');
      const known = hasContext(whole, target);
      const fields = Object.fromEntries((['cluster', 'user', 'namespace'] as const).flatMap((key) => (text(flags, key) === undefined ? [] : [[key, text(flags, key)!]])));
      yield* save(put('contexts', target, 'context', fields));
      yield { out: `Context "${target}" ${known ? 'modified' : 'created'}.\n` };
      return 0;
    }
    case 'set-cluster':
      if (name === undefined) throw new Failure('error: you must specify a non-empty cluster name');
      yield* save(put('clusters', name, 'cluster', Object.fromEntries(text(flags, 'server') === undefined ? [] : [['server', text(flags, 'server')!]])));
      yield { out: `Cluster "${name}" set.\n` };
      return 0;
    case 'set-credentials':
      if (name === undefined) throw new Failure('error: you must specify a non-empty user name');
      yield* save(put('users', name, 'user', Object.fromEntries(text(flags, 'token') === undefined ? [] : [['token', text(flags, 'token')!]])));
      yield { out: `User "${name}" set.\n` };
      return 0;
    case 'rename-context': {
      const [next] = more;
      if (name === undefined || next === undefined || !hasContext(whole, name)) throw new Failure(`error: cannot rename the context "${name ?? ''}", it's not in ${KUBECONFIG}`);
      yield* save({ ...whole, contexts: contexts.map((one) => (field(one, 'name') === name ? { ...(one as Tree), name: next } : one)), ...(current === name ? { 'current-context': next } : {}) });
      yield { out: `Context "${name}" renamed to "${next}".\n` };
      return 0;
    }
    case 'delete-context':
    case 'delete-cluster':
    case 'delete-user': {
      const [key, noun] = what === 'delete-context' ? ['contexts', 'context'] : what === 'delete-cluster' ? ['clusters', 'cluster'] : ['users', 'user'];
      if (name === undefined || byName(listOf(whole, key), name) === undefined) throw new Failure(`error: cannot delete ${noun} ${name ?? ''}, not in ${KUBECONFIG}`);
      if (noun === 'context' && name === current) yield { err: 'warning: this removed your active context, use "kubectl config use-context" to select a different one\n' };
      yield* save(without(key, name));
      yield { out: `deleted ${noun} ${name} from ${KUBECONFIG}\n` };
      return 0;
    }
    case 'set':
    case 'unset': {
      if (name === undefined) throw new Failure(`error: unexpected args: ${flags.args.slice(1).join(' ')}`);
      const path = name.split('.');
      if (path[0] === 'current-context') yield* save({ ...whole, 'current-context': what === 'set' ? (more[0] ?? '') : '' });
      else if (path[0] === 'contexts' && path.length === 3) yield* save(put('contexts', path[1]!, 'context', { [path[2]!]: what === 'set' ? (more[0] ?? '') : '' }));
      yield { out: `Property "${name}" ${what === 'set' ? 'set' : 'unset'}.\n` };
      return 0;
    }
    default:
      throw new Failure(`error: unknown command "${what ?? ''}"\nSee 'kubectl config -h' for help and examples`);
  }
}
