// The eleven operations of the contract and those of the dashboard, on a real server.
// Seen to fail: with a policy USING (true) on facilities (API_VARIANT, see tests/api.sh).

import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { A, ask, B, connect, FACILITY, M1, M2, MANY, startGraphql, token } from "./stack.mjs";

let server;
before(async () => (server = await startGraphql()));
after(() => server.close());

const own = `tenantId: "${A}", facilityId: "${FACILITY}"`;
const series = `${own}, materialId: "${M1}"`;

/** The data of a request that must succeed. */
async function data(query, options) {
  const answer = await ask(server, query, options);
  assert.equal(answer.errors, undefined, JSON.stringify(answer.errors));
  assert.equal(answer.status, 200);
  return answer.data;
}

/** The one error of a request that must fail. */
async function failure(query, options) {
  const { errors } = await ask(server, query, options);
  assert.equal(errors?.length, 1, JSON.stringify(errors));
  return errors[0];
}

describe("the eleven operations", () => {
  test("getDemandHistory, with the origin's variables", async () => {
    const { getDemandHistory } = await data(
      `query History($tenantId: ID!, $facilityId: ID!, $materialId: ID!, $startDate: Date!, $endDate: Date!) {
        getDemandHistory(tenantId: $tenantId, facilityId: $facilityId, materialId: $materialId,
          startDate: $startDate, endDate: $endDate) {
          demandHistoryId demandDate year month weekOfYear dayOfWeek quarter isHoliday actualDemandQuantity demandUom
          salesOrderDemand promotionalDiscountPct absolutePercentageError } }`,
      { variables: { tenantId: A, facilityId: FACILITY, materialId: M1, startDate: "2025-01-06", endDate: "2025-01-07" } },
    );
    assert.equal(getDemandHistory.length, 2);
    const [day] = getDemandHistory;
    assert.equal(day.demandDate, "2025-01-06");
    assert.equal(day.actualDemandQuantity, 15);
    assert.deepEqual([day.year, day.month, day.weekOfYear, day.dayOfWeek, day.quarter], [2025, 1, 2, 1, 1]);
    assert.equal(day.salesOrderDemand, 0);
  });

  test("getMaterialForecasts: those in force, or superseded", async () => {
    const { now, former } = await data(
      `{ now: getMaterialForecasts(${series}, startDate: "2025-03-02", endDate: "2025-03-08") {
           forecastId forecastDate forecastStatus forecastAlgorithm forecastHorizonType forecastVersion
           forecastedDemandQuantity lowerBound80Pct upperBound80Pct lowerBound95Pct upperBound95Pct
           modelConfidenceScore isManuallyOverridden }
         former: getMaterialForecasts(${series}, forecastStatus: SUPERSEDED) { forecastStatus forecastDate } }`,
    );
    assert.equal(now.length, 7);
    for (const day of now) {
      assert.equal(day.forecastStatus, "ACTIVE");
      assert.equal(day.forecastHorizonType, "MEDIUM_TERM");
      assert.ok(day.lowerBound95Pct <= day.lowerBound80Pct && day.lowerBound80Pct <= day.forecastedDemandQuantity);
      assert.ok(day.forecastedDemandQuantity <= day.upperBound80Pct && day.upperBound80Pct <= day.upperBound95Pct);
    }
    assert.equal(former[0].forecastDate, "2025-01-31");
    assert.ok(former.every((day) => day.forecastStatus === "SUPERSEDED"));
  });

  test("calculateSafetyStock(input)", async () => {
    const { calculateSafetyStock: stock } = await data(
      `{ calculateSafetyStock(input: { ${series}, serviceLevel: 0.97 }) { safetyStockQuantity reorderPoint
         economicOrderQuantity calculationMethod avgDailyDemand demandStdDev avgLeadTimeDays leadTimeStdDev
         serviceLevel zScore } }`,
    );
    assert.equal(stock.serviceLevel, 0.97);
    // The exact normal quantile, not a step of a table.
    assert.ok(Math.abs(stock.zScore - 1.880794) < 1e-6);
    assert.ok(stock.reorderPoint > stock.safetyStockQuantity);
  });

  test("getForecastAccuracySummary", async () => {
    const { all, one } = await data(
      `{ all: getForecastAccuracySummary(${own}) { materialCode last30DaysMape last90DaysBias totalForecastsGenerated
           totalActualDemandRecorded currentForecastAlgorithm lastForecastGenerationDate }
         one: getForecastAccuracySummary(${own}, materialIds: ["${M2}"]) { materialCode } }`,
    );
    assert.equal(all.length, 3);
    assert.equal(all[0].totalActualDemandRecorded, 60);
    assert.ok(all[0].last30DaysMape >= 0 && all[0].last30DaysMape < 100, all[0].last30DaysMape);
    assert.deepEqual(one, [{ materialCode: "TWO" }]);
  });

  test("getForecastAccuracyMetrics and calculateForecastAccuracy(input)", async () => {
    const { calculateForecastAccuracy: measured } = await data(
      `mutation { calculateForecastAccuracy(input: { ${series}, periodStart: "2025-02-05", periodEnd: "2025-02-18",
         aggregationLevel: "WEEKLY" }) { metricId mape wape bias sampleSize aggregationLevel isWithinTolerance } }`,
    );
    assert.equal(measured.aggregationLevel, "WEEKLY");
    const { getForecastAccuracyMetrics } = await data(
      `{ getForecastAccuracyMetrics(${series}, periodStart: "2025-02-05", periodEnd: "2025-02-18") { metricId mape } }`,
    );
    assert.ok(getForecastAccuracyMetrics.some((metric) => metric.metricId === measured.metricId));
  });

  test("generateForecasts(input), as the contract writes it", async () => {
    const { generateForecasts } = await data(
      `mutation { generateForecasts(input: { ${own}, materialIds: ["${M1}"], forecastHorizonDays: 30,
         forecastAlgorithm: AUTO }) { forecastId } }`,
    );
    assert.equal(generateForecasts.length, 30);
    assert.match(generateForecasts[0].forecastId, /^[0-9a-f-]{36}$/);
  });

  test("recordDemand(input) adds to the day", async () => {
    const record = (quantity) =>
      data(
        `mutation { recordDemand(input: { ${series}, demandDate: "2025-03-03", actualDemandQuantity: ${quantity},
           demandUom: "EA", salesOrderDemand: ${quantity}, marketingCampaignActive: true })
           { demandDate actualDemandQuantity salesOrderDemand marketingCampaignActive } }`,
      );
    const { recordDemand: first } = await record(1.5);
    const { recordDemand: second } = await record(2);
    assert.equal(second.actualDemandQuantity, first.actualDemandQuantity + 2);
    assert.equal(second.marketingCampaignActive, true);
  });

  test("backfillDemandHistory answers the number of rows", async () => {
    const admin = connect("postgres");
    await admin.connect();
    await admin.query(
      `INSERT INTO replenish.inventory_transactions (tenant_id, facility_id, material_id, transaction_type, transaction_at, quantity)
       VALUES ($1, $2, $3, 'ISSUE', '2024-06-03 10:00+00', 4), ($1, $2, $3, 'ISSUE', '2024-06-04 10:00+00', 5)`,
      [A, FACILITY, M2],
    );
    await admin.end();
    const fill = `mutation { backfillDemandHistory(${own}, startDate: "2024-06-01", endDate: "2024-06-30") }`;
    assert.deepEqual(await data(fill), { backfillDemandHistory: 2 });
    assert.deepEqual(await data(fill), { backfillDemandHistory: 0 });
  });

  test("generateReplenishmentRecommendations(input) and getReplenishmentRecommendations", async () => {
    const { generateReplenishmentRecommendations: made } = await data(
      `mutation { generateReplenishmentRecommendations(input: { ${own} }) { suggestionId urgencyLevel
         recommendedOrderQuantity suggestionReason } }`,
    );
    const { facility, material, high } = await data(
      `{ facility: getReplenishmentRecommendations(${own}, status: PENDING) { suggestionId materialId urgencyLevel }
         material: getReplenishmentRecommendations(${own}, materialId: "${M2}") { materialId suggestionStatus
           forecastedDemand30Days projectedStockoutDate estimatedTotalCost calculationMethod }
         high: getReplenishmentRecommendations(${own}, status: REJECTED, materialId: null) { suggestionStatus } }`,
    );
    assert.deepEqual(new Set(made.map((s) => s.suggestionId)), new Set(facility.map((s) => s.suggestionId)));
    const { page } = await data(
      `{ page: getReplenishmentRecommendations(${own}, status: PENDING, first: 1, offset: 1) { suggestionId } }`,
    );
    assert.deepEqual(page, facility.slice(1, 2).map(({ suggestionId }) => ({ suggestionId })));
    const rank = ["CRITICAL", "HIGH", "MEDIUM", "LOW"];
    const ranks = facility.map((s) => rank.indexOf(s.urgencyLevel));
    assert.deepEqual(ranks, ranks.toSorted());
    assert.ok(material.every((s) => s.materialId === M2) && material.length > 0);
    assert.ok(high.every((s) => s.suggestionStatus === "REJECTED"));
  });
});

