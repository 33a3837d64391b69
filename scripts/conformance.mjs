/**
 * docs/conformance.md out of the results of upstream's conformance specs.
 *   node scripts/conformance.mjs [RESULTS.json ...]
 * A file of results is spec -> {verdict, seconds, why?}; what it says takes the place of what test/golden/conformance/results.json says.
 * target.json beside it lists the specs that pass on the real control plane over hollow nodes.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath, pathToFileURL } from 'node:url';

const root = new URL('..', import.meta.url);
const folder = new URL('test/golden/conformance/', root);
const read = (url) => JSON.parse(readFileSync(url, 'utf8'));

/** Why a spec does not pass, where that is known. */
const REASONS = [
  [/pod failure policy to ignore failure matching on DisruptionTarget/, 'its containers run a shell script that leaves a file in a hostPath volume for the next Pod of the same index, which must find it and end'],
  [/lifecycle of Pods and PodStatus/, 'passed in five of eight runs: where it fails the new image, it seems, has restarted the container between two requests of the spec, so that Ready is False already'],
];
const byText = (a, b) => (a < b ? -1 : a > b ? 1 : 0);

/** The page, out of the two files. */
export function conformancePage() {
  const target = read(new URL('target.json', folder));
  const results = read(new URL('results.json', folder));
  const specs = [...target.pass].sort(byText);
  const verdict = (spec) => results[spec]?.verdict ?? 'not run';
  const passed = specs.filter((spec) => verdict(spec) === 'pass');
  const others = specs.filter((spec) => verdict(spec) !== 'pass');
  const groups = new Map();
  for (const spec of specs) {
    const group = /^\[([^\]]+)\]/.exec(spec)?.[1] ?? 'others';
    groups.set(group, [...(groups.get(group) ?? []), spec]);
  }
  const name = (spec) => spec.replace(/^\[[^\]]+\] /, '').replace(/ ?\[(?:Conformance|NodeConformance|Serial|Slow|Privileged:ClusterAdmin)\]/g, '').replace(/\|/g, '\\|').trim();
  const why = (spec) => REASONS.find(([pattern]) => pattern.test(spec))?.[1] ?? results[spec]?.why?.replace(/\s+/g, ' ').replace(/\|/g, '\\|').slice(0, 160) ?? '';
  return `# Conformance

Upstream's own conformance specs (Kubernetes ${target.kubernetes}, \`test/e2e\`), run against \`orrery serve\`. The target are the ${specs.length} specs that pass on the real
control plane over hollow nodes: those that need no real containers. **${passed.length} of ${specs.length} pass.**

Written by \`node scripts/conformance.mjs\`; a test holds it to the results in \`test/golden/conformance\`. To make them anew, with an \`e2e.test\` built from the Kubernetes sources:

\`\`\`sh
npx orrery serve --port 8820 --kubeconfig orrery.kubeconfig --scenario sandbox-3 &
e2e.test --kubeconfig=orrery.kubeconfig --provider=skeleton --kube-api-content-type=application/json \\
  --minStartupPods=0 --allowed-not-ready-nodes=-1 --kubectl-path="$(command -v kubectl)" --ginkgo.focus='TEXT OF THE SPEC'
\`\`\`

One process a spec, at most 340 s each (two of them wait five minutes to see that nothing happens); those marked Serial alone.

## What does not pass

${others.length === 0 ? 'Nothing of the target.' : `| Spec | Verdict | Why |\n|---|---|---|\n${others.map((spec) => `| ${name(spec)} | ${verdict(spec)} | ${why(spec)} |`).join('\n')}`}

## What passes

${[...groups].map(([group, of]) => `### ${group}\n\n${of.filter((spec) => verdict(spec) === 'pass').map((spec) => `- ${name(spec)} (${results[spec].seconds} s)`).join('\n')}`).join('\n\n')}
`;
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const target = read(new URL('target.json', folder));
  let results = {};
  try {
    results = read(new URL('results.json', folder));
  } catch {
    // The first time there are none.
  }
  for (const file of process.argv.slice(2)) results = { ...results, ...read(pathToFileURL(file)) };
  const kept = Object.fromEntries(target.pass.filter((spec) => results[spec] !== undefined).sort(byText).map((spec) => [spec, results[spec]]));
  writeFileSync(new URL('results.json', folder), `${JSON.stringify(kept, null, 1)}\n`);
  writeFileSync(new URL('docs/conformance.md', root), conformancePage());
  console.log(`${Object.values(kept).filter(({ verdict }) => verdict === 'pass').length} of ${target.pass.length} pass: ${fileURLToPath(new URL('docs/conformance.md', root))}`);
}
