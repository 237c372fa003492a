// Figures of a fast answer, printed and never asserted: 5,000 tokens at 200 a second.
//   BELAY_BIN=… node bench/answer.mjs [--plain] [--moved]
// --plain: one paragraph instead of a hundred. --moved: what shifted.
import { counted, restart, withPage } from './lib.mjs';

await withPage(async ({ page, box }) => {
  await page.reload();
  await box.waitFor();
  const paint = await page.evaluate(() => performance.getEntriesByName('first-contentful-paint')[0]?.startTime);
  console.log(`first paint: ${Math.round(paint)} ms`);

  const paragraph = Array.from({ length: 50 }, (_, index) => `word${index}`).join(' ');
  const text = process.argv.includes('--plain') ? '5000 words' : Array.from({ length: 100 }, () => paragraph).join('\n\n');
  await box.fill(`echo:${text} @200/s`);
  await restart(page); // the box grows with its text; that is no part of the answer
  const begin = Date.now();
  await page.keyboard.press('Enter');
  await page.locator('article[aria-busy=true] .md').waitFor();
  const frames = await page.evaluate(
    () =>
      new Promise((resolve) => {
        const times = [];
        let last = performance.now();
        const tick = (now) => {
          times.push(now - last);
          last = now;
          if (document.querySelector('article[aria-busy=true]')) requestAnimationFrame(tick);
          else resolve(times.slice(1));
        };
        requestAnimationFrame(tick);
      }),
  );
  await page.getByRole('button', { name: 'Copy answer' }).waitFor({ timeout: 60000 });
  const took = (Date.now() - begin) / 1000;
  const { tasks, shift, moved } = await counted(page);
  frames.sort((a, b) => a - b);
  const at = (share) => frames[Math.floor((frames.length - 1) * share)].toFixed(1);
  console.log(`5,000 tokens at 200 a second: ${took.toFixed(1)} s; ${tasks}; layout shift ${shift.toFixed(4)}; frames: median ${at(0.5)} ms, p99 ${at(0.99)} ms`);
  if (process.argv.includes('--moved')) console.log(moved);
});
