// Writes src/cli/protobuf.generated.ts from the generated.proto files of k8s.io/api, apimachinery and apiextensions-apiserver (their field numbers are facts of the wire).
//   node scripts/compact-protobuf.mjs FOLDER...      e.g. the folders of these modules in a Go module cache
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SCALARS = { string: 's', int32: 'i', int64: 'l', bool: 'b', bytes: 'y', double: 'd' };
const files = [];
const walk = (folder) => {
  for (const entry of readdirSync(folder, { withFileTypes: true })) {
    if (entry.isDirectory()) walk(join(folder, entry.name));
    else if (entry.name === 'generated.proto') files.push(join(folder, entry.name));
  }
};
process.argv.slice(2).forEach(walk);

const short = (name) => name.replace(/^\.?k8s\.io\./, '').replace(/^(api|apimachinery)\./, '').replace(/^pkg\.apis?\./, '').replace(/^pkg\./, '').replace('apiextensions_apiserver.pkg.apis.apiextensions.', 'apiextensions.');
const lines = [];
for (const file of files.sort()) {
  const text = readFileSync(file, 'utf8').replace(/\/\/.*$/gm, '');
  const pkg = /^package ([\w.]+);/m.exec(text)[1];
  // Alphas and betas are not served.
  if (/\.v\d+(alpha|beta)\d+$/.test(pkg) || /imagepolicy|testapigroup/.test(pkg)) continue;
  for (const [, name, body] of text.matchAll(/^message (\w+) \{([\s\S]*?)^\}/gm)) {
    const type = (raw) => SCALARS[raw] ?? `@${short(raw.includes('.') ? raw : `${pkg}.${raw}`)}`;
    const fields = [...body.matchAll(/^\s*(optional|repeated|map<(\w+),\s*([\w.]+)>)\s*([\w.]*)\s+(\w+)\s*=\s*(\d+);/gm)].map(([, label, , value, raw, field, number]) => `${number}:${field}:${label === 'repeated' ? '[' : label.startsWith('map') ? '{' : ''}${type(label.startsWith('map') ? value : raw)}`);
    lines.push([short(`${pkg}.${name}`), fields.join('|')]);
  }
}
lines.sort(([a], [b]) => (a < b ? -1 : 1));
writeFileSync(new URL('../src/cli/protobuf.generated.ts', import.meta.url), `// Written by scripts/compact-protobuf.mjs: do not edit. protobuf.ts says how a line is read.\nexport const MESSAGES: Readonly<Record<string, string>> = {\n${lines.map(([name, fields]) => `  '${name}': '${fields}',`).join('\n')}\n};\n`);
console.log(`${lines.length} messages`);
