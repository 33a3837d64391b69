import { Fragment, useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { Icon, type GlyphName } from '../stage/glyphs.tsx';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  /** The heading it stands under, with all that follow under the same. */
  readonly group?: string;
  readonly glyph?: GlyphName;
  readonly checked?: boolean;
  readonly bad?: boolean;
  readonly act: () => void;
}

/** A menu at a point of the page; arrows move, Esc leaves, and the focus goes back to where it came from. */
interface MenuProps {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly at: { readonly x: number; readonly y: number };
  readonly onClose: () => void;
  /** Where the focus goes after a choice; absent: to where it came from. */
  readonly then?: () => void;
}

export function Menu({ label, items, at, onClose, then }: MenuProps): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  const afterwards = useRef(then);
  const chosen = useRef(false);
  useEffect(() => {
    close.current = onClose;
    afterwards.current = then;
  });
  useEffect(() => {
    const before = document.activeElement;
    const element = list.current;
    (element?.querySelector<HTMLElement>('[aria-checked=true]') ?? element?.querySelector<HTMLElement>('[role^=menuitem]'))?.focus();
    const away = (event: PointerEvent): void => {
      if (event.target instanceof Node && element?.contains(event.target) === false) close.current();
    };
    document.addEventListener('pointerdown', away, true);
    return () => {
      document.removeEventListener('pointerdown', away, true);
      if (chosen.current && afterwards.current !== undefined) afterwards.current();
      else if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  const onKeyDown = (event: KeyboardEvent): void => {
    event.stopPropagation();
    const all = [...(list.current?.querySelectorAll<HTMLElement>('[role^=menuitem]') ?? [])];
    const here = all.indexOf(document.activeElement as HTMLElement);
    const go = (place: number): void => {
      event.preventDefault();
      all[(place + all.length) % all.length]?.focus();
    };
    if (event.key === 'ArrowDown') go(here + 1);
    else if (event.key === 'ArrowUp') go(here - 1);
    else if (event.key === 'Home') go(0);
    else if (event.key === 'End') go(all.length - 1);
    else if (event.key === 'Escape' || event.key === 'Tab') {
      event.preventDefault();
      onClose();
    } else if (event.key.length === 1 && !event.ctrlKey && !event.metaKey) {
      const next = [...all.slice(here + 1), ...all].find((each) => each.textContent?.toLowerCase().startsWith(event.key.toLowerCase()));
      next?.focus();
    }
  };
  const groups = [...new Set(items.map(({ group }) => group))];
  const isWide = groups.length > 1;
  const width = isWide ? 580 : 260;
  const height = isWide ? 0 : 12 + items.length * 38;
  return (
    <div
      ref={list}
      className={isWide ? 'menu wide' : 'menu'}
      role="menu"
      aria-label={label}
      style={{ left: Math.max(8, Math.min(at.x, innerWidth - width - 8)), top: Math.max(8, Math.min(at.y, innerHeight - height - 8)) }}
      onKeyDown={onKeyDown}
    >
      {groups.map((group) => {
        const of = items.filter((item) => item.group === group);
        return group === undefined ? <Fragment key="">{of.map(button)}</Fragment> : (
          <div key={group} role="group" aria-label={group}>
            <h2 aria-hidden="true">{group}</h2>
            {of.map(button)}
          </div>
        );
      })}
    </div>
  );

  function button(item: MenuItem): ReactElement {
    return (
      <button
        key={item.id}
        type="button"
        role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
        {...(item.checked === undefined ? {} : { 'aria-checked': item.checked })}
        className={item.bad === true ? 'bad' : ''}
        tabIndex={-1}
        onClick={() => {
          chosen.current = true;
          onClose();
          item.act();
        }}
      >
        {item.glyph !== undefined && <Icon name={item.glyph} />}
        {item.checked !== undefined && <span className="tick">{item.checked && <Icon name="check" size={13} />}</span>}
        <span>{item.label}{item.note !== undefined && <small>{item.note}</small>}</span>
      </button>
    );
  }
}
