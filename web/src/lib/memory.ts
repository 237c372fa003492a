// What the browser remembers. A page without storage (private windows, policies) works and forgets.
export function recall<T>(key: string): T | undefined {
  try {
    const text = localStorage.getItem(`belay.${key}`);
    return text === null ? undefined : (JSON.parse(text) as T);
  } catch {
    return undefined;
  }
}

export function remember(key: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(`belay.${key}`);
    else localStorage.setItem(`belay.${key}`, JSON.stringify(value));
  } catch {
    // full, or not allowed
  }
}
