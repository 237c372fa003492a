// A12: chats: asking, stopping, editing, regenerating, branches, reactions, and the list.
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import test from 'node:test';
import { slowly, startModel } from '../lib/model.mjs';
import { signed, tokenOf } from '../lib/operators.mjs';
import { answered, answerText, ask, glimpse, phone, startNewChat, startSite, until, words } from '../lib/site.mjs';

test('A12: a question is answered word by word, and its text is exact', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:240 words @30/s');
  await page.getByText('0010').waitFor();
  assert.match(page.url(), /#\/chats\/chat_/);
  assert.equal(await page.locator('article[aria-busy=true]').count(), 1);
  await answered(page);
  assert.equal(await answerText(page), words(240));
  assert.equal(await page.locator('article[aria-busy=true]').count(), 0);
  await page.reload();
  await page.getByText('0240').waitFor();
  assert.equal(await answerText(page), words(240));
});

test('A12: Markdown: code that can be copied, tables, lists, and nothing that is HTML', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  const text = '# Title\n\n**Bold** and `code` and <img src=x onerror=alert(1)>.\n\n| a | b |\n| --- | --- |\n| 1 | 2 |\n\n```ts\nconst x = 1; // one\n```\n\n1. first\n2. second';
  await ask(page, `echo:${text}`);
  await answered(page);
  const answer = page.locator('article[aria-label="Answer"]').last();
  assert.equal(await answer.locator('table tbody td').first().innerText(), '1');
  assert.equal(await answer.locator('ol > li').count(), 2);
  assert.equal(await answer.locator('pre code .k').innerText(), 'const');
  assert.equal(await answer.locator('img').count(), 0);
  assert.match(await answer.innerText(), /<img src=x onerror=alert\(1\)>/);
  await page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
  await Promise.all([glimpse(page, '[aria-label="Copied"]'), answer.getByRole('button', { name: 'Copy code' }).click()]);
  assert.equal(await page.evaluate(() => navigator.clipboard.readText()), 'const x = 1; // one');
});

test('A12: Stop ends the answer at once and keeps its text; Continue extends it', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:300 words @20/s');
  await page.getByText('0012').waitFor();
  await page.keyboard.press('Escape');
  await page.getByText('Stopped', { exact: true }).waitFor();
  const kept = (await answerText(page)).split(' ');
  assert.ok(kept.length >= 10 && kept.length < 200, `${kept.length} words are kept`);
  assert.equal(await page.evaluate(() => document.activeElement.tagName), 'TEXTAREA', 'the focus stays in the box');
  await until('the server has stopped it', async () => (await site.belay.call('dev:ann:pro', 'GET', '/api/chats')).json.chats[0].running === undefined);
  const stored = await site.belay.call('dev:ann:pro', 'GET', `/api/chat/history?chatId=${decodeURIComponent(page.url().split('/').pop())}`);
  assert.equal(stored.json.messages.at(-1).state, 'cancelled');
  // Words that were on their way when it was stopped belong to it too.
  await until('the page has what the server has kept', async () => (await answerText(page)) === stored.json.messages.at(-1).content.trim());
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText(String(stored.json.messages.at(-1).content.trim().split(' ').length + 20).padStart(4, '0')).waitFor();
  await page.getByRole('button', { name: 'Stop', exact: true }).click();
  await page.getByText('Stopped', { exact: true }).waitFor();
  const longer = (await page.locator('article[aria-label="Answer"] .md').allInnerTexts()).join(' ').trim().split(/\s+/);
  assert.deepEqual(longer, words(longer.length).split(' '), 'no word is lost or repeated where it was continued');
});

test('A12: regenerate and edit make versions, and each can be shown again', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:first answer');
  await answered(page);
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await page.getByText('2 / 2').waitFor();
  await page.getByRole('button', { name: 'Previous version of the answer' }).click();
  await page.getByText('1 / 2').waitFor();
  await page.keyboard.press('Alt+ArrowRight');
  await page.getByText('2 / 2').waitFor();

  await page.getByRole('button', { name: 'Edit and ask again' }).click();
  await page.getByRole('textbox', { name: 'Your question' }).fill('echo:second answer');
  await page.getByRole('button', { name: 'Save and ask' }).click();
  await page.locator('.md', { hasText: 'second answer' }).waitFor();
  await answered(page);
  await page.getByRole('button', { name: 'Previous version of the question' }).click();
  await page.locator('.md', { hasText: 'first answer' }).waitFor();
  await page.getByRole('button', { name: 'Next version of the question' }).click();
  await page.locator('.md', { hasText: 'second answer' }).waitFor();

  await page.getByRole('textbox', { name: 'Message' }).press('ArrowUp');
  const field = page.getByRole('textbox', { name: 'Your question' });
  assert.equal(await field.inputValue(), 'echo:second answer', 'the arrow key edits the last question');
  await page.keyboard.press('Escape');
  await field.waitFor({ state: 'detached' });
});

