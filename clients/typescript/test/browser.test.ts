// ChatWindow in Chromium, over a real server.
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import type { Page } from 'playwright-core';
import { afterAll, describe, expect, it } from 'vitest';
import { closeBrowser, openPage, openTab, startSite } from './support/browser.js';
import { startDirected } from './support/provider.js';
import { sleep, startServer, until, words } from './support/server.js';

afterAll(closeBrowser);

// The browser itself reports requests that fail.
const network = /Failed to load resource/;

const ask = async (page: Page, text: string): Promise<void> => {
  const box = page.getByRole('textbox', { name: 'Message' });
  await box.fill(text);
  await box.press('Enter');
};
const answers = (page: Page) => page.locator('.belay-answer');
const proseOf = async (page: Page): Promise<string> => ((await answers(page).last().locator('.belay-prose').textContent()) ?? '').trim();
const finished = (page: Page) => answers(page).last().getByRole('button', { name: 'Copy answer' }).waitFor({ timeout: 60_000 });
const count = (page: Page, selector: string, expected: number, what: string) => until(what, async () => (await page.locator(selector).count()) === expected);

describe('ChatWindow in a browser', () => {
  it('A12: streams, survives a killed server, and shows where the text was joined', async () => {
    // So long that only the reader's click resumes it in time.
    const server = await startServer({ 'chat.retry_base': '60s' });
    const page = await openPage(`${await startSite(server)}/?model=grok-2`, { allowed: network });
    await ask(page, 'echo:400 words @30/s');
    await page.getByText('Writing. It goes on if you close this page.').waitFor();
    await page.locator('.belay-caret').waitFor();
    await until('words arrive', async () => (await proseOf(page)).length > 100);
    expect(await page.locator('.belay-answer[data-line=live]').count()).toBe(1);
    await server.kill();
    await page.getByText('Reconnecting… nothing is lost').waitFor();
    expect(await page.locator('.belay-answer[data-line=lost] .belay-knot-hold').count()).toBe(1);
    expect(await page.locator('.belay-connection').textContent()).toBe('Reconnecting');
    expect(await page.locator('.belay-lost code').textContent()).toMatch(/^1-\d+$/);
    const shown = await proseOf(page);
    await server.start();
    const tryNow = page.getByRole('button', { name: 'Try now' });
    await tryNow.click({ timeout: 10_000 }).catch(async (error) => {
      if (await tryNow.isVisible()) throw error; // else it came back by itself meanwhile
    });
    await page.getByText(/Back after \d+\.\d s\. Nothing is missing\./).waitFor();
    expect(await page.locator('.belay-answer[data-line=resumed] .belay-knot').count()).toBe(1);
    expect((await proseOf(page)).startsWith(shown)).toBe(true);
    await finished(page);
    expect(await proseOf(page)).toBe(words(400));
    expect(await page.locator('.belay-knot, .belay-caret, [data-line]').count()).toBe(0);
  });

  it('A12: no network and back: nothing is lost, and a question is sent by itself', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`, { allowed: network });
    await page.context().setOffline(true);
    await ask(page, 'echo:hello there');
    await page.getByText('You are offline', { exact: true }).waitFor();
    await until('the state says so', async () => (await page.locator('.belay-connection').textContent()) === 'Offline');
    await page.context().setOffline(false);
    await finished(page);
    expect(await proseOf(page)).toBe('hello there');
  });

  it('A12: two tabs and a phone show the same answer; one stops it for all', async () => {
    const server = await startServer();
    const url = `${await startSite(server)}/?model=grok-2&chat=shared`;
    const one = await openPage(url, { allowed: network });
    await ask(one, 'echo:1000 words @40/s');
    await until('words arrive', async () => (await proseOf(one)).length > 50);
    const two = await openTab(one, url);
    const phone = await openPage(url, { width: 390, height: 800, allowed: network });
    for (const page of [two, phone])
      await until('it reads', async () => (await answers(page).count()) === 1 && (await proseOf(page)).length > 50);
    expect(await phone.evaluate(() => document.documentElement.scrollWidth)).toBe(390);
    await phone.getByRole('button', { name: 'Stop' }).click();
    for (const page of [one, two, phone]) await page.getByText('Stopped').waitFor();
    await until('they agree', async () => new Set(await Promise.all([one, two, phone].map(proseOf))).size === 1);
    expect(words(1000).startsWith(await proseOf(one))).toBe(true);
    // A question in one tab appears in the other.
    await ask(two, 'echo:the end');
    await until('it appears', async () => (await answers(one).count()) === 2 && (await proseOf(one)) === 'the end');
  });

  it('A12: Escape stops; edit and regenerate make branches; reactions stay', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`);
    await ask(page, 'echo:800 words @50/s');
    await until('words arrive', async () => (await answers(page).count()) === 1 && (await proseOf(page)).length > 50);
    await page.keyboard.press('Escape');
    await page.getByText('Stopped').waitFor();
    expect(await page.evaluate(() => document.activeElement?.tagName)).toBe('TEXTAREA');

    await page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
    const editor = page.getByRole('textbox', { name: 'Your question' });
    expect(await editor.inputValue()).toBe('echo:800 words @50/s');
    await editor.press('Escape');
    expect(await editor.count()).toBe(0);
    await page.getByRole('button', { name: 'Edit and ask again' }).click();
    await editor.fill('echo:edited');
    await page.getByRole('button', { name: 'Save and ask' }).click();
    await until('it is answered', async () => (await proseOf(page)) === 'edited');
    await finished(page);
    await page.getByText('2 / 2').waitFor();
    await page.getByRole('button', { name: 'Previous version' }).click();
    await page.getByText('1 / 2').waitFor();
    expect(await page.locator('.belay-bubble').textContent()).toBe('echo:800 words @50/s');
    await page.getByRole('button', { name: 'Next version' }).click();
    await until('the branch is back', async () => (await proseOf(page)) === 'edited');

    await page.getByRole('button', { name: 'Regenerate' }).click();
    await until('there are two answers', async () => (await answers(page).getByText('2 / 2').count()) === 1);
    const kept = page.waitForResponse((response) => response.request().method() === 'PUT' && response.url().endsWith('/reaction'));
    await page.getByRole('button', { name: 'Good answer' }).click();
    expect((await kept).ok()).toBe(true);
    await until(
      'it is liked',
      async () => (await page.getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')) === 'true',
    );
    const chat = await page.evaluate(() => window.belay.chat.chatId);
    await page.goto(`${new URL(page.url()).origin}/?chat=${chat}`);
    expect(await page.getByRole('button', { name: 'Good answer' }).getAttribute('aria-pressed')).toBe('true');
  });

  it('A12: Markdown is shown as it comes, without HTML and pictures; code can be copied', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`);
    await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    const markdown =
      '# Title\n\nText with **bold**, `code`, <script>alert(1)</script> and <b>html</b>.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n' +
      '```js\nlet a = 1;\nlet b;\n```\n\n[safe](https://example.com) [bad](javascript:alert(1)) ![picture](https://example.com/x.png)\n\n1. one\n2. two';
    await ask(page, `echo:${markdown}`);
    await finished(page);
    const prose = answers(page).locator('.belay-prose');
    await prose.locator('pre code').waitFor();
    expect(await prose.locator('h3').textContent()).toBe('Title');
    expect(await prose.locator('strong').textContent()).toBe('bold');
    expect(await prose.locator('ol li').count()).toBe(2);
    expect(await prose.locator('table td').count()).toBe(2);
    expect(await prose.locator('img, script, b').count()).toBe(0);
    expect(await prose.textContent()).toContain('<b>html</b>');
    expect(await prose.locator('a').evaluateAll((links) => links.map((link) => link.getAttribute('href')))).not.toContain(
      'javascript:alert(1)',
    );
    expect(await prose.locator('a').first().getAttribute('rel')).toContain('noopener');
    // It is said for a moment only: the page itself looks for it, with each frame.
    const copied = page.waitForFunction(() => [...document.querySelectorAll('button')].some((each) => each.getAttribute('aria-label') === 'Copied'));
    await Promise.all([copied, prose.getByRole('button', { name: 'Copy code' }).click()]);
    expect(await page.evaluate(() => navigator.clipboard.readText())).toBe('let a = 1;\nlet b;');
  });

  it('A12: the view follows the end until the reader scrolls up, and again after that', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`, { height: 500 });
    await ask(page, 'echo:2500 words @150/s');
    const view = page.locator('.belay-scroller');
    const left = () => view.evaluate((element) => element.scrollHeight - element.clientHeight - element.scrollTop);
    // Between two frames the text may have grown, and the view not followed yet.
    const isAtEnd = () => until('the end is in view', async () => (await left()) < 80);
    await until('it scrolls', () => view.evaluate((element) => element.scrollTop > 200));
    await isAtEnd();
    expect(await page.locator('.belay-jump').count()).toBe(0);
    await view.hover();
    await page.mouse.wheel(0, -150);
    const jump = page.getByRole('button', { name: 'New text' });
    await jump.waitFor();
    const topOf = () => view.evaluate((element) => element.scrollTop);
    let top = -1;
    await until('the wheel has come to rest', async () => {
      const before = top;
      top = await topOf();
      await sleep(250);
      return before === top;
    });
    const height = await view.evaluate((element) => element.scrollHeight);
    await until('more text has come', () => view.evaluate((element, before) => element.scrollHeight > before + 60, height));
    expect(await topOf()).toBe(top);
    await jump.click();
    await isAtEnd();
    await count(page, '.belay-jump', 0, 'there is nothing to jump to');
    await finished(page);
    await isAtEnd();
  });

  it('A12: older messages are loaded above, and the reader keeps the place', async () => {
    const server = await startServer({ 'chat.rate': '1000', 'chat.max_new_sessions_per_user': '1000' });
    const page = await openPage(`${await startSite(server)}/?chat=empty`, { allowed: network });
    await page.evaluate(async () => {
      const { client } = window.belay;
      for (let n = 1; n <= 65; n++) await client.chat({ prompt: `echo:number ${n}`, chatId: 'long', modelId: 'grok-2' }).done;
    });
    await page.goto(`${new URL(page.url()).origin}/?chat=long`);
    await page.locator('.belay-bubble').getByText('echo:number 65', { exact: true }).waitFor();
    const loaded = () => page.evaluate(() => window.belay.chat.messages.length);
    expect(await loaded()).toBe(100);
    expect(await page.locator('.belay-question').count(), 'what is far away is not rendered').toBeLessThan(50);
    await page.locator('.belay-scroller').hover();
    for (let n = 0; n < 100 && (await loaded()) === 100; n++) {
      await page.mouse.wheel(0, -700);
      await sleep(50);
    }
    await until('they are loaded', async () => (await loaded()) === 130);
    await sleep(300);
    // What was read is still in view, or just above: not 15 turns away.
    const first = page.locator('.belay-bubble').getByText('echo:number 16', { exact: true });
    const box = await first.boundingBox();
    expect(box!.y).toBeGreaterThan(-1500);
    expect(box!.y).toBeLessThan(1500);
    for (let n = 0; n < 100 && (await page.getByText('echo:number 1', { exact: true }).count()) === 0; n++) {
      await page.mouse.wheel(0, -700);
      await sleep(50);
    }
    await page.getByText('echo:number 1', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'To the end' }).click();
    await page.getByText('echo:number 65', { exact: true }).waitFor();
  });

  it('A12: a screen reader hears sentences and the end, not words', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`);
    await page.getByRole('textbox', { name: 'Message' }).waitFor();
    await page.evaluate(() => {
      const heard: string[] = ((window as unknown as { heard: string[] }).heard = []);
      const region = [...document.querySelectorAll('[aria-live=polite]')].at(-1)!;
      new MutationObserver(() => heard.push(region.textContent ?? '')).observe(region, {
        childList: true,
        characterData: true,
        subtree: true,
      });
    });
    await ask(page, 'echo:First sentence here. Second sentence follows. And the third one is long enough to take its time. @8/s');
    await finished(page);
    await until('the end is said', async () => (await heard()).at(-1)?.endsWith('Answer finished.') ?? false);
    const all = await heard();
    expect(all.length).toBeLessThan(6);
    expect(all.join(' ')).toContain('Second sentence follows.');
    expect(await page.locator('[role=log]').getAttribute('aria-live')).toBe('off');
    async function heard(): Promise<string[]> {
      return page.evaluate(() => (window as unknown as { heard: string[] }).heard);
    }
  });

  it('A12: the assistant surface shows its appendix', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?surface=assistant`);
    await ask(page, 'echo:Here it is:\n\n```js\nlet a;\n```\n');
    await finished(page);
    const appendix = page.getByRole('region', { name: 'Appendix' });
    expect(await appendix.locator('pre').textContent()).toContain('let a;');
    expect(await page.getByRole('button', { name: 'Good answer' }).count()).toBe(0);
  });

  it('A12: an expired sign-in: sign in again, and reading continues', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?model=grok-2`, { allowed: network });
    await ask(page, 'echo:500 words @50/s');
    await until('words arrive', async () => (await answers(page).count()) === 1 && (await proseOf(page)).length > 50);
    await page.evaluate(() => {
      const { client, signIn } = window.belay;
      signIn.token = 'nonsense';
      (client as unknown as { token: undefined }).token = undefined;
      client.connections.cut();
    });
    await page.getByText('Your sign-in has expired').waitFor();
    expect(await page.locator('.belay-answer[data-line=lost]').count(), 'nobody reads it now').toBe(1);
    expect(await page.locator('.belay-progress').count()).toBe(0);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await finished(page);
    expect(await proseOf(page)).toBe(words(500));
  });

  it.each(['light', 'dark'])('A12: axe finds nothing in %s: empty, streaming, lost, ended, refused, edited', async (theme) => {
    const server = await startServer({ 'chat.rate': '3' });
    const page = await openPage(`${await startSite(server)}/?model=grok-2&theme=${theme}`, { allowed: network });
    await page.evaluate(readFileSync(createRequire(import.meta.url).resolve('axe-core'), 'utf8'));
    // What is found may only be fading in: it is looked at again.
    const check = (state: string, looks = 3): Promise<void> => checkOnce(state).catch((error: unknown) => (looks > 1 ? check(state, looks - 1) : Promise.reject(error)));
    const checkOnce = async (state: string) => {
      const violations = await page.evaluate(async () => {
        const { axe } = window as unknown as { axe: { run: () => Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> } };
        return (await axe.run()).violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(' | ')}`);
      });
      expect(violations, state).toEqual([]);
    };
    await check('empty');
    await ask(
      page,
      'echo:## Title\n\nText with `code` and [a link](https://example.com).\n\n```js\nlet a;\n```\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n> quoted',
    );
    await finished(page);
    await answers(page).locator('pre code').waitFor();
    await check('ended');
    await ask(page, 'echo:3000 words @50/s');
    await until('words arrive', async () => (await answers(page).count()) === 2 && (await proseOf(page)).length > 50);
    await check('streaming');
    await server.kill();
    await page.getByText('Reconnecting… nothing is lost').waitFor();
    await check('lost');
    await server.start();
    await page.getByText(/Back after/).waitFor();
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').waitFor();
    await page.getByRole('button', { name: 'Edit and ask again' }).last().click();
    await check('edited');
    await page.keyboard.press('Escape');
    // Enter does nothing while the last question is being answered.
    await until('a question is refused', async () => {
      await ask(page, 'echo:x');
      await sleep(300);
      return page.getByText('Too many questions in a minute').isVisible();
    });
    await check('refused');
  });

  it('A11, A12: an upload says how far it is, what was found, and why a file is refused; it can be aborted', async () => {
    const server = await startServer();
    const page = await openPage(`${await startSite(server)}/?user=mark:premium`, { allowed: network });
    const upload = (content: string, name: string, abortAt: number) =>
      page.evaluate(
        async ([text, filename, limit]) => {
          const { client, uploading } = window.belay;
          const form = new FormData();
          form.append('file', new Blob([text]), filename);
          const seen: [number, number][] = [];
          const controller = new AbortController();
          const progress = uploading((sent, total) => {
            seen.push([sent, total]);
            if (sent >= limit) controller.abort();
          });
          try {
            const found = await client.call('POST', '/api/uploads', { body: form, fetch: progress, signal: controller.signal });
            return { seen, found };
          } catch (error) {
            const { name: type, code, message } = error as { name: string; code?: string; message: string };
            return { seen, error: { type, code, message } };
          }
        },
        [content, name, abortAt] as const,
      );
    const rows = Array.from({ length: 20_000 }, (_, n) => `2026-10-${String((n % 28) + 1).padStart(2, '0')},V${n % 8},sent`);
    const good = await upload(`date,grade,style\n${rows.join('\n')}\n`, 'climbs.csv', Infinity);
    expect(good.error).toBeUndefined();
    expect(JSON.stringify(good.found)).toContain('climbs.csv');
    const [sent, total] = good.seen.at(-1)!;
    expect(sent).toBe(total);
    expect(total).toBeGreaterThan(300_000);
    const bad = await upload('name,route\nann,x\n', 'wrong.csv', Infinity);
    expect(bad.error).toMatchObject({ type: 'ProblemError', code: 'unprocessable' });
    expect(bad.error!.message).toContain('grade');
    const aborted = await upload(`date,grade,style\n${rows.join('\n')}\n`, 'climbs.csv', 1);
    expect(aborted.error).toMatchObject({ type: 'AbortError' });
  });

  it('A12: a model that does not answer: try again; an answer that reached its limit: continue', async () => {
    const { server, token, calls } = await startDirected(
      { status: 503 },
      { pieces: ['one ', 'two '], finish: 'length' },
      { pieces: ['three'] },
    );
    const page = await openPage(`${await startSite(server)}/?token=${token}`);
    await ask(page, 'count');
    await page.getByText('The model does not answer right now').waitFor();
    await page.getByRole('button', { name: 'Try again' }).click();
    await page.getByText('The answer reached its length limit').waitFor();
    expect(await answers(page).count()).toBe(1);
    expect(await proseOf(page)).toBe('one two');
    await page.getByRole('button', { name: 'Continue' }).click();
    await until('it goes on in the same answer', async () => (await proseOf(page)) === 'one two three');
    await finished(page);
    expect(await answers(page).count()).toBe(1);
    expect(await page.locator('.belay-notice').count()).toBe(0);
    expect(calls()).toBe(3);
  });

  it('A12: a model that cannot continue after a crash: the text is replaced, and the page says so', async () => {
    const { server, token } = await startDirected({ pieces: ['old text '], finish: null }, { pieces: ['new text'], finish: null });
    const page = await openPage(`${await startSite(server)}/?token=${token}`, { allowed: network });
    await ask(page, 'go');
    await until('words arrive', async () => (await answers(page).count()) === 1 && (await proseOf(page)) === 'old text');
    await server.kill();
    await server.start();
    await page.getByText('Started again after a restart of the server').waitFor();
    await until('the new text is there', async () => (await proseOf(page)) === 'new text');
    await page.getByRole('button', { name: 'Stop' }).click();
    await page.getByText('Stopped').waitFor();
  });
});
