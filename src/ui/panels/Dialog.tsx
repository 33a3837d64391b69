import { useEffect, useRef, type ReactElement, type ReactNode } from 'react';

/** A modal dialog on the platform's own element: it keeps the focus, Esc closes it, and what lies behind is inert. */
export function Modal({ label, className = '', onClose, children }: { readonly label: string; readonly className?: string; readonly onClose: () => void; readonly children: ReactNode }): ReactElement {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => {
    const element = dialog.current;
    const before = document.activeElement;
    if (element !== null && !element.open) {
      element.showModal();
      element.querySelector<HTMLElement>('[data-first]')?.focus();
    }
    return () => {
      if (element?.open === true) element.close();
      if (before instanceof HTMLElement && before.isConnected) before.focus();
    };
  }, []);
  return (
    <dialog
      ref={dialog}
      className={`dialog ${className}`}
      aria-label={label}
      onCancel={(event) => {
        event.preventDefault();
        onClose();
      }}
      onClick={(event) => {
        // A click on the backdrop is one on the dialog's own box, outside its content.
        if (event.target !== dialog.current) return;
        const box = dialog.current.getBoundingClientRect();
        if (event.clientX < box.left || event.clientX > box.right || event.clientY < box.top || event.clientY > box.bottom) onClose();
      }}
    >
      {children}
    </dialog>
  );
}