test('A12: a reaction is kept, and taken back', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:good');
  await answered(page);
  const like = page.getByRole('button', { name: 'Good answer' });
  await like.click();
  assert.equal(await like.getAttribute('aria-pressed'), 'true');
  const chatId = decodeURIComponent(page.url().split('/').pop());
  const reaction = async () => (await site.belay.call('dev:ann:pro', 'GET', `/api/chat/history?chatId=${chatId}`)).json.messages.at(-1).reaction;
  await until('the server has it', async () => (await reaction()) === 'like');
  await like.click();
  await until('the server has it no more', async () => !(await reaction()));
});

test('A12: the list: rename, pin, search, archive, export, delete with Undo', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  for (const text of ['echo:about bread', 'echo:about ropes']) {
    await startNewChat(page);
    await ask(page, text);
    await answered(page);
  }
  const row = (name) => page.locator('.chats li', { hasText: name });
  const action = async (name, item) => {
    await row(name).hover();
    await row(name).getByRole('button').click();
    await page.getByRole('menuitem', { name: item }).click();
  };
  await action('about bread', 'Rename');
  await page.getByRole('textbox', { name: 'Title' }).fill('Sourdough');
  await page.keyboard.press('Enter');
  await row('Sourdough').waitFor();
  await action('Sourdough', 'Pin');
  await page.getByRole('heading', { name: 'Pinned' }).waitFor();

  await page.keyboard.press('Escape');
  await page.locator('main').first().click({ position: { x: 5, y: 5 } });
  await page.keyboard.press('/');
  await page.waitForFunction(() => document.activeElement.placeholder === 'Search chats');
  await page.keyboard.type('ropes');
  await page.getByRole('heading', { name: 'Found' }).waitFor();
  // What is typed slowly is searched for letter by letter.
  await until('only the chat with the whole word is found', async () => (await page.locator('.chats li').count()) === 1);
  assert.ok((await page.locator('.chats li b').count()) > 0, 'the match is emphasised');
  await page.keyboard.press('Escape');
  await page.keyboard.type('nothing like this');
  await page.getByText('No chat contains “nothing like this”').waitFor();
  await page.getByRole('button', { name: 'Clear search' }).last().click();

  await row('Sourdough').hover();
  await row('Sourdough').getByRole('button').click();
  const [download] = await Promise.all([page.waitForEvent('download'), page.getByRole('menuitem', { name: 'Export as Markdown' }).click()]);
  assert.match(await readFile(await download.path(), 'utf8'), /about bread/);

  await action('ropes', 'Delete');
  await page.getByRole('button', { name: 'Undo' }).click();
  await row('ropes').waitFor();
  await action('ropes', 'Delete');
  await until('it is deleted at the server', async () => (await site.belay.call('dev:ann:pro', 'GET', '/api/chats')).json.chats.length === 1);
  await row('ropes').waitFor({ state: 'detached' });

  await action('Sourdough', 'Archive');
  await page.getByText('No chats yet').waitFor();
});

test('A12: New chat shows an empty chat at once, and nothing of the last one', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:the last chat');
  await answered(page);
  const link = page.getByRole('link', { name: 'New chat' }).first();
  const seen = await link.evaluate(
    (element) =>
      new Promise((resolve) => {
        // Listeners run in the order in which they were added: the page has drawn when this one is called.
        addEventListener('hashchange', () => resolve(document.querySelectorAll('article').length), { once: true });
        element.click();
      }),
  );
  assert.equal(seen, 0);
});

test('A12: models by plan, and personas', async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:jane:basic');
  await page.getByRole('button', { name: /^Model:/ }).click();
  const offered = await page.getByRole('menuitemradio').allInnerTexts();
  assert.ok(offered.length >= 2 && !offered.some((each) => each.includes('grok-3')), 'only those of the plan');
  await page.getByRole('menuitemradio', { name: /grok-2/ }).click();
  await ask(page, 'echo:hello');
  await answered(page);
  await page.getByText('grok-2 ·').waitFor();
  await page.getByRole('button', { name: /^Persona:/ }).click();
  await page.getByRole('menuitemradio', { name: 'Calm coach' }).click();
  await until('the chat has the persona', async () => (await site.belay.call('dev:jane:basic', 'GET', '/api/chats')).json.chats[0].persona === 'calm_coach');
});

