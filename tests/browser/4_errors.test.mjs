// When something is wrong, the page says what, and what to do; and goes on when it is right again.

import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  choose, closeBrowser, dashboard, demo, DEMO_TENANT, linkFor, open, picture, root, runFolder, secret,
} from "./stack.mjs";

const ENDED = "Your session has ended.";
let restarted;
after(async () => {
  await closeBrowser();
  restarted?.kill();
});

const keptToken = (page) => page.evaluate(() => sessionStorage.getItem("replenish.token"));

test("an expired token, a forged one and none of a tenant show no data and the way in", async () => {
  const [good] = demo.split("#token=").slice(1);
  const forged = `${good.slice(0, -4)}${good.endsWith("AAAA") ? "BBBB" : "AAAA"}`;
  for (const link of [linkFor(DEMO_TENANT, -60), `${dashboard}#token=${forged}`]) {
    const { page } = await open(link);
    await page.getByText(ENDED).waitFor();
    assert.equal(await page.locator(".card").count(), 0);
    assert.equal(await keptToken(page), null);
    assert.equal(new URL(page.url()).hash, "");
  }
  const { page } = await open(`${dashboard}#token=${good}`);
  await page.locator(".card").first().waitFor();
});

test("a token that ends while the page is open: a warning, then the door, then on with a new one", async () => {
  const ends = Date.now() + 45_000;
  const { page } = await open(linkFor(DEMO_TENANT, 45));
  await page.getByText("Session ends in 1 min").waitFor();
  await choose(page, "MAT-FCST-001");
  // A token is dated in whole seconds.
  await pause(Math.max(0, ends + 1000 - Date.now()));
  await page.getByRole("button", { name: "Generate forecast" }).click();
  await page.getByText(ENDED).waitFor();
  await picture(page, "41-session-ended");
  const [fresh] = linkFor(DEMO_TENANT, 600).split("#token=").slice(1);
  await page.getByLabel("Access token").fill(fresh);
  await page.getByRole("button", { name: "Sign in" }).click();
  await page.locator(".card").first().waitFor();
});

test("signing out forgets the token; another tab never had it", async () => {
  const { page, context } = await open(demo);
  await page.locator(".card").first().waitFor();
  const other = await context.newPage();
  await other.goto(dashboard);
  await other.getByText("Open the dashboard through the link").waitFor();
  assert.deepEqual(await context.cookies(), []);
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.getByLabel("Access token").waitFor();
  assert.equal(await keptToken(page), null);
});

test("without a network the page says so, and tries again when asked", async () => {
  const { page, context } = await open(demo);
  await choose(page, "MAT-FCST-001");
  await context.setOffline(true);
  await page.getByRole("button", { name: "Generate forecast" }).click();
  const note = page.locator(".generate .note-error");
  await note.waitFor();
  assert.match(await note.innerText(), /The server cannot be reached\. Check your connection, then try again/);
  assert.ok((await page.locator("#forecast-table tbody tr").count()) > 0, "what was there stays");
  await picture(page, "42-offline");
  await context.setOffline(false);
  await page.getByRole("button", { name: "Generate forecast" }).click();
  await page.getByText("Nothing has changed since version").waitFor();
  assert.equal(await note.count(), 0);
});

test("a server that is down is told apart, and Try again works when it is back", async () => {
  const port = /http:\/\/127\.0\.0\.1:(\d+)\/graphql/.exec(readFileSync(`${runFolder}/graphql.log`, "utf8"))[1];
  process.kill(Number(readFileSync(`${runFolder}/graphql.pid`, "utf8")), "SIGKILL");
  const { page } = await open(demo);
  const note = page.locator(".door .note-error");
  await note.waitFor();
  assert.match(await note.innerText(), /The server is not able to answer right now \(HTTP 502\)\. Try again in a minute/);
  await picture(page, "43-server-down");

  restarted = spawn(process.execPath, ["api/graphql/server.mjs"], {
    cwd: root,
    env: { ...process.env, PGUSER: "replenish_authenticator", HOST: "127.0.0.1", PORT: port, JWT_SECRET: secret },
    stdio: ["ignore", "pipe", "inherit"],
  });
  await new Promise((resolve, reject) => {
    restarted.stdout.on("data", (line) => /listening/.test(line) && resolve());
    restarted.once("exit", (code) => reject(new Error(`the server ended with ${code}`)));
  });
  await note.getByRole("button", { name: "Try again" }).click();
  await page.locator(".card").first().waitFor();
  assert.equal(await note.count(), 0);
});
