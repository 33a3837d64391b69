import { autocompletion, closeCompletion, completionKeymap, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete';
import { Prec, type Extension } from '@codemirror/state';
import { EditorView, hoverTooltip, keymap, tooltips } from '@codemirror/view';
import type { Catalogue } from '../i18n/index.ts';
import { loadFields, type Field } from '../link/fields.ts';
import { placeAt } from './yamlPath.ts';

/** Completion and hover in the YAML editor, by the schema of the kind that is written. */
type Words = Catalogue['panels']['apply'];

const detail = ({ type, required }: Field, words: Words): string => (required ? `${type}, ${words.required}` : type);
const holdsObject = ({ inner, type }: Field): boolean => inner !== undefined || type.startsWith('map[') || type.startsWith('[]');

/** What is written for a field: its key, and for a list or an object the beginning of what stands below. */
function completionOf(field: Field, indent: string, words: Words): Completion {
  const below = field.type.startsWith('[]') ? `\n${indent}- ` : `\n${indent}  `;
  return {
    label: field.name,
    type: 'property',
    detail: detail(field, words),
    boost: field.required ? 1 : 0,
    apply: holdsObject(field) ? `${field.name}:${below}` : `${field.name}: `,
    ...(field.values === '' ? {} : { info: words.oneOf(field.values) }),
  };
}

async function complete(context: CompletionContext, words: Words): Promise<CompletionResult | null> {
  const text = context.state.doc.toString();
  const place = placeAt(text, context.pos);
  if (place === undefined) return null;
  const { fieldAt, fieldsBelow, KINDS_OF_ALL } = await loadFields();
  const { apiVersion, kind, path, at } = place;
  if (at.is === 'value') {
    if (path.length === 0 && at.key === 'kind') return { from: at.from, options: [...new Set(KINDS_OF_ALL.filter((each) => apiVersion === '' || each.apiVersion === apiVersion).map((each) => each.kind))].map((label) => ({ label, type: 'class' })) };
    if (path.length === 0 && at.key === 'apiVersion') return { from: at.from, options: [...new Set(KINDS_OF_ALL.filter((each) => kind === '' || each.kind === kind).map((each) => each.apiVersion))].map((label) => ({ label, type: 'namespace' })) };
    const field = fieldAt(apiVersion, kind, [...path, at.key]);
    const values = field === undefined ? [] : field.values !== '' ? field.values.split(', ') : field.type === 'boolean' ? ['true', 'false'] : [];
    return values.length === 0 ? null : { from: at.from, options: values.map((label) => ({ label, type: 'enum' })) };
  }
  if (at.text === '' && !context.explicit) return null;
  const indent = ' '.repeat(at.from - context.state.doc.lineAt(at.from).from);
  const known = kind === '' || apiVersion === '' ? [] : fieldsBelow(apiVersion, kind, path);
  // Before the kind is known there is one thing to write.
  const options = known.length > 0
    ? known.filter(({ name }) => !place.beside.has(name) && !(path.length === 0 && name === 'status')).map((field) => completionOf(field, indent, words))
    : path.length === 0 ? ['apiVersion', 'kind', 'metadata', 'spec'].filter((name) => !place.beside.has(name)).map((label) => ({ label, type: 'property', apply: `${label}: ` })) : [];
  return options.length === 0 ? null : { from: at.from, options, validFor: /^[\w./$-]*$/ };
}

/** `words` is asked each time: the language may change while the editor is open. */
export function yamlHelp(words: () => Words): Extension {
  return [
    autocompletion({ override: [(context) => complete(context, words())], icons: false, activateOnTyping: true }),
    // While the list is open its keys go before those of the drawer: Escape closes the list first.
    Prec.highest(keymap.of([{ key: 'Escape', run: closeCompletion, stopPropagation: true }, ...completionKeymap])),
    tooltips({ position: 'fixed' }),
    hoverTooltip(async (view, pos) => {
      const line = view.state.doc.lineAt(pos);
      const word = view.state.wordAt(pos);
      if (word === null || !/^\s*(?:- +)*["']?[\w./$-]*$/.test(line.text.slice(0, word.to - line.from))) return null;
      const place = placeAt(view.state.doc.toString(), word.to);
      if (place === undefined || place.at.is !== 'key') return null;
      const { fieldAt } = await loadFields();
      const path = [...place.path, place.at.text.replaceAll(/["']/g, '')];
      const field = fieldAt(place.apiVersion, place.kind, path);
      if (field === undefined) return null;
      return {
        pos: word.from,
        end: word.to,
        above: true,
        create: () => {
          // As text: what a manifest says never becomes markup.
          const dom = document.createElement('div');
          dom.className = 'yaml-hover';
          const title = document.createElement('b');
          title.textContent = path.join('.');
          const rest = document.createElement('span');
          rest.textContent = ` ${detail(field, words())}${field.values === '' ? '' : `. ${words().oneOf(field.values)}`}`;
          dom.append(title, rest);
          return { dom };
        },
      };
    }),
    EditorView.theme({
      '.cm-tooltip-autocomplete ul li': { padding: '3px 10px', fontFamily: 'var(--mono)' },
      '.cm-tooltip-autocomplete ul li[aria-selected]': { backgroundColor: 'var(--brass-wash)', color: 'var(--ink)' },
      '.cm-completionDetail': { color: 'var(--ink-3)', fontStyle: 'normal', marginLeft: '14px' },
      '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '600' },
      '.yaml-hover': { padding: '5px 9px', maxWidth: '420px', font: '12.5px/18px var(--sans)' },
    }),
  ];
}
