// Corrects the reference's own elements for screen readers and keyboards: roles that do not fit, buttons without a name, boxes that scroll
// and cannot be focused. Changes of the reference are collected for a moment, then everything is corrected once.

const all = (selector: string): HTMLElement[] => [...document.querySelectorAll<HTMLElement>(selector)];

function mendRoles(): void {
  // Not all of its buttons are tabs.
  for (const list of all('.client-libraries-list[role="tablist"]')) {
    list.setAttribute('role', 'group');
    list.removeAttribute('aria-orientation');
    for (const tab of list.querySelectorAll('[role="tab"]')) tab.removeAttribute('role');
  }
  for (const button of all('button[aria-selected]')) {
    if (button.getAttribute('role') === 'tab') continue;
    if (button.getAttribute('aria-selected') === 'true') button.setAttribute('aria-current', 'true');
    else button.removeAttribute('aria-current');
    button.removeAttribute('aria-selected');
  }
  for (const element of all('aside[role="navigation"], button[role="search"]')) element.removeAttribute('role');
  for (const card of all('.scalar-card[role="region"]')) card.setAttribute('role', 'group');
}

// Buttons whose text is hidden at times, and what they do.
const names: readonly (readonly [string, string])[] = [
  ['button[class*="copy"]', 'Copy'],
  ['button.client-libraries__select', 'More languages'],
];

function mendNames(): void {
  for (const [selector, name] of names) for (const button of all(`${selector}:not([aria-label])`)) button.setAttribute('aria-label', name);
  // The name has what is written on the button, for people who speak to it.
  for (const button of all('button[aria-label]')) {
    const label = button.getAttribute('aria-label')!;
    const shown = button.innerText.trim();
    if (shown !== '' && !label.toLowerCase().includes(shown.toLowerCase())) button.setAttribute('aria-label', `${shown}: ${label}`);
  }
}

function mendFocus(): void {
  for (const inner of all('button [tabindex]')) inner.removeAttribute('tabindex');
  for (const box of all('code, ul, pre, .scroll, [class*="overflow"]')) {
    if (box.tabIndex >= 0 || box.querySelector('a[href], button, input')) continue;
    if (box.scrollWidth <= box.clientWidth && box.scrollHeight <= box.clientHeight) continue;
    if (/auto|scroll/.test(getComputedStyle(box).overflow)) box.tabIndex = 0;
  }
}

/** Corrects the reference now and after each of its changes. */
export function keepAccessible(): void {
  let isWaiting = false;
  const mend = () => {
    isWaiting = false;
    mendRoles();
    mendNames();
    mendFocus();
  };
  mend();
  new MutationObserver(() => {
    if (isWaiting) return;
    isWaiting = true;
    setTimeout(mend, 200);
  }).observe(document.body, { childList: true, subtree: true, attributes: true, attributeFilter: ['aria-selected', 'role'] });
}
