// The ten steps that a planner's first visit takes, on a real shop's article.

import assert from "node:assert/strict";
import { after, test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import {
  closeBrowser, dayText, download, drawn, open, picture, search, shop, SHOP_TENANT, sql, withoutRetail,
} from "./stack.mjs";

const CODE = "85123A";
after(closeBrowser);

const forecasts = () =>
  sql(
    `SELECT f.forecast_date::text, f.forecast_version, f.forecast_algorithm, f.forecasted_demand_quantity::float8,
        f.lower_bound_80_pct::float8, f.upper_bound_80_pct::float8, f.lower_bound_95_pct::float8, f.upper_bound_95_pct::float8
     FROM replenish.material_forecasts AS f JOIN replenish.materials AS m USING (tenant_id, material_id)
     WHERE m.tenant_id = $1 AND m.material_code = $2 AND f.forecast_status = 'ACTIVE' ORDER BY f.forecast_date`,
    [SHOP_TENANT, CODE],
    SHOP_TENANT,
  );

test("ten steps from the empty page to three files", { skip: withoutRetail }, async (t) => {
  const { page, calm } = await open(shop);

  await t.test("1 the empty state asks for a material, and the token has left the address", async () => {
    await page.getByRole("heading", { name: "Select a material to begin" }).waitFor();
    await page.locator(".card").first().waitFor();
    assert.equal(new URL(page.url()).hash, "");
    await picture(page, "01-empty");
  });

  await t.test("2 search offers materials by code and by words of the name", async () => {
    await search(page).fill("hanging heart white");
    const option = page.getByRole("option").filter({ hasText: CODE });
    await option.waitFor();
    await search(page).fill(CODE.slice(0, 4));
    await option.waitFor();
    await picture(page, "02-search");
    await search(page).fill("no such thing");
    await page.getByText("No material matches").waitFor();
  });

  await t.test("3 skeletons hold the places while data is on its way, and nothing jumps", async () => {
    await page.evaluate(() => {
      window.shift = 0;
      new PerformanceObserver((list) => {
        for (const entry of list.getEntries()) if (!entry.hadRecentInput) window.shift += entry.value;
      }).observe({ type: "layout-shift" });
    });
    // Later than half a second, from where on a shift no longer counts as an answer to the click.
    let seen;
    const looked = new Promise((resolve) => (seen = resolve));
    await search(page).fill(CODE);
    const option = page.getByRole("option").filter({ hasText: CODE }).first();
    await option.waitFor();
    await page.route("**/graphql", async (route) => {
      await Promise.all([looked, pause(900)]);
      await route.continue();
    });
    await option.click();
    await page.locator("#kpi-mape .skeleton").first().waitFor();
    await page.locator(".forecast-chart .skeleton").waitFor();
    await picture(page, "03-skeletons");
    seen();
    await page.locator("#forecast-table tbody tr").first().waitFor();
    await drawn(page);
    // Figures come by requests of their own.
    await page.locator("#kpi-mape .skeleton, .forecast-chart .skeleton").first().waitFor({ state: "detached" });
    await page.unroute("**/graphql");
    // 0.1 counts as good by the web's own measure; nothing large may move here.
    const shift = await page.evaluate(() => window.shift);
    assert.ok(shift < 0.05, `layout shift ${shift}`);
  });

  await t.test("4 four KPI cards show what the database says", async () => {
    const [figures] = await sql(
      `SELECT round(s.last_30_days_mape, 1)::float8 AS mape, s.last_30_days_bias::float8 AS bias,
          p.safety_stock_quantity::float8 AS safety_stock, p.reorder_point::float8 AS reorder_point
       FROM replenish.materials AS m
       CROSS JOIN LATERAL replenish.get_forecast_accuracy_summary(m.tenant_id, '00000000-0000-4000-8000-00000000f002', ARRAY[m.material_id]) AS s
       CROSS JOIN LATERAL replenish.calculate_safety_stock(m.tenant_id, '00000000-0000-4000-8000-00000000f002', m.material_id) AS p
       WHERE m.tenant_id = $1 AND m.material_code = $2`,
      [SHOP_TENANT, CODE],
      SHOP_TENANT,
    );
    const value = (id) => page.locator(`#${id} .kpi-value`).innerText();
    assert.equal(await value("kpi-mape"), `${figures.mape.toFixed(1)}%`);
    assert.equal(await value("kpi-bias"), `${figures.bias.toFixed(1)} EA/day`);
    assert.equal(await value("kpi-safety-stock"), `${Math.round(figures.safety_stock).toLocaleString("en-US")} EA`);
    assert.equal(await value("kpi-reorder-point"), `${Math.round(figures.reorder_point).toLocaleString("en-US")} EA`);
  });

  await t.test("5 the chart draws demand, forecast and both bands", async () => {
    const painted = await page.locator("#forecast-chart canvas").evaluate((canvas) => {
      const { data, width, height } = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height);
      const counts = {};
      for (let i = 0; i < width * height * 4; i += 4) {
        const key = `${data[i]},${data[i + 1]},${data[i + 2]}`;
        if (data[i + 3] > 240) counts[key] = (counts[key] ?? 0) + 1;
        else if (data[i + 3] > 20) counts.band = (counts.band ?? 0) + 1;
      }
      return counts;
    });
    // The colours of base.css: demand #0072b2, forecast #c05500.
    assert.ok(painted["0,114,178"] > 200, JSON.stringify(painted["0,114,178"]));
    assert.ok(painted["192,85,0"] > 200, JSON.stringify(painted["192,85,0"]));
    assert.ok(painted.band > 5000, JSON.stringify(painted.band));
    await picture(page, "05-material", { fullPage: true });
  });

  const before = await forecasts();
  await t.test("6 the button generates a forecast", async () => {
    await page.getByLabel("Model").selectOption("SEASONAL_NAIVE");
    await page.getByLabel("Ahead").selectOption("30");
    await page.getByRole("button", { name: "Generate forecast" }).click();
    await page.getByText(`Version ${before[0].forecast_version + 1} is in force`).waitFor();
    const [first] = await forecasts();
    assert.equal(first.forecast_version, before[0].forecast_version + 1);
    assert.equal(first.forecast_algorithm, "SEASONAL_NAIVE");
  });

  await t.test("7 the table shows the new one", async () => {
    await page.locator(".forecast-facts", { hasText: `version ${before[0].forecast_version + 1}` }).waitFor();
    const stored = await forecasts();
    assert.equal(stored.length, 30);
    const shown = await page.locator("#forecast-table tbody tr").evaluateAll((rows) =>
      rows.map((row) => [row.dataset.date, row.cells[0].innerText, row.cells[1].innerText.trim()]),
    );
    assert.equal(shown.length, 30);
    stored.forEach((row, i) => {
      assert.equal(shown[i][0], row.forecast_date);
      assert.ok(shown[i][1].endsWith(dayText(row.forecast_date)), shown[i][1]);
      assert.equal(shown[i][2], Math.round(row.forecasted_demand_quantity).toLocaleString("en-US"));
    });
    await picture(page, "07-generated");
  });

  await t.test("8 the demand file holds every day", async () => {
    const file = await download(page, "Demand");
    assert.match(file.name, /^demand_85123A_\d{4}-\d\d-\d\d\.csv$/);
    const stored = await sql(
      `SELECT h.demand_date::text, h.actual_demand_quantity::float8, h.demand_uom
       FROM replenish.demand_history AS h JOIN replenish.materials AS m USING (tenant_id, material_id)
       WHERE m.tenant_id = $1 AND m.material_code = $2 ORDER BY h.demand_date`,
      [SHOP_TENANT, CODE],
      SHOP_TENANT,
    );
    assert.ok(stored.length > 200);
    assert.deepEqual(
      file.rows.map((row) => [row.demand_date, Number(row.actual_demand_quantity), row.demand_uom, row.material_code]),
      stored.map((row) => [row.demand_date, row.actual_demand_quantity, row.demand_uom, CODE]),
    );
  });

  await t.test("9 the forecast file holds every day with its bands", async () => {
    const file = await download(page, "Forecasts");
    const numbers = [
      "forecast_version", "forecasted_demand_quantity", "lower_bound_80_pct", "upper_bound_80_pct",
      "lower_bound_95_pct", "upper_bound_95_pct",
    ];
    assert.deepEqual(
      file.rows.map((row) => [row.forecast_date, row.forecast_algorithm, ...numbers.map((name) => Number(row[name]))]),
      (await forecasts()).map((row) => [row.forecast_date, row.forecast_algorithm, ...numbers.map((name) => row[name])]),
    );
  });

  await t.test("10 the recommendations file holds the suggestion and its reason", async () => {
    const file = await download(page, "Recommendations");
    const stored = await sql(
      `SELECT s.suggestion_id, s.suggestion_status, s.urgency_level, s.recommended_order_quantity::float8 AS quantity,
          s.recommended_order_date::text AS day, s.suggestion_reason
       FROM replenish.replenishment_suggestions AS s JOIN replenish.materials AS m USING (tenant_id, material_id)
       WHERE m.tenant_id = $1 AND m.material_code = $2`,
      [SHOP_TENANT, CODE],
      SHOP_TENANT,
    );
    assert.equal(stored.length, 1);
    assert.deepEqual(
      file.rows.map((row) => [
        row.suggestion_id, row.suggestion_status, row.urgency_level, Number(row.recommended_order_quantity),
        row.recommended_order_date, row.suggestion_reason,
      ]),
      stored.map((s) => [s.suggestion_id, s.suggestion_status, s.urgency_level, s.quantity, s.day, s.suggestion_reason]),
    );
  });
  calm();
});
