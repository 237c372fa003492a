import { lazy } from 'react';
import { Store } from '../lib/store.ts';

export const panelOpen = new Store(false);
/** Loaded when it is opened for the first time. */
export const lazyPanel = lazy(() => import('./panel.tsx'));
