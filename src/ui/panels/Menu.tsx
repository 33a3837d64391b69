import { useEffect, useRef, type KeyboardEvent, type ReactElement } from 'react';
import { Icon, type GlyphName } from '../stage/glyphs.tsx';

export interface MenuItem {
  readonly id: string;
  readonly label: string;
  readonly note?: string;
  readonly glyph?: GlyphName;
  readonly checked?: boolean;
  readonly bad?: boolean;
  readonly act: () => void;
}

/** A menu at a point of the page; arrows move, Esc leaves, and the focus goes back to where it came from. */
export function Menu({ label, items, at, onClose }: { readonly label: string; readonly items: readonly MenuItem[]; readonly at: { readonly x: number; readonly y: number }; readonly onClose: () => void }): ReactElement {
  const list = useRef<HTMLDivElement>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
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
      if (before instanceof HTMLElement && before.isConnected) before.focus();
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
  const width = 260;
  const height = 12 + items.length * 38;
  return (
    <div
      ref={list}
      className="menu"
      role="menu"
      aria-label={label}
      style={{ left: Math.max(8, Math.min(at.x, innerWidth - width - 8)), top: Math.max(8, Math.min(at.y, innerHeight - height - 8)) }}
      onKeyDown={onKeyDown}
    >
      {items.map((item) => (
        <button
          key={item.id}
          type="button"
          role={item.checked === undefined ? 'menuitem' : 'menuitemradio'}
          {...(item.checked === undefined ? {} : { 'aria-checked': item.checked })}
          className={item.bad === true ? 'bad' : ''}
          tabIndex={-1}
          onClick={() => {
            onClose();
            item.act();
          }}
        >
          {item.glyph !== undefined && <Icon name={item.glyph} />}
          {item.checked !== undefined && <span className="tick">{item.checked && <Icon name="check" size={13} />}</span>}
          <span>{item.label}{item.note !== undefined && <small>{item.note}</small>}</span>
        </button>
      ))}
    </div>
  );
}
