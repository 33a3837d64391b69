import { Failure } from './failure.ts';

/**
 * -l where kubectl itself chooses among objects it has (the manifests of apply and create) instead of asking the server: "a=b,c!=d,e,!f,g in (h,i)".
 * What the server would refuse more exactly is refused here in few words.
 */
export function labelChoice(selector: string): (labels: Readonly<Record<string, unknown>>) => boolean {
  const tests = (selector.match(/[^,(]+(?:\([^)]*\))?/g) ?? []).map((part) => part.trim()).filter((part) => part !== '').map((part): ((labels: Readonly<Record<string, unknown>>) => boolean) => {
    const has = (labels: Readonly<Record<string, unknown>>, key: string): boolean => Object.hasOwn(labels, key);
    const set = /^(\S+)\s+(in|notin)\s*\(([^)]*)\)$/.exec(part);
    if (set !== null) {
      const values = set[3]!.split(',').map((one) => one.trim());
      return set[2] === 'in' ? (labels) => has(labels, set[1]!) && values.includes(String(labels[set[1]!])) : (labels) => !has(labels, set[1]!) || !values.includes(String(labels[set[1]!]));
    }
    const pair = /^([\w./-]+)\s*(==?|!=)\s*([\w.-]*)$/.exec(part);
    if (pair !== null) return pair[2] === '!=' ? (labels) => labels[pair[1]!] !== pair[3] : (labels) => labels[pair[1]!] === pair[3];
    const bare = /^(!?)\s*([\w./-]+)$/.exec(part);
    if (bare === null) throw new Failure(`error: unable to parse requirement: ${part}`);
    return (labels) => has(labels, bare[2]!) === (bare[1] === '');
  });
  return (labels) => tests.every((test) => test(labels));
}
