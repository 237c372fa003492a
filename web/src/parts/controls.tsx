import { useEffect, useId, useLayoutEffect, useRef, useState, type ComponentProps, type ReactNode } from 'react';
import { Icon, type IconName } from './icons.tsx';

export function IconButton({ icon, label, big = false, on = false, className = '', ...rest }: { icon: IconName; label: string; big?: boolean; on?: boolean } & ComponentProps<'button'>) {
  return (
    <button type="button" className={`ib ${big ? 'big' : ''} ${on ? 'on' : ''} ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

type ButtonKind = 'primary' | 'quiet' | 'bad' | 'plain';
export function Button({ kind = 'plain', small = false, icon, className = '', children, ...rest }: { kind?: ButtonKind; small?: boolean; icon?: IconName } & ComponentProps<'button'>) {
  return (
    <button type="button" className={`btn ${kind} ${small ? 'sm' : ''} ${className}`} {...rest}>
      {icon && <Icon name={icon} small />}
      {children}
    </button>
  );
}

/** Copies a text, and shows for two seconds that it did. */
export function CopyButton({ text, label, className = '' }: { text: string | (() => string); label: string; className?: string }) {
  const [copied, setCopied] = useState<'no' | 'yes' | 'failed'>('no');
  useEffect(() => {
    if (copied === 'no') return;
    const timer = setTimeout(() => setCopied('no'), 2000);
    return () => clearTimeout(timer);
  }, [copied]);
  const copy = () => {
    navigator.clipboard?.writeText(typeof text === 'string' ? text : text()).then(
      () => setCopied('yes'),
      () => setCopied('failed'),
    );
  };
  const name = copied === 'yes' ? 'Copied' : copied === 'failed' ? 'The browser does not allow copying here' : label;
  return <IconButton icon={copied === 'yes' ? 'check' : copied === 'failed' ? 'alert' : 'copy'} label={name} on={copied === 'yes'} className={className} onClick={copy} />;
}

export interface MenuItem {
  readonly label: string;
  readonly icon?: IconName;
  readonly note?: string;
  readonly bad?: boolean;
  readonly disabled?: boolean;
  readonly checked?: boolean;
  readonly group?: string;
  readonly href?: string;
  readonly act?: () => void;
}

/** A button with a menu; on a phone the menu is a sheet. Arrow keys move, Escape closes, focus returns to the button. */
export function Menu({
  label,
  items,
  button,
  className = '',
  align = 'start',
  up = false,
  choose = false,
}: {
  label: string;
  items: readonly MenuItem[];
  /** The button's content. Default: three dots. */
  button?: ReactNode;
  className?: string;
  align?: 'start' | 'end';
  up?: boolean;
  /** One of the items is chosen: a list to choose from, not a menu of actions. */
  choose?: boolean;
}) {
  const [isOpen, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const opener = useRef<HTMLButtonElement>(null);
  const id = useId();
  const place = useRef<HTMLDivElement>(null);
  // Beside its button, wherever that is: a list that scrolls must not cut the menu off. On a phone the style sheet makes it a sheet.
  useLayoutEffect(() => {
    const menu = place.current;
    const box = opener.current?.getBoundingClientRect();
    if (!isOpen || !menu || !box) return;
    const { width, height } = menu.getBoundingClientRect();
    const above = up ? box.top > height + 16 : innerHeight - box.bottom < height + 16 && box.top > height;
    const isEnd = (align === 'end') === (getComputedStyle(menu).direction === 'ltr');
    menu.style.left = `${Math.max(8, Math.min(innerWidth - width - 8, isEnd ? box.right - width : box.left))}px`;
    menu.style.top = `${Math.max(8, above ? box.top - height - 6 : box.bottom + 4)}px`;
  }, [isOpen, up, align]);
  useEffect(() => {
    if (!isOpen) return;
    const all = () => [...(root.current?.querySelectorAll<HTMLElement>('[data-item]') ?? [])];
    (all().find((each) => each.getAttribute('aria-checked') === 'true') ?? all()[0])?.focus();
    const onDown = (event: PointerEvent) => {
      if (!root.current?.contains(event.target as Node)) setOpen(false);
    };
    const onKey = (event: KeyboardEvent) => {
      const list = all();
      const at = list.indexOf(document.activeElement as HTMLElement);
      const move = { ArrowDown: at + 1, ArrowUp: at - 1, Home: 0, End: list.length - 1 }[event.key];
      if (event.key === 'Escape' || event.key === 'Tab') {
        if (event.key === 'Escape') event.preventDefault();
        event.stopPropagation();
        setOpen(false);
        opener.current?.focus();
      } else if (move !== undefined) {
        event.preventDefault();
        list[(move + list.length) % list.length]?.focus();
      }
    };
    const onScroll = (event: Event) => {
      if (!place.current?.contains(event.target as Node)) setOpen(false);
    };
    addEventListener('pointerdown', onDown, true);
    addEventListener('scroll', onScroll, true);
    root.current?.addEventListener('keydown', onKey);
    const element = root.current;
    return () => {
      removeEventListener('pointerdown', onDown, true);
      removeEventListener('scroll', onScroll, true);
      element?.removeEventListener('keydown', onKey);
    };
  }, [isOpen]);
  const groups = [...new Set(items.map((item) => item.group ?? ''))];
  const role = choose ? 'menuitemradio' : 'menuitem';
  return (
    <div className={`menu ${className}`} ref={root}>
      <button
        ref={opener}
        type="button"
        className={button ? 'chip' : 'ib'}
        aria-haspopup="menu"
        aria-expanded={isOpen}
        aria-controls={isOpen ? id : undefined}
        aria-label={label}
        title={button ? undefined : label}
        onClick={(event) => {
          event.preventDefault();
          setOpen(!isOpen);
        }}
      >
        {button ?? <Icon name="more" />}
      </button>
      {isOpen && (
        <>
          <div className="popscrim" />
          <div ref={place} className="pop" role="menu" id={id} aria-label={label}>
            {groups.map((group) => (
              <div key={group} role="group" {...(group && { 'aria-label': group })}>
                {group && <p className="h">{group}</p>}
                {items
                  .filter((item) => (item.group ?? '') === group)
                  .map((item) => {
                    const content = (
                      <>
                        {item.icon && <Icon name={item.icon} small />}
                        <span className="cut" dir="auto">{item.label}</span>
                        <small>{item.note}</small>
                        {item.checked ? <Icon name="check" /> : item.disabled ? <Icon name="lock" small /> : <span />}
                      </>
                    );
                    const shared = { className: `opt ${item.icon ? 'with-icon' : ''} ${item.bad ? 'bad' : ''}`, role, tabIndex: -1, 'data-item': '', ...(choose && { 'aria-checked': item.checked ?? false }) };
                    const close = () => {
                      setOpen(false);
                      opener.current?.focus();
                    };
                    return item.href ? (
                      <a key={item.label} href={item.href} {...shared} onClick={close} download={item.href.includes('/export') || item.href.includes('/content') ? '' : undefined}>
                        {content}
                      </a>
                    ) : (
                      <button
                        key={item.label}
                        type="button"
                        {...shared}
                        aria-disabled={item.disabled || undefined}
                        onClick={() => {
                          if (item.disabled) return;
                          close();
                          item.act?.();
                        }}
                      >
                        {content}
                      </button>
                    );
                  })}
              </div>
            ))}
          </div>
        </>
      )}
    </div>
  );
}

/** A dialog: focus goes in, stays in, and comes back. */
export function Dialog({ title, close, children }: { title: string; close: () => void; children: ReactNode }) {
  const element = useRef<HTMLDialogElement>(null);
  const id = useId();
  useEffect(() => {
    const dialog = element.current;
    const before = document.activeElement as HTMLElement | null;
    dialog?.showModal();
    return () => {
      dialog?.close();
      before?.focus();
    };
  }, []);
  return (
    <dialog
      ref={element}
      className="dialog"
      aria-labelledby={id}
      onCancel={(event) => {
        event.preventDefault();
        close();
      }}
      onClick={(event) => {
        if (event.target === element.current) close();
      }}
    >
      <header>
        <h2 id={id}>{title}</h2>
        <IconButton icon="close" label="Close" onClick={close} />
      </header>
      {children}
    </dialog>
  );
}

export function Field({ label, error, hint, children }: { label: string; error?: string | undefined; hint?: string; children: (props: { id: string; 'aria-describedby': string; 'aria-invalid': boolean }) => ReactNode }) {
  const id = useId();
  return (
    <div className="labelled">
      <label htmlFor={id}>{label}</label>
      {children({ id, 'aria-describedby': `${id}-hint`, 'aria-invalid': error !== undefined })}
      <p id={`${id}-hint`} className={error ? 'why' : 'hint'}>
        {error ?? hint}
      </p>
    </div>
  );
}

export const Switch = ({ label, options, value, set, role = 'radiogroup' }: { label: string; options: readonly { value: string; label: string }[]; value: string; set: (value: string) => void; role?: 'radiogroup' | 'tablist' }) => {
  const isTabs = role === 'tablist';
  const onKey = (event: React.KeyboardEvent<HTMLDivElement>) => {
    const step = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const at = options.findIndex((option) => option.value === value);
    const next = options[(at + step + options.length) % options.length]!;
    set(next.value);
    (event.currentTarget.children[options.indexOf(next)] as HTMLElement).focus();
  };
  return (
    <div className="seg" role={role} aria-label={label} onKeyDown={onKey}>
      {options.map((option) => (
        <button
          key={option.value}
          type="button"
          role={isTabs ? 'tab' : 'radio'}
          tabIndex={option.value === value ? 0 : -1}
          {...(isTabs ? { 'aria-selected': option.value === value } : { 'aria-checked': option.value === value })}
          onClick={() => set(option.value)}
        >
          {option.label}
        </button>
      ))}
    </div>
  );
};
