// Figures of a chat of 2,000 messages, printed and never asserted: how long it takes to open, and how it scrolls.
//   BELAY_BIN=… node bench/long-chat.mjs
import { counted, restart, user, withPage } from './lib.mjs';

const chatId = 'chat_00000000000000000000000000000001';

async function fill(belay) {
  for (let i = 0; i < 1000; i++) {
    const prompt = `echo:Answer ${i}. It has **bold** words and \`code\`, and goes over a few lines so that it is as high as an answer often is.`;
    for (;;) {
      const { status, text } = await belay.call(user, 'POST', '/api/chat/start', { chatId, prompt, cache: 'bypass' });
      if (status === 201) break;
      if (status !== 429 && status !== 409) throw new Error(text);
      await new Promise((resolve) => setTimeout(resolve, status === 409 ? 5 : 500)); // the answer before it is being written
    }
  }
}

await withPage(async ({ belay, pages, page, box }) => {
  await fill(belay);
  await page.goto(`${pages.origin}/#/`);
  await page.reload();
  await box.waitFor();
  await page.waitForTimeout(1000);
  const opened = await page.evaluate(
    (id) =>
      new Promise((resolve) => {
        const start = performance.now();
        location.hash = `#/chats/${id}`;
        const look = () => ([...document.querySelectorAll('.md')].at(-1)?.textContent.includes('Answer 999') ? resolve(performance.now() - start) : requestAnimationFrame(look));
        look();
      }),
    chatId,
  );
  console.log(`a chat of 2,000 messages opens in ${Math.round(opened)} ms`);

  // Scrolling to the top again and again loads all of its pages.
  for (let i = 0; i < 60; i++) {
    await page.evaluate(() => (document.querySelector('main.scroll').scrollTop = 0));
    await page.waitForTimeout(120);
    if (await page.evaluate(() => !document.querySelector('.older'))) break;
  }
  const loaded = await page.evaluate(() => ({ groups: document.querySelectorAll('.group').length, drawn: document.querySelectorAll('[data-message]').length }));
  await restart(page);
  const frames = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const scroller = document.querySelector('main.scroll');
        const times = [];
        let last = performance.now();
        const tick = (now) => {
          times.push(now - last);
          last = now;
          scroller.scrollTop += 60;
          if (times.length < 400) requestAnimationFrame(tick);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(tick);
      }),
  );
  const dropped = frames.reduce((sum, time) => sum + Math.max(0, Math.round(time / (1000 / 60)) - 1), 0);
  console.log(`all messages loaded: ${loaded.groups} groups, ${loaded.drawn} messages drawn; 24,000 pixels in ${frames.length} frames: ${dropped} dropped frames; ${(await counted(page)).tasks}`);
});
