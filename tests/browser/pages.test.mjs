// The two pages of the embedded account in a real browser: every manual step of an off-boarding, by the controls that the
// support article names, partly by keyboard alone; and axe finds nothing on any page or state.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { setTimeout as sleep } from "node:timers/promises";
import axe from "axe-core";
import { chromium } from "playwright-core";

const RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "best-practice"];
const QUIET = ["--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
  "--disable-component-update", "--disable-sync"];

let account, browser, work, base, page;

before(async () => {
  work = await mkdtemp(join(tmpdir(), "onhook-browser-"));
  const ready = join(work, "ready.json");
  const simulator = process.env.SIMULATOR;
  account = spawn(simulator, ["serve", "--users", "120", "--seed", "1", "--ready-file", ready], { stdio: "ignore" });
  base = (await said(ready)).controlUrl.replace(/\/$/, "");
  browser = await chromium.launch({ executablePath: process.env.CHROMIUM, args: QUIET });
  page = await (await browser.newContext({ baseURL: base })).newPage();
});

after(async () => {
  await browser?.close();
  if (account && account.exitCode === null) {
    const ended = new Promise((resolve) => account.once("exit", resolve));
    account.kill();
    await ended;
  }
  if (work) await rm(work, { recursive: true, force: true });
});

async function said(file) {
  const deadline = Date.now() + 30_000;
  while (Date.now() < deadline) {
    const text = await readFile(file, "utf8").catch(() => "");
    if (text.trim()) return JSON.parse(text);
    assert.equal(account.exitCode, null, "the account did not start");
    await sleep(50);
  }
  throw new Error("the account is not ready after 30 s");
}

async function accessible() {
  await page.evaluate(axe.source);
  const { violations } = await page.evaluate((values) => globalThis.axe.run(document, { runOnly: { type: "tag", values } }), RULES);
  const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join(" ")}`);
  assert.deepEqual(found, [], `axe on ${page.url()}`);
}

async function banner(text) {
  await page.getByRole("status").filter({ hasText: text }).waitFor({ timeout: 10_000 });
}

/** Opens the menu of a user in the list, and takes an entry of it. */
async function menu(userName, entry) {
  await page.goto("/admin-console/users");
  await page.getByLabel("Search by name or username").fill(userName);
  await page.getByRole("button", { name: "Search" }).click();
  await page.getByLabel(`Actions for ${userName}`).click();
  await accessible();
  await page.getByRole("link", { name: entry, exact: true }).click();
}

/** An agent that is a supervisor and one that is an administrator, with their users. */
async function agents() {
  const state = await (await fetch(`${base}/state`)).json();
  const center = state.contactCenter;
  const all = Object.values(center.agents).filter((agent) => Object.keys(agent.queues).length > 0);
  const name = (agent) => state.users[agent.userId].user.basicInfo.userName;
  return { all: all.map((agent) => ({ ...agent, userName: name(agent) })), administrators: center.administrators };
}

test("every page is accessible", async () => {
  const { all } = await agents();
  const user = `/admin-console/users/${all[0].userId}`;
  const agent = `/configuration-manager/agents/${all[0].id}`;
  for (const path of ["/", "/admin-console/users", "/admin-console/users?search=nobody-at-all", user, `${user}/edit`,
    `${user}/deactivate`, `${user}/delete`, "/configuration-manager/agents", agent, `${agent}/supervisor`,
    "/configuration-manager/security/roles", "/admin-console/users/nobody"]) {
    await page.goto(path);
    await accessible();
  }
});

test("a Contact Center agent is taken through every manual step and deleted", async () => {
  const { all, administrators } = await agents();
  const supervises = (agent) => agent.supervisor && agent.supervisedQueues.length > 0;
  const agent = all.find(supervises) ?? all[0];
  if (!administrators.includes(agent.userId)) {
    await fetch(`${base}/contact-center/agents/${agent.id}/admin-role`, { method: "PUT" });
  }

  await menu(agent.userName, "Delete");
  await page.getByRole("button", { name: "Continue" }).click();
  const refused = await page.getByRole("alert").innerText();
  assert.match(refused, /cannot be deleted.*administrator.*queues/);
  await accessible();

  await page.goto("/configuration-manager/agents");
  const row = page.getByRole("row").filter({ hasText: agent.id });
  await row.getByRole("link").click();
  // Enabled off is not removal (rule B8).
  for (const box of await page.getByLabel(/^Enabled in /).all()) await box.uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await banner("Agent saved successfully!");
  assert.equal(await page.locator("input[name=assigned]:checked").count(), Object.keys(agent.queues).length);
  // The rest of the tab by keyboard alone.
  for (const box of await page.locator("input[name=assigned]:checked").all()) {
    await box.focus();
    await page.keyboard.press("Space");
  }
  await page.getByRole("button", { name: "Save" }).focus();
  await page.keyboard.press("Enter");
  await banner("Agent saved successfully!");
  assert.equal(await page.locator("input[name=assigned]:checked").count(), 0);

  await page.getByRole("link", { name: "Supervisor" }).click();
  await accessible();
  await page.getByLabel("This user is supervisor").uncheck();
  await page.getByRole("button", { name: "Save" }).click();
  await banner("Agent saved successfully!");

  await page.getByRole("link", { name: "Security → Roles" }).click();
  const administrator = page.locator(`a[href$="/${agent.userId}/remove"]`);
  await administrator.click();
  await accessible();
  await page.getByRole("button", { name: "Continue" }).click();
  await banner("Role saved successfully!");

  await menu(agent.userName, "Edit");
  for (;;) {
    const licenses = await page.getByRole("link", { name: /^Remove / }).all();
    if (licenses.length === 0) break;
    await licenses[0].click();
    await page.getByRole("button", { name: "Continue" }).click();
  }
  await accessible();
  await page.getByRole("button", { name: "Save" }).click();
  await banner("User(s) saved successfully!");

  await menu(agent.userName, "Deactivate user");
  await page.getByRole("button", { name: "Continue" }).click();
  await banner("User(s) saved successfully!");

  await menu(agent.userName, "Delete");
  await accessible();
  await page.getByRole("button", { name: "Continue" }).click();
  await banner("User(s) deleted successfully!");
  await accessible();
  await page.getByLabel("Search by name or username").fill(agent.userName);
  await page.keyboard.press("Enter");
  await page.getByText("0 user(s)").waitFor();
});

test("a user is renamed, and an inactive one cannot be edited", async () => {
  const state = await (await fetch(`${base}/state`)).json();
  const plain = Object.values(state.users).map(({ user }) => user)
    .find(({ basicInfo, serviceInfo }) => basicInfo.status === "ACTIVE" && !basicInfo.scimProvider
      && basicInfo.userId !== state.administrators.primary && serviceInfo?.licenses.length);
  const before = plain.basicInfo.userName;
  await menu(before, "Edit");
  await page.getByLabel("Username").fill(`renamed.${before}`);
  await page.getByRole("button", { name: "Save" }).click();
  await banner("User(s) saved successfully!");
  await menu(`renamed.${before}`, "Deactivate user");
  await page.getByRole("button", { name: "Continue" }).click();
  await banner("User(s) saved successfully!");
  await menu(`renamed.${before}`, "Edit");
  await page.getByText("A deactivated user cannot be edited").waitFor();
  await accessible();
});

test("the first stop of the keyboard leads past the navigation", async () => {
  await page.goto("/admin-console/users");
  await page.keyboard.press("Tab");
  assert.equal(await page.evaluate(() => document.activeElement.textContent), "Skip to content");
  await page.keyboard.press("Enter");
  assert.match(page.url(), /#content$/);
});