describe("the dashboard's operations", () => {
  test("searchMaterials finds by prefix, infix and every word, best first", async () => {
    const search = async (text) =>
      (await data(`query S($s: String) { searchMaterials(search: $s) { materialCode facilityId facilityName } }`, {
        variables: { s: text },
      })).searchMaterials.map((m) => m.materialCode);
    assert.deepEqual(await search("two"), ["TWO"]);
    assert.deepEqual(await search("T"), ["THREE", "TWO", "ONE"].filter((code) => code.includes("T")));
    assert.deepEqual(await search("a thr"), ["THREE"]);
    assert.deepEqual(await search("%"), []);
    assert.deepEqual(await search("secret"), []);
    assert.deepEqual(await search(""), ["ONE", "THREE", "TWO"]);
    const { searchMaterials } = await data(`{ searchMaterials(first: 1) { materialId facilityId facilityName primaryUom abcClass category } }`);
    assert.equal(searchMaterials.length, 1);
    assert.equal(searchMaterials[0].facilityName, "Main warehouse");
  });

  test("getMaterials names materials by their ids, whether they have a forecast or not", async () => {
    const { getMaterials } = await data(`{ getMaterials(materialIds: ["${M2}", "${M1}", "${A}"]) { materialId materialCode facilityId } }`);
    assert.deepEqual(getMaterials, [
      { materialId: M1, materialCode: "ONE", facilityId: null },
      { materialId: M2, materialCode: "TWO", facilityId: null },
    ]);
  });

  test("getSession, getFacilities, getJobRuns and getAlerts", async () => {
    const { getSession, getFacilities, getJobRuns, getAlerts } = await data(
      `{ getSession { tenantId tenantName role subject expiresAt } getFacilities { facilityId facilityCode closedWeekdays }
         getJobRuns(first: 5) { jobName runStatus seriesDone } getAlerts(openOnly: true) { alertId } }`,
    );
    assert.deepEqual({ ...getSession, expiresAt: null }, {
      tenantId: A,
      tenantName: "A",
      role: "replenish_api_user",
      subject: "planner",
      expiresAt: null,
    });
    assert.ok(Date.parse(getSession.expiresAt) > Date.now());
    assert.deepEqual(getFacilities, [{ facilityId: FACILITY, facilityCode: "MAIN", closedWeekdays: [] }]);
    assert.deepEqual(getJobRuns, [{ jobName: "FORECASTS", runStatus: "COMPLETED", seriesDone: 3 }]);
    assert.deepEqual(getAlerts, []);
  });

  test("explainForecast, explainSuggestion and simulatePolicy", async () => {
    const { explainForecast, getReplenishmentRecommendations: open } = await data(
      `{ explainForecast(${series}) getReplenishmentRecommendations(${own}) { suggestionId } }`,
    );
    assert.equal(explainForecast.material, "ONE");
    assert.ok(explainForecast.tried.length > 0);
    const { explainSuggestion, nothing, simulatePolicy } = await data(
      `{ explainSuggestion(suggestionId: "${open[0].suggestionId}") { document text }
         nothing: explainSuggestion(suggestionId: "${B}") { text }
         simulatePolicy(${series}, serviceLevels: [0.9, 0.99]) { serviceLevel fillRate averageStock totalCost } }`,
    );
    assert.equal(explainSuggestion.document.suggestion_id, open[0].suggestionId);
    assert.match(explainSuggestion.text, /\S/);
    assert.equal(nothing, null);
    assert.ok(Array.isArray(simulatePolicy));
  });

  test("reviewSuggestion and overrideForecast note who decided", async () => {
    const { getReplenishmentRecommendations: open } = await data(
      `{ getReplenishmentRecommendations(${own}, status: PENDING) { suggestionId suggestionGenerationTimestamp } }`,
    );
    const review = (read) => `mutation { reviewSuggestion(input: { suggestionId: "${open[0].suggestionId}", decision: APPROVED,
      notes: "as usual", suggestionGenerationTimestamp: "${read}" }) { suggestionStatus reviewedBy reviewNotes } }`;
    const former = await failure(review("2025-03-01T00:00:00Z"));
    assert.match(former.message, /has changed since it was read/);
    const asRead = review(open[0].suggestionGenerationTimestamp);
    assert.deepEqual((await data(asRead)).reviewSuggestion, {
      suggestionStatus: "APPROVED",
      reviewedBy: "planner",
      reviewNotes: "as usual",
    });
    assert.equal((await failure(asRead)).extensions.code, "55000");
    const { overrideForecast } = await data(
      `mutation { overrideForecast(input: { ${series}, forecastDate: "2025-03-06", quantity: 99, reason: "fair",
         expiresAt: "2999-01-01T00:00:00Z" }) { forecastDate isManuallyOverridden manualOverrideQuantity manualOverrideBy } }`,
    );
    assert.deepEqual(overrideForecast, [
      { forecastDate: "2025-03-06", isManuallyOverridden: true, manualOverrideQuantity: 99, manualOverrideBy: "planner" },
    ]);
  });
});

