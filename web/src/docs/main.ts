// The API reference: Scalar over this server's own description, with the guides first. Nothing comes from a network.
import '@scalar/api-reference/style.css';
import { keepAccessible } from './accessible.ts';
import { guides } from './guides.ts';

// Scalar's parser of schemas would try whether it may compile code. The policy of this page forbids that, so it does not try.
Object.assign(globalThis, { __zod_globalConfig: { jitless: true } });
const scalar = import('@scalar/api-reference');

interface Description {
  info: { title: string; description?: string };
  servers?: { url: string }[];
  tags?: { name: string; 'x-displayName'?: string }[];
}

/** The guides come first, so their part of the sidebar is open. */
function openGuides(tries = 100): void {
  const button = [...document.querySelectorAll<HTMLElement>('aside button, nav button')].find((each) => each.textContent?.trim().startsWith('Introduction'));
  if (button) {
    if (button.getAttribute('aria-expanded') === 'false') button.click();
  } else if (tries > 0) setTimeout(() => openGuides(tries - 1), 50);
}

/** `#goal-coach`, the short form of a link to a part: the goal coach's `/api/v1/docs` leads there. */
function lengthenAnchor(description: Description): void {
  const name = location.hash.slice(1);
  if (description.tags?.some((tag) => tag.name === name)) history.replaceState(history.state, '', `#tag/${name}`);
}

async function start(): Promise<void> {
  const response = await fetch('/openapi.json', { cache: 'no-cache' });
  if (!response.ok) throw new Error(`The description could not be loaded (${response.status}).`);
  const description = (await response.json()) as Description;
  lengthenAnchor(description);
  const { createApiReference } = await scalar;
  const overview = description.info.description ?? '';
  description.info.description = `${overview}\n\n${guides()}`;
  description.servers = [{ url: location.origin }];
  for (const tag of description.tags ?? []) tag['x-displayName'] ??= tag.name.replace(/^./, (letter) => letter.toUpperCase());
  createApiReference('#reference', {
    content: description as never,
    theme: 'none',
    layout: 'modern',
    withDefaultFonts: false,
    telemetry: false,
    hideClientButton: true,
    hideDarkModeToggle: false,
    showDeveloperTools: 'never',
    agent: { disabled: true },
    mcp: { disabled: true },
    darkMode: document.documentElement.dataset['theme'] === 'dark',
    defaultOpenAllTags: false,
    persistAuth: false,
    searchHotKey: 'k',
    defaultHttpClient: { targetKey: 'shell', clientKey: 'curl' },
    hiddenClients: { c: true, clojure: true, csharp: true, java: true, kotlin: true, objc: true, ocaml: true, php: true, powershell: true, r: true, ruby: true, dart: true, fsharp: true, http: true },
    authentication: { preferredSecurityScheme: 'bearer', securitySchemes: { bearer: { token: 'dev:ann:pro' } } },
    documentDownloadType: 'json',
    metaData: { title: 'Belay API' },
  } as never);
  keepAccessible();
  if (location.hash === '') openGuides();
}

start().catch((error: Error) => {
  const place = document.getElementById('reference')!;
  place.textContent = `${error.message} Load the page again.`;
  place.setAttribute('role', 'alert');
});
