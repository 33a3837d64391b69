import { isMap, isPair, isScalar, isSeq, LineCounter, parseDocument, type Document, type Node as YamlNode } from 'yaml';

/** The node that a field path like "spec.containers[0].image" names, or the deepest one on the way to it that exists. */
export function nodeAt(document: Document, field: string): { readonly from: number; readonly to: number } | undefined {
  let node: unknown = document.contents;
  let range = (node as YamlNode | null)?.range;
  for (const part of field.replaceAll(/\[("?)([^\]]*?)\1\]/g, '.$2').split('.')) {
    if (part === '') continue;
    if (isMap(node)) {
      const pair = node.items.find((each) => isPair(each) && isScalar(each.key) && String(each.key.value) === part);
      if (pair === undefined) break;
      range = (pair.key as YamlNode).range ?? range;
      node = pair.value;
    } else if (isSeq(node)) {
      const item = node.items[Number(part)] ?? node.items.find((each) => isMap(each) && ['name', 'containerPort', 'port'].some((key) => String(each.get(key)) === part));
      if (item === undefined) break;
      node = item;
      range = (item as YamlNode).range ?? range;
    } else break;
  }
  return range === null || range === undefined ? undefined : { from: range[0], to: Math.max(range[0] + 1, Math.min(range[1], range[0] + 80)) };
}

/** The line of a field within a text, from 1. */
export function lineOf(text: string, field: string): number {
  const lines = new LineCounter();
  const document = parseDocument(text, { version: '1.1', lineCounter: lines, prettyErrors: false, uniqueKeys: false, logLevel: 'silent' });
  const at = nodeAt(document, field);
  return at === undefined ? 1 : lines.linePos(at.from).line;
}
