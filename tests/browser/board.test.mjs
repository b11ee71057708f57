// The page of `onhook board` in a real browser, on a real API server: tests/board.rs starts both, with 50 people in each lane.
// A change of a status moves a card without a reload; by keyboard alone, without a script, in light and in dark.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import axe from "axe-core";
import { chromium } from "playwright-core";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const url = process.env.BOARD_URL;
const skip = url ? false : "tests/board.rs starts what it needs: cargo test --test board";

let browser;

before(async () => {
  if (url) browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: QUIET });
});

after(async () => browser?.close());

/** A page that must neither complain nor ask for anything elsewhere. */
async function opened(options = {}, path = "") {
  const page = await (await browser.newContext({ viewport: { width: 1280, height: 900 }, ...options })).newPage();
  page.complaints = [];
  page.on("console", (message) => { if (message.type() === "error") page.complaints.push(message.text()); });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  page.on("request", (request) => { if (!request.url().startsWith(url)) page.complaints.push(request.url()); });
  await arrive(page, path);
  return page;
}

/** By the address that was printed, which leaves no token behind. */
async function arrive(page, path = "") {
  await page.goto(process.env.BOARD_ADDRESS);
  assert.equal(page.url(), url);
  if (path) await page.goto(url + path);
}

async function done(page) {
  assert.deepEqual(page.complaints, []);
  await page.context().close();
}

async function accessible(page) {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.slice(0, 3).map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], `axe on ${page.url()}`);
}

/** A status as the operator would write it: another one of the same object type, so what it had before goes. */
async function setStatus(name, status) {
  const patch = JSON.stringify({ status: { blockers: null, steps: null, observed: null, ...status } });
  await promisify(execFile)(process.env.KUBECTL, ["patch", "users.onhook.dev", name, "--namespace", process.env.BOARD_NAMESPACE,
    "--subresource=status", "--type=merge", `--patch=${patch}`]);
}

function ready(status, reason) {
  const at = new Date().toISOString();
  return { conditions: [{ type: "Ready", status, reason, message: "As the operator says it.", lastTransitionTime: at }] };
}

function card(page, lane, name) {
  return page.locator(`#${lane} li`).filter({ has: page.getByText(`${process.env.BOARD_NAMESPACE}/${name}`, { exact: true }) });
}

async function counts(page, lane, number) {
  await page.locator(`#${lane} h2 .count`).getByText(String(number), { exact: true }).waitFor({ timeout: 15_000 });
}

for (const colorScheme of ["light", "dark"]) {
  test(`the page is accessible, ${colorScheme}`, { skip }, async () => {
    const page = await opened({ colorScheme });
    await counts(page, "blocked", 50);
    await accessible(page);
    const dark = await page.evaluate(() => getComputedStyle(document.body).backgroundColor === "rgb(20, 24, 29)");
    assert.equal(dark, colorScheme === "dark");
    await done(page);
    const narrow = await opened({ colorScheme, viewport: { width: 320, height: 800 }, reducedMotion: "reduce" }, "?text=blocked-1");
    await accessible(narrow);
    const wide = await narrow.evaluate(() => document.documentElement.scrollWidth > innerWidth);
    assert.equal(wide, false, "the page scrolls sideways");
    assert.equal(await narrow.evaluate(() => getComputedStyle(document.documentElement).scrollBehavior), "auto");
    await done(narrow);
  });
}

test("the blocked stand in a list for each queue and each other place", { skip }, async () => {
  const page = await opened();
  const lists = page.locator("#blocked h3");
  assert.deepEqual((await lists.allInnerTexts()).map((text) => text.replace(/\s+/g, " ")), [
    "Queue <img src=x onerror=alert(1)>: In Configuration Manager → Agents → Edit → Queues, clear Assigned for each of them. 50",
    "Queue Sales: In Configuration Manager → Agents → Edit → Queues, clear Assigned for each of them. 50",
    "In Configuration Manager → Agents → Edit → Supervisor, clear the flag and the queues. 50",
  ]);
  assert.equal(await page.locator("img").count(), 0);
  await page.locator("#held").getByText("the digest sha256:0123456789abcdef0123456789abcdef of the Tenant acme, which lets 50 removals go").waitFor();
  await page.locator("#held h3").getByText("50", { exact: true }).waitFor();
  await done(page);
});

