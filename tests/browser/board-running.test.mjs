// The page of `onhook board` while 300 leavers run: tests/board/running.rs sets 288 of them from lane to lane, four times each,
// once this one looks. What is counted is counted in the page itself, push by push.

import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { after, before, test } from "node:test";
import { promisify } from "node:util";
import { chromium } from "playwright-core";

const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];
const LANES = ["blocked", "held", "stalled", "running", "waiting", "done"];
const [MOVING, STILL, STEPS] = [288, 12, 4];
const LAST = "leaver-1-last";
const LONGEST = 180_000;
const namespace = process.env.BOARD_NAMESPACE;
const skip = process.env.BOARD_ADDRESS ? false : "tests/board.rs starts what it needs: cargo test --test board";

let browser;

before(async () => {
  if (!skip) browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: QUIET });
});

after(async () => browser?.close());

/** Counts in the page: pushes, how many leavers it shows after each, and the cards that are put into it. */
function counting() {
  globalThis.seen = { pushes: 0, sums: new Set(), cards: 0, since: Date.now() };
  const add = EventSource.prototype.addEventListener;
  EventSource.prototype.addEventListener = function listen(type, listener) {
    add.call(this, type, type !== "board" ? listener : (event) => {
      listener(event);
      const counts = [...document.querySelectorAll("#lanes h2 .count")].map((count) => Number(count.textContent));
      globalThis.seen.pushes += 1;
      globalThis.seen.sums.add(counts.reduce((one, other) => one + other, 0));
    });
  };
  document.addEventListener("DOMContentLoaded", () => {
    new MutationObserver((changes) => {
      const added = changes.flatMap((change) => [...change.addedNodes]).filter((node) => node.nodeType === 1);
      for (const node of added) globalThis.seen.cards += (node.matches("li.card") ? 1 : 0) + node.querySelectorAll("li.card").length;
    }).observe(document.getElementById("lanes"), { childList: true, subtree: true });
  });
}

async function opened(path = "") {
  const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
  const page = await context.newPage();
  page.complaints = [];
  page.on("console", (message) => { if (message.type() === "error") page.complaints.push(message.text()); });
  page.on("pageerror", (error) => page.complaints.push(String(error)));
  await page.goto(process.env.BOARD_ADDRESS);
  await page.addInitScript(counting);
  await page.goto(process.env.BOARD_URL + path);
  return page;
}

function name(number) {
  const padded = String(number).padStart(3, "0");
  return number % 30 === 0 ? `maximiliana-alexandra-hohenstein-wittelsbach-von-und-zu-langenburg-${padded}` : `leaver-${padded}`;
}

/** Who must be in a lane in the end, of those whom a text finds. */
function expected(lane, text) {
  const moving = [...Array(MOVING).keys()].filter((number) => LANES[(number + STEPS) % LANES.length] === lane).map(name);
  const still = lane === "waiting" ? [...Array(STILL).keys()].map((number) => `still-${String(number).padStart(2, "0")}`) : [];
  const last = lane === "done" ? [LAST] : [];
  return [...moving, ...still, ...last].filter((one) => one.includes(text)).sort();
}

/** Who is in a lane: who is blocked by several things stands there several times. */
async function shown(page, lane) {
  const keys = await page.locator(`#${lane} li`).evaluateAll((cards) => cards.map((card) => card.querySelector("h3, h4").textContent));
  return [...new Set(keys.map((key) => key.split("/")[1]))].sort();
}

/** Waits for the one who leaves after all others have come to where they stay: counts may be right on the way already. */
async function settled(page) {
  await page.locator("#done li").filter({ has: page.getByText(`${namespace}/${LAST}`, { exact: true }) }).waitFor({ timeout: LONGEST });
}

test("while 300 leavers run nobody is lost, and no more is drawn anew than moves", { skip }, async () => {
  const page = await opened();
  // The page itself has them, before its first push.
  assert.equal(await page.locator("#running h2 .count").innerText(), String(MOVING));
  assert.equal(await page.locator("#running li").count(), 200);
  await page.waitForFunction(() => globalThis.seen.pushes > 0);
  await page.locator("#waiting li").evaluateAll((cards) => cards.forEach((card) => { card.sameElement = true; }));
  await promisify(execFile)(process.env.KUBECTL, ["annotate", "users.onhook.dev", "still-00", "--namespace", namespace,
    "test.onhook.dev/looked-at=now"]);
  await page.waitForFunction((moving) => Number(document.querySelector("#running h2 .count").textContent) < moving, MOVING,
    { timeout: LONGEST });

  // Somebody looks for some of them meanwhile, and goes on looking.
  const other = await opened();
  await other.getByLabel("Text").fill("leaver-1");
  await other.waitForURL(/text=leaver-1$/);
  await settled(page);
  await settled(other);

  for (const lane of LANES) {
    assert.deepEqual(await shown(page, lane), expected(lane, ""), lane);
    assert.deepEqual(await shown(other, lane), expected(lane, "leaver-1"), `${lane}, filtered`);
  }
  const seen = await page.evaluate(() => ({ ...globalThis.seen, sums: [...globalThis.seen.sums], now: Date.now() }));
  assert.deepEqual(seen.sums, [MOVING + STILL, MOVING + STILL + 1], "after each push all are there, and nobody twice");
  assert.ok(seen.pushes <= 2 + (seen.now - seen.since) / 500, `${seen.pushes} pushes in ${seen.now - seen.since} ms`);
  // Who is blocked stands in three lists; and a lane that shows 200 of more shows others once these go.
  const moves = [...Array(MOVING).keys()].flatMap((number) => [1, 2, 3, 4].map((step) => LANES[(number + step) % LANES.length]));
  const most = moves.map((lane) => (lane === "blocked" ? 3 : 1)).reduce((one, other) => one + other, 0) + MOVING;
  assert.ok(seen.cards <= most, `${seen.cards} cards were drawn for ${moves.length} moves in ${seen.pushes} pushes`);
  const same = await page.locator("#waiting li").evaluateAll((cards) => cards.filter((card) => card.sameElement).length);
  assert.equal(same, STILL, "who did not move has the same element");
  console.log(`${moves.length} moves, ${seen.pushes} pushes, ${seen.cards} cards drawn`);
  for (const open of [page, other]) {
    assert.deepEqual(open.complaints, []);
    await open.context().close();
  }
});
