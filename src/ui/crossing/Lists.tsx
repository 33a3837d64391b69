import type { ReactElement } from 'react';
import type { LeftWhy, Sorted } from '../link/crossing.ts';
import { glyphOfKind, Icon } from '../stage/glyphs.tsx';

const MOST_NAMES = 40;

/** Kinds in the order in which they come, each with its names. */
function byKind(objects: readonly Sorted[]): readonly (readonly [kind: string, names: readonly string[]])[] {
  const kinds = new Map<string, string[]>();
  for (const { kind, name } of objects) {
    const names = kinds.get(kind);
    if (names === undefined) kinds.set(kind, [name]);
    else names.push(name);
  }
  return [...kinds];
}

function Kinds({ objects, more }: { readonly objects: readonly Sorted[]; readonly more: (count: number) => string }): ReactElement {
  return (
    <ul className="cxkinds">
      {byKind(objects).map(([kind, names]) => (
        <li key={kind}>
          <span className="k"><Icon name={glyphOfKind(kind)} size={14} /><b>{kind}</b> <span className="faint">{names.length.toLocaleString('en')}</span></span>
          <span className="mono names">{names.slice(0, MOST_NAMES).join(', ')}{names.length > MOST_NAMES && `, ${more(names.length - MOST_NAMES)}`}</span>
        </li>
      ))}
    </ul>
  );
}

export function ObjectList({ title, objects, more, open }: { readonly title: string; readonly objects: readonly Sorted[]; readonly more: (count: number) => string; readonly open: boolean }): ReactElement {
  return <details className="cxlist" open={open}><summary>{title}</summary><Kinds objects={objects} more={more} /></details>;
}

/** What stays behind, by its reason. */
export function Left<W extends LeftWhy>({ title, left, why, more }: { readonly title: string; readonly left: readonly (Sorted & { readonly why: W })[]; readonly why: Readonly<Record<W, string>>; readonly more: (count: number) => string }): ReactElement {
  const reasons = [...new Set(left.map((each) => each.why))];
  return (
    <details className="cxlist">
      <summary>{title}</summary>
      {reasons.map((reason) => (
        <section key={reason}>
          <p>{why[reason]}</p>
          <Kinds objects={left.filter((each) => each.why === reason)} more={more} />
        </section>
      ))}
    </details>
  );
}