test("a status that changes moves the card, without a reload and without losing the focus", { skip }, async () => {
  const page = await opened();
  await counts(page, "blocked", 50);
  await page.evaluate(() => { globalThis.sameDocument = true; });
  const cards = page.locator("#blocked-cards");
  await cards.focus();
  await cards.evaluate((element) => { element.scrollTop = 700; });
  await setStatus("blocked-3", { ...ready("False", "Running"), step: "Licenses" });
  await card(page, "running", "blocked-3").waitFor({ timeout: 15_000 });
  await counts(page, "running", 51);
  await counts(page, "blocked", 49);
  assert.equal(await card(page, "blocked", "blocked-3").count(), 0);
  await setStatus("blocked-3", { ...ready("True", "Deleted"), step: "Done" });
  await card(page, "done", "blocked-3").waitFor({ timeout: 15_000 });
  assert.equal(await page.evaluate(() => globalThis.sameDocument), true);
  assert.equal(await page.evaluate(() => document.activeElement.id), "blocked-cards");
  assert.ok(await cards.evaluate((element) => element.scrollTop) > 600);
  await page.getByRole("status").getByText("49 blocked").waitFor({ timeout: 15_000 });
  await accessible(page);
  await done(page);
});

test("the filter narrows while one types, looks at all, and stays in the address", { skip }, async () => {
  const page = await opened();
  await page.getByLabel("Text").fill("waiting-1");
  await counts(page, "waiting", 11);
  await counts(page, "blocked", 0);
  assert.equal(await page.evaluate(() => document.activeElement.id), "text");
  assert.match(page.url(), /\?text=waiting-1$/);
  await page.reload();
  await counts(page, "waiting", 11);
  await page.getByLabel("Tenant").selectOption(`${process.env.BOARD_NAMESPACE}/acme`);
  await page.waitForURL(/tenant=/);
  await page.getByLabel("Namespace").selectOption(process.env.BOARD_NAMESPACE);
  await page.waitForURL(/namespace=/);
  await counts(page, "waiting", 11);
  await page.getByRole("link", { name: "Show all" }).click();
  await counts(page, "waiting", 50);
  await done(page);
});

test("the keyboard leads to every lane", { skip }, async () => {
  const page = await opened();
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to the lanes");
  await page.keyboard.press("Enter");
  for (const lane of ["blocked", "held", "stalled", "running", "waiting", "done"]) {
    await page.keyboard.press("Tab");
    assert.equal(await page.evaluate(() => document.activeElement.id), `${lane}-cards`);
  }
  await page.keyboard.press("End");
  await page.waitForFunction(() => document.getElementById("done-cards").scrollTop > 0);
  await page.locator("#to-stalled").focus();
  await page.keyboard.press("Enter");
  assert.match(page.url(), /#stalled-cards$/);
  await done(page);
});

test("a time in words stays right", { skip }, async () => {
  const page = await (await browser.newContext()).newPage();
  await page.clock.install();
  await arrive(page, "?text=waiting-7@");
  const since = page.locator("#waiting dd time").first();
  assert.equal(await since.innerText(), "3 h ago");
  await page.clock.fastForward("02:00:00");
  await page.waitForFunction((time) => time.textContent === "5 h ago", await since.elementHandle());
  await page.locator("#waiting dd").getByText("in 2", { exact: false }).first().waitFor();
  await page.context().close();
});

test("without a script it is a plain page that loads itself anew", { skip }, async () => {
  const page = await opened({ javaScriptEnabled: false }, "?text=done-7");
  assert.equal(await page.locator("#done li").count(), 1);
  assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 1);
  await page.getByLabel("Text").fill("held-1");
  await page.getByRole("button", { name: "Filter" }).click();
  assert.equal(await page.locator("#held li").count(), 11);
  await page.getByRole("link", { name: "Have it stay as it is" }).click();
  assert.equal(await page.locator("meta[http-equiv=refresh]").count(), 0);
  await done(page);
});

test("without the address that was printed it shows nobody, and says what to open", { skip }, async () => {
  const page = await (await browser.newContext()).newPage();
  const answer = await page.goto(url);
  assert.equal(answer.status(), 401);
  await page.getByText("Open the address that onhook board printed").waitFor();
  assert.equal(await page.getByText("acme.example").count(), 0);
  await accessible(page);
  await page.context().close();
});