describe("errors", () => {
  test("say what is wrong, with SQLSTATE, detail and hint", async () => {
    const horizon = await failure(`mutation { generateForecasts(input: { ${own}, forecastHorizonDays: 0 }) { forecastId } }`);
    assert.match(horizon.message, /horizon_days must be between 1 and 3660, not 0/);
    assert.deepEqual(horizon.path, ["generateForecasts"]);
    assert.equal(horizon.extensions.code, "22023");
    assert.match(horizon.extensions.hint, /at least one day/);
    const negative = await failure(
      `mutation { recordDemand(input: { ${series}, demandDate: "2025-03-03", actualDemandQuantity: -1 }) { demandDate } }`,
    );
    assert.equal(negative.extensions.code, "23514");
    const many = await failure(
      `mutation { generateForecasts(input: { tenantId: "${MANY}", facilityId: "${FACILITY}" }) { forecastId } }`,
      { bearer: token(MANY) },
    );
    assert.match(many.extensions.detail, /at most 100/);
    const uuid = await failure(`{ getDemandHistory(${own}, materialId: "x") { demandDate } }`);
    assert.equal(uuid.extensions.code, "22P02");
    const day = await failure(`{ getDemandHistory(${series}, startDate: "2025-02-31") { demandDate } }`);
    assert.equal(day.extensions.code, "22008");
  });

  test("one field's error leaves the others", async () => {
    const answer = await ask(server, `{ getSession { tenantName } getDemandHistory(${own}, materialId: "x") { demandDate } }`);
    assert.equal(answer.data.getSession.tenantName, "A");
    assert.equal(answer.data.getDemandHistory, null);
  });

  test("an unknown field or value says so", async () => {
    assert.match((await failure("{ getSecrets }")).message, /Cannot query field "getSecrets"/);
    assert.match(
      (await failure(`mutation { generateForecasts(input: { ${own}, forecastAlgorithm: MAGIC }) { forecastId } }`)).message,
      /MAGIC/,
    );
  });

  test("a request is bounded: operations, fields, size", async () => {
    const aliases = Array.from({ length: 26 }, (_, i) => `a${i}: getSession { tenantId }`).join(" ");
    assert.equal((await failure(`{ ${aliases} }`)).extensions.code, "54000");
    const doubling = Array.from({ length: 60 }, (_, i) => `fragment F${i} on Session { ...F${i + 1} ...F${i + 1} }`);
    const grown = await failure(`{ getSession { ...F0 } } ${doubling.join(" ")} fragment F60 on Session { role }`);
    assert.match(grown.message, /at most 2000 fields/);
    const huge = await ask(server, `{ getSession { tenantId } } #${"x".repeat(200_000)}`);
    assert.equal(huge.status, 413);
  });
});

