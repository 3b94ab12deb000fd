// Which SQL answers which GraphQL field. Arguments travel by name, so the order of neither matters.

/** lowerBound80Pct -> lower_bound_80_pct */
export const snakeCase = (name) => name.replace(/[A-Z]|\d+/g, (part) => `_${part.toLowerCase()}`);

const SERIES = { tenantId: "uuid", facilityId: "uuid", materialId: "uuid" };
const FACILITY = { tenantId: "uuid", facilityId: "uuid" };
const CHOSEN = { ...FACILITY, materialIds: "uuid[]" };

/**
 * A call of one function of replenish_api. `args` are GraphQL argument names with their SQL types,
 * `renamed` those whose SQL name is another one; what the client leaves out keeps SQL's default.
 * `paged` calls take `first` and `offset`.
 */
function call(routine, args, { answers = "rows", renamed = {}, paged = false } = {}) {
  return {
    answers,
    statement(given) {
      const values = [];
      const named = [];
      for (const [name, type] of Object.entries(args)) {
        if (given[name] === undefined) continue;
        values.push(given[name]);
        const value = `$${values.length}`;
        named.push(`${renamed[name] ?? snakeCase(name)} => ${type.startsWith("ARRAY") ? type.replace("?", value) : `${value}::${type}`}`);
      }
      let source = `replenish_api.${routine}(${named.join(", ")})`;
      if (paged) {
        values.push(given.first ?? null, given.offset ?? 0);
        source = `(SELECT * FROM ${source} LIMIT $${values.length - 1}::bigint OFFSET $${values.length}::bigint)`;
      }
      return { text: shape[answers](source), values };
    },
  };
}

/** A statement of our own over the views of replenish_api. */
const select = (text, values = () => []) => ({
  answers: "rows",
  statement: (given) => ({ text: shape.rows(`(${text})`), values: values(given) }),
});

// PostgreSQL makes the JSON: numeric becomes a number and days stay days.
const shape = {
  rows: (source) => `SELECT coalesce(json_agg(r), '[]') AS answer FROM ${source} AS r`,
  row: (source) => `SELECT (SELECT row_to_json(r) FROM ${source} AS r LIMIT 1) AS answer`,
  value: (source) => `SELECT ${source} AS answer`,
};

export const queries = {
  getDemandHistory: call("get_demand_history", { ...SERIES, startDate: "date", endDate: "date" }),
  getMaterialForecasts: call("get_material_forecasts", {
    ...SERIES,
    startDate: "date",
    endDate: "date",
    forecastStatus: "text",
  }),
  calculateSafetyStock: call("calculate_safety_stock", { ...SERIES, serviceLevel: "numeric" }, { answers: "row" }),
  getForecastAccuracySummary: call("get_forecast_accuracy_summary", CHOSEN, { paged: true }),
  getForecastAccuracyMetrics: call("get_forecast_accuracy_metrics", {
    ...SERIES,
    periodStart: "date",
    periodEnd: "date",
  }),
  getReplenishmentRecommendations: call(
    "get_replenishment_recommendations",
    { ...FACILITY, status: "text", materialId: "uuid" },
    { paged: true },
  ),
  searchMaterials: call("search_materials", { search: "text", first: "integer" }, { renamed: { first: "max_rows" } }),
  getMaterials: select(
    "SELECT * FROM replenish_api.materials WHERE material_id = ANY ($1::uuid[]) ORDER BY material_code",
    ({ materialIds }) => [materialIds],
  ),
  getFacilities: select("SELECT * FROM replenish_api.facilities ORDER BY facility_name, facility_id"),
  explainForecast: call("explain_forecast", SERIES, { answers: "value" }),
  explainSuggestion: {
    answers: "row",
    statement: ({ suggestionId }) => ({
      text: shape.row(
        `(SELECT e.document, e.document ->> 'text' AS text
          FROM replenish_api.explain_suggestion($1::uuid) AS e (document) WHERE e.document IS NOT NULL)`,
      ),
      values: [suggestionId],
    }),
  },
  simulatePolicy: call("simulate_policy", { ...SERIES, serviceLevels: "float8[]" }),
  getJobRuns: select(
    "SELECT * FROM replenish_api.job_runs ORDER BY started_at DESC LIMIT least(greatest($1::integer, 0), 100)",
    ({ first }) => [first ?? 20],
  ),
  getAlerts: call("get_alerts", { openOnly: "boolean" }),
  getSession: call("get_session", {}, { answers: "row" }),
};

export const mutations = {
  generateForecasts: call("generate_forecasts", {
    ...CHOSEN,
    forecastHorizonDays: "integer",
    forecastAlgorithm: "text",
  }),
  recordDemand: call(
    "record_demand",
    {
      ...SERIES,
      demandDate: "date",
      actualDemandQuantity: "numeric",
      demandUom: "text",
      salesOrderDemand: "numeric",
      productionOrderDemand: "numeric",
      transferOrderDemand: "numeric",
      scrapAdjustment: "numeric",
      avgUnitPrice: "numeric",
      promotionalDiscountPct: "numeric",
      marketingCampaignActive: "boolean",
    },
    { answers: "row" },
  ),
  backfillDemandHistory: call(
    "backfill_demand_history",
    { ...FACILITY, startDate: "date", endDate: "date" },
    { answers: "value" },
  ),
  calculateForecastAccuracy: call(
    "calculate_forecast_accuracy",
    { ...FACILITY, materialId: "ARRAY[?::uuid]", periodStart: "date", periodEnd: "date", aggregationLevel: "text" },
    { answers: "row", renamed: { materialId: "material_ids" } },
  ),
  generateReplenishmentRecommendations: call("generate_replenishment_recommendations", {
    ...CHOSEN,
    urgencyLevelFilter: "text",
  }),
  reviewSuggestion: call(
    "review_suggestion",
    { suggestionId: "uuid", decision: "text", notes: "text", suggestionGenerationTimestamp: "timestamptz" },
    { answers: "row", renamed: { notes: "review_notes" } },
  ),
  overrideForecast: call(
    "override_forecast",
    { ...SERIES, forecastDate: "date", quantity: "numeric", reason: "text", expiresAt: "timestamptz" },
    { renamed: { quantity: "override_quantity", reason: "override_reason" } },
  ),
};
