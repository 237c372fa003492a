// A12, S10: the page that is compiled into the server, under the policy that the server itself sends.
import assert from 'node:assert/strict';
import test from 'node:test';
import { answered, answerText, ask, openGoalCoach, startSite, words } from '../lib/site.mjs';

const directives = (header) => Object.fromEntries(header.split(';').map((each) => each.trim().split(/\s+/)).map(([name, ...sources]) => [name, sources.join(' ')]));

test('S10: the policy of the page allows nothing inline and nothing foreign', { timeout: 60000 }, async (t) => {
  const site = await startSite(t, { embedded: true });
  const policyOf = async (path) => directives((await fetch(site.origin + path)).headers.get('content-security-policy'));
  const page = await policyOf('/');
  assert.equal(page['default-src'], "'none'");
  for (const name of ['script-src', 'style-src', 'connect-src']) assert.equal(page[name], "'self'", name);
  for (const name of ['base-uri', 'form-action', 'frame-ancestors']) assert.equal(page[name], "'none'", name);
  const docs = await policyOf('/docs');
  assert.equal(docs['script-src'], "'self'", 'the reference runs no inline script either');
});

test('S10, A12: every place of the embedded page works under its policy, and the console stays silent', { timeout: 120000 }, async (t) => {
  const site = await startSite(t, { embedded: true });
  const page = await site.open('dev:mark:premium');
  await page.addInitScript(() => document.addEventListener('securitypolicyviolation', ({ violatedDirective, blockedURI }) => console.error(`violation: ${violatedDirective} ${blockedURI}`)));
  await page.reload();
  await ask(page, 'echo:60 words @60/s');
  await answered(page);
  assert.equal(await answerText(page), words(60));
  await page.keyboard.press('Control+.');
  await page.getByRole('button', { name: 'Close panel' }).click();
  await page.goto(`${site.origin}/#/climbing`);
  await page.locator('input[aria-label="File of climbs"]').setInputFiles({ name: 'good.csv', mimeType: 'text/csv', buffer: Buffer.from('date,grade,style\n2026-11-10,V4,sent\n2026-11-11,V5,attempt\n') });
  await page.getByText('has been processed').waitFor();
  await page.locator('#performance svg').waitFor();
  await openGoalCoach(site, page);
  await page.getByRole('button', { name: 'Add a goal' }).click();
  await page.keyboard.press('Escape');
  await page.goto(`${site.origin}/#/breath`);
  await page.getByText(/heavy, /).waitFor();
  await page.goto(`${site.origin}/docs`);
  await page.getByRole('heading', { name: 'Which surface when' }).first().waitFor({ timeout: 20000 });
  await page.getByText('Events of every surface', { exact: true }).first().click();
  await page.getByText('response_chunk').first().waitFor();
  // Scalar sends its own requests late.
  await page.waitForTimeout(1000);
});
