import { Store } from './store.ts';

export type ThemeChoice = 'system' | 'light' | 'dark';
const kKey = 'belay.theme'; // theme.js reads it before the first paint

function stored(): ThemeChoice {
  try {
    const value = localStorage.getItem(kKey);
    return value === 'dark' || value === 'light' ? value : 'system';
  } catch {
    return 'system';
  }
}

export const themeChoice = new Store<ThemeChoice>(stored());

const system = () => (matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light');
const apply = () => {
  const choice = themeChoice.get();
  document.documentElement.dataset['theme'] = choice === 'system' ? system() : choice;
};

export function chooseTheme(choice: ThemeChoice): void {
  try {
    if (choice === 'system') localStorage.removeItem(kKey);
    else localStorage.setItem(kKey, choice);
  } catch {
    // It lasts as long as the page.
  }
  themeChoice.set(choice);
  apply();
}

export function followSystem(): void {
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', apply);
}