describe("the server", () => {
  test("GET /health needs no token", async () => {
    const response = await fetch(`${server.url}/health`);
    assert.equal(response.status, 200);
    const document = await response.json();
    assert.equal(document.status, "healthy");
    assert.deepEqual(Object.keys(document.services).sort(), ["demandHistory", "forecasting", "safetyStock"]);
  });

  test("introspection, GraphiQL and GET are off by default", async () => {
    const { errors, data: none } = await ask(server, "{ __schema { types { name } } }");
    assert.match(errors[0].message, /introspection has been disabled/);
    assert.equal(none, undefined);
    for (const path of ["/", "//", "/%", "/graphiql", "/ruru-static/ruru.js"]) {
      assert.equal((await fetch(server.url + path)).status, 404, path);
    }
    assert.notEqual((await fetch(`${server.url}/graphql?query={getSession{role}}`)).status, 200);
  });

  test("the schema is the contract and nothing else", async () => {
    const open = await startGraphql({ GRAPHQL_INTROSPECTION: "1" });
    try {
      const { data: found } = await ask(
        open,
        `{ __schema { queryType { fields { name } } mutationType { fields { name } } subscriptionType { name }
           types { name kind enumValues { name } } } }`,
      );
      const names = (type) => type.fields.map((field) => field.name).sort();
      assert.deepEqual(names(found.__schema.queryType), [
        "calculateSafetyStock", "explainForecast", "explainSuggestion", "getAlerts", "getDemandHistory",
        "getFacilities", "getForecastAccuracyMetrics", "getForecastAccuracySummary", "getJobRuns",
        "getMaterialForecasts", "getMaterials", "getReplenishmentRecommendations", "getSession", "searchMaterials", "simulatePolicy",
      ]);
      assert.deepEqual(names(found.__schema.mutationType), [
        "backfillDemandHistory", "calculateForecastAccuracy", "generateForecasts",
        "generateReplenishmentRecommendations", "overrideForecast", "recordDemand", "reviewSuggestion",
      ]);
      assert.equal(found.__schema.subscriptionType, null);
      const types = new Map(found.__schema.types.map((type) => [type.name, type]));
      for (const name of ["ForecastAlgorithm", "ForecastStatus", "UrgencyLevel", "RecommendationStatus", "DemandPattern", "ForecastHorizonType"]) {
        assert.equal(types.get(name)?.kind, "ENUM", name);
      }
      const admin = connect("postgres");
      await admin.connect();
      const { rows } = await admin.query("SELECT replenish.forecast_algorithms() AS names");
      await admin.end();
      assert.deepEqual(types.get("ForecastAlgorithm").enumValues.map((v) => v.name).sort(), rows[0].names.toSorted());
    } finally {
      await open.close();
    }
  });

  test("refuses to start with a secret that is too short, or without a key", async () => {
    for (const env of [{ JWT_SECRET: "short" }, { JWT_SECRET: "", JWT_PUBLIC_KEY: "" }]) {
      await assert.rejects(startGraphql(env), /JWT_SECRET/);
    }
  });

  test("connections that end under way end requests, not the server", async () => {
    const own_ = await startGraphql();
    const admin = connect("postgres");
    await admin.connect();
    try {
      let stop = false;
      const seen = new Set();
      const client = async () => {
        while (!stop) {
          const { errors } = await ask(own_, `{ getDemandHistory(${series}) { demandDate } getSession { role } }`);
          for (const error of errors ?? []) seen.add(error.extensions.code);
        }
      };
      const clients = Array.from({ length: 8 }, client);
      for (let i = 0; i < 20; i += 1) {
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'replenish-graphql'",
        );
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
      stop = true;
      await Promise.all(clients);
      assert.deepEqual([...seen], ["08006"]);
      assert.equal((await ask(own_, "{ getSession { tenantName } }")).data.getSession.tenantName, "A");
    } finally {
      await admin.end();
      await own_.close();
    }
  });

  test("a database that does not answer is said so", async () => {
    const lost = await startGraphql({ POOL_SIZE: "1" });
    try {
      const admin = connect("postgres");
      await admin.connect();
      await admin.query("ALTER ROLE replenish_authenticator NOLOGIN");
      try {
        await admin.query(
          "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = 'replenish_authenticator' AND application_name = 'replenish-graphql'",
        );
        const { errors } = await ask(lost, "{ getSession { tenantName } }");
        assert.equal(errors[0].extensions.code, "08006");
        assert.equal((await fetch(`${lost.url}/health`)).status, 503);
      } finally {
        await admin.query("ALTER ROLE replenish_authenticator LOGIN");
        await admin.end();
      }
      assert.equal((await ask(lost, "{ getSession { tenantName } }")).data.getSession.tenantName, "A");
    } finally {
      await lost.close();
    }
  });
});
