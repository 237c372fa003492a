import { useEffect, useRef, useState, type ButtonHTMLAttributes, type ReactElement } from 'react';
import { Icon, type IconName } from './icons.js';

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  icon: IconName;
  label: string;
}

export function IconButton({ icon, label, className = '', ...rest }: IconButtonProps): ReactElement {
  return (
    <button type="button" className={`belay-icon-button ${className}`} aria-label={label} title={label} {...rest}>
      <Icon name={icon} />
    </button>
  );
}

/** Shows a check for two seconds after copying. */
export function CopyButton({ text, label }: { text: () => string; label: string }): ReactElement {
  const [isCopied, setIsCopied] = useState(false);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => () => clearTimeout(timer.current), []);
  const copy = () => {
    void copyText(text()).then((done) => {
      clearTimeout(timer.current);
      setIsCopied(done);
      timer.current = setTimeout(() => setIsCopied(false), 2000);
    });
  };
  return <IconButton icon={isCopied ? 'check' : 'copy'} label={isCopied ? 'Copied' : label} onClick={copy} />;
}

/** The clipboard is closed to pages without TLS, and to frames: then the old way. */
export async function copyText(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    const field = document.createElement('textarea');
    field.value = text;
    field.className = 'belay-hidden';
    document.body.append(field);
    field.select();
    const done = document.execCommand('copy');
    field.remove();
    return done;
  }
}