test('A12: the text follows only while its reader is at the end', async (t) => {
  const site = await startSite(t);
  const page = await site.open();
  await ask(page, 'echo:3000 words @120/s');
  await page.getByText('0900').waitFor();
  const view = () => page.evaluate(() => { const { scrollTop, scrollHeight, clientHeight } = document.querySelector('main.scroll'); return { scrollTop, scrollHeight, isAtEnd: scrollHeight - scrollTop - clientHeight < 80 }; });
  await until('the end is in view', async () => (await view()).isAtEnd);
  await page.locator('main.scroll').hover();
  await page.mouse.wheel(0, -500);
  await until('it let go', async () => !(await view()).isAtEnd);
  let before;
  await until('the wheel has come to rest', async () => {
    const { scrollTop } = await view();
    const rests = scrollTop === before;
    before = scrollTop;
    await page.waitForTimeout(250);
    return rests;
  });
  const { scrollHeight } = await view();
  await until('more text has come', async () => (await view()).scrollHeight > scrollHeight + 60);
  assert.equal((await view()).scrollTop, before, 'what is read does not move');
  await page.getByRole('button', { name: 'New text' }).click();
  await until('the end is in view again', async () => (await view()).isAtEnd);
  const { scrollHeight: then } = await view();
  await until('more text has come', async () => (await view()).scrollHeight > then + 60);
  await until('it is followed', async () => (await view()).isAtEnd);
  await page.keyboard.press('Escape');
});

test('A12: a refusal says what happened, and the text stays in the box', async (t) => {
  const site = await startSite(t, { settings: { 'chat.max_active_per_user': 1 } });
  const page = await site.open('dev:ann:pro', { networkErrors: true });
  await ask(page, 'echo:400 words @10/s');
  await page.getByText('0003').waitFor();
  await startNewChat(page);
  await ask(page, 'echo:another');
  await page.getByText('Too many answers are running').waitFor();
  assert.equal(await page.getByRole('textbox', { name: 'Message' }).inputValue(), 'echo:another');
});

for (const [name, options] of [['desktop', {}], ['phone', phone]])
  test(`A12: nothing on the page moves while an answer is written, ${name}`, { timeout: 60000 }, async (t) => {
    const site = await startSite(t);
    const page = await site.open('dev:ann:pro', options);
    await page.evaluate(() => {
      window.shifts = [];
      new PerformanceObserver((list) => list.getEntries().forEach((entry) => !entry.hadRecentInput && window.shifts.push({ value: entry.value, of: entry.sources.map(({ node }) => node?.className ?? node?.nodeName) }))).observe({ type: 'layout-shift' });
    });
    await ask(page, 'echo:1200 words @200/s');
    await answered(page);
    const shifts = await page.evaluate(() => window.shifts);
    assert.ok(shifts.reduce((sum, { value }) => sum + value, 0) < 0.01, JSON.stringify(shifts));
  });

test('A12: a question above the view is edited in the view, and its new answer is followed', { timeout: 60000 }, async (t) => {
  const site = await startSite(t);
  const page = await site.open('dev:ann:pro', phone);
  await ask(page, 'echo:500 words');
  await answered(page);
  await page.getByRole('button', { name: 'Edit and ask again' }).click();
  const box = page.getByRole('textbox', { name: 'Your question' });
  await until('its place is in the view', () => box.evaluate((element) => {
    const place = element.getBoundingClientRect();
    const view = document.querySelector('main.scroll').getBoundingClientRect();
    return place.top >= view.top && place.bottom <= view.bottom;
  }));
  await box.fill('echo:600 words @200/s');
  await page.getByRole('button', { name: 'Save and ask' }).click();
  await answered(page);
  await until('the end is shown', () => page.evaluate(() => { const view = document.querySelector('main.scroll'); return view.scrollHeight - view.scrollTop - view.clientHeight < 80; }));
});

test('C15, A12: Continue goes on in the same answer, also after a reload', { timeout: 60000 }, async (t) => {
  const model = await startModel(t, (call) => (call === 1 ? { pieces: ['One, ', 'two, '], finish: 'length' } : slowly(['three, ', 'four.'], 300)));
  const site = await startSite(t, signed(model.config));
  const page = await site.open(tokenOf('--user', 'ann'));
  await ask(page, 'Count.');
  await page.getByText('The answer reached its length limit').waitFor();
  await page.getByRole('button', { name: 'Continue' }).click();
  await page.getByText('One, two, three,').waitFor();
  await answered(page);
  const one = async () => {
    assert.equal(await answerText(page), 'One, two, three, four.');
    assert.equal(await page.locator('article[aria-label="Answer"]').count(), 1, 'one answer');
    assert.equal(await page.getByText('The answer reached its length limit').count(), 0);
  };
  await one();
  await page.reload();
  await answered(page);
  await one();
  await page.getByRole('button', { name: 'Regenerate' }).click();
  await page.getByRole('img', { name: 'Version 2 of 2' }).waitFor();
  assert.equal(await answerText(page), 'three, four.', 'the whole answer is made again, not its end');
});
