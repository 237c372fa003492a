// Numbers, times and amounts in words, in the reader's zone and language rules (English words, 24 hours).
const dayMonth = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'long' });
const weekday = new Intl.DateTimeFormat('en-GB', { weekday: 'long', day: 'numeric', month: 'long' });
const shortDay = new Intl.DateTimeFormat('en-GB', { day: 'numeric', month: 'short' });
const clockTime = new Intl.DateTimeFormat('en-GB', { hour: '2-digit', minute: '2-digit' });
const monthYear = new Intl.DateTimeFormat('en-GB', { month: 'long', year: 'numeric' });
const monthOnly = new Intl.DateTimeFormat('en-GB', { month: 'long' });
const amount = new Intl.NumberFormat('en-GB');

export const day = (time: string | number | Date): string => dayMonth.format(new Date(time));
export const dayOfWeek = (time: string | number | Date): string => weekday.format(new Date(time));
export const dayShort = (time: string | number | Date): string => shortDay.format(new Date(time));
export const clock = (time: string | number | Date): string => clockTime.format(new Date(time));
export const count = (value: number): string => amount.format(value);
export const plural = (value: number, one: string, many = `${one}s`): string => `${count(value)} ${value === 1 ? one : many}`;

export function bytes(value: number): string {
  if (value < 1000) return `${value} B`;
  if (value < 1_000_000) return `${Math.round(value / 1000)} KB`;
  return `${(value / 1_000_000).toFixed(1)} MB`;
}

/** 0:23, 42:18, or 2 h 14 min. */
export function countdown(milliseconds: number): string {
  const seconds = Math.max(0, Math.ceil(milliseconds / 1000));
  if (seconds < 3600) return `${Math.floor(seconds / 60)}:${String(seconds % 60).padStart(2, '0')}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 24 * 60) return `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
  const days = Math.floor(minutes / (24 * 60));
  return `${plural(days, 'day')} ${Math.floor((minutes % (24 * 60)) / 60)} h`;
}

export function ago(time: string | number, now = Date.now()): string {
  const seconds = Math.max(0, Math.round((now - new Date(time).getTime()) / 1000));
  if (seconds < 60) return 'now';
  if (seconds < 3600) return `${Math.floor(seconds / 60)} min ago`;
  if (seconds < 86400) return `${Math.floor(seconds / 3600)} h ago`;
  return day(time);
}

const startOfDay = (time: Date): number => new Date(time.getFullYear(), time.getMonth(), time.getDate()).getTime();

/** The heading under which a chat stands: Today, Yesterday, This week, a month, a month with its year. */
export function period(time: string | number, now = Date.now()): string {
  const date = new Date(time);
  const today = new Date(now);
  const days = Math.round((startOfDay(today) - startOfDay(date)) / 86_400_000);
  if (days <= 0) return 'Today';
  if (days === 1) return 'Yesterday';
  if (days < 7) return 'This week';
  return date.getFullYear() === today.getFullYear() ? monthOnly.format(date) : monthYear.format(date);
}

/** "today", "tomorrow", or "on 3 December". */
export function onDay(time: string | number, now = Date.now()): string {
  const days = Math.round((startOfDay(new Date(time)) - startOfDay(new Date(now))) / 86_400_000);
  return days === 0 ? 'today' : days === 1 ? 'tomorrow' : `on ${day(time)}`;
}

export const tierName = (tier: string): string => ({ basic: 'Basic', pro: 'Pro', premium: 'Premium', enterprise: 'Enterprise' })[tier] ?? tier;
