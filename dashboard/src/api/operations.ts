// Every operation of the dashboard. The field lists are those of types.ts.

import { operation } from './client.ts';
import type {
    AccuracySummary,
    Alert,
    Day,
    Decision,
    DemandDay,
    Facility,
    ForecastDay,
    ForecastExplanation,
    JobRun,
    Material,
    Moment,
    PolicyResult,
    Series,
    Session,
    StockPolicy,
    Suggestion,
    SuggestionExplanation,
    WorkItem,
} from './types.ts';

const SERIES_VARIABLES = '$tenantId: ID!, $facilityId: ID!, $materialId: ID!';
const SERIES = 'tenantId: $tenantId, facilityId: $facilityId, materialId: $materialId';

const FORECAST_FIELDS = `
    forecastId forecastDate forecastVersion forecastAlgorithm forecastGenerationTimestamp
    forecastedDemandQuantity forecastUom lowerBound80Pct upperBound80Pct lowerBound95Pct upperBound95Pct
    modelConfidenceScore isManuallyOverridden manualOverrideQuantity manualOverrideBy manualOverrideReason`;

const SUGGESTION_FIELDS = `
    suggestionId facilityId materialId suggestionStatus suggestionGenerationTimestamp
    currentAvailableQuantity currentOnOrderQuantity safetyStockQuantity reorderPointQuantity
    economicOrderQuantity forecastedDemand30Days projectedStockoutDate daysUntilStockout urgencyLevel
    recommendedOrderQuantity recommendedOrderUom recommendedOrderDate recommendedDeliveryDate
    estimatedUnitCost estimatedTotalCost vendorLeadTimeDays suggestionReason calculationMethod
    reviewedBy reviewedAt reviewNotes`;

const POLICY_FIELDS = `
    safetyStockQuantity reorderPoint economicOrderQuantity calculationMethod avgDailyDemand
    demandStdDev avgLeadTimeDays leadTimeStdDev serviceLevel zScore`;

export const getSession = operation<Record<string, never>, { getSession: Session | null; getFacilities: Facility[] }>(
    `query Session {
        getSession { tenantId tenantName expiresAt }
        getFacilities { facilityId facilityCode facilityName }
    }`,
);

export const searchMaterials = operation<{ search: string; first: number }, { searchMaterials: Material[] }>(
    `query SearchMaterials($search: String, $first: Int) {
        searchMaterials(search: $search, first: $first) {
            materialId materialCode materialName category abcClass primaryUom facilityId facilityName
        }
    }`,
);

export const getSeries = operation<Series, { getDemandHistory: DemandDay[]; getMaterialForecasts: ForecastDay[] }>(
    `query MaterialSeries(${SERIES_VARIABLES}) {
        getDemandHistory(${SERIES}) {
            demandDate actualDemandQuantity demandUom salesOrderDemand productionOrderDemand
            transferOrderDemand scrapAdjustment isHoliday isPromotionalPeriod
        }
        getMaterialForecasts(${SERIES}) { ${FORECAST_FIELDS} }
    }`,
);

export const getFigures = operation<
    Series,
    { getForecastAccuracySummary: AccuracySummary[]; calculateSafetyStock: StockPolicy | null }
>(
    `query MaterialFigures(${SERIES_VARIABLES}) {
        getForecastAccuracySummary(tenantId: $tenantId, facilityId: $facilityId, materialIds: [$materialId]) {
            materialId materialCode materialName abcClass
            last30DaysMape last60DaysMape last90DaysMape last30DaysBias last60DaysBias last90DaysBias
            totalForecastsGenerated totalActualDemandRecorded currentForecastAlgorithm lastForecastGenerationDate
        }
        calculateSafetyStock(input: { ${SERIES} }) { ${POLICY_FIELDS} }
    }`,
);

export const getMaterialNames = operation<
    { materialIds: string[] },
    { getMaterials: Pick<Material, 'materialId' | 'materialCode' | 'materialName'>[] }
>(
    `query MaterialNames($materialIds: [ID!]!) {
        getMaterials(materialIds: $materialIds) { materialId materialCode materialName }
    }`,
);

export const getSuggestions = operation<
    Series,
    { getReplenishmentRecommendations: Suggestion[] }
>(
    `query Suggestions(${SERIES_VARIABLES}) {
        getReplenishmentRecommendations(${SERIES}) { ${SUGGESTION_FIELDS} }
    }`,
);

export const getWorklist = operation<
    { tenantId: string; facilityId: string },
    { getReplenishmentRecommendations: WorkItem[] }
>(
    `query Worklist($tenantId: ID!, $facilityId: ID!) {
        getReplenishmentRecommendations(tenantId: $tenantId, facilityId: $facilityId, status: PENDING) {
            suggestionId facilityId materialId suggestionStatus suggestionGenerationTimestamp urgencyLevel
            recommendedOrderQuantity recommendedOrderUom
            estimatedTotalCost daysUntilStockout recommendedDeliveryDate
        }
    }`,
);

export const explainForecast = operation<Series, { explainForecast: ForecastExplanation | null }>(
    `query ExplainForecast(${SERIES_VARIABLES}) { explainForecast(${SERIES}) }`,
);

export const explainSuggestion = operation<
    { suggestionId: string },
    { explainSuggestion: SuggestionExplanation | null }
>(
    `query ExplainSuggestion($suggestionId: ID!) {
        explainSuggestion(suggestionId: $suggestionId) { document text }
    }`,
);

export const simulatePolicy = operation<Series & { serviceLevels: number[] }, { simulatePolicy: PolicyResult[] }>(
    `query SimulatePolicy(${SERIES_VARIABLES}, $serviceLevels: [Float!]) {
        simulatePolicy(${SERIES}, serviceLevels: $serviceLevels) {
            serviceLevel fillRate cycleService averageStock averageDaysOfStock orders
            holdingCost orderingCost shortageCost totalCost
        }
    }`,
);

export const getStockAtLevel = operation<Series & { serviceLevel: number }, { calculateSafetyStock: StockPolicy | null }>(
    `query StockAtLevel(${SERIES_VARIABLES}, $serviceLevel: Float) {
        calculateSafetyStock(input: { ${SERIES}, serviceLevel: $serviceLevel }) { ${POLICY_FIELDS} }
    }`,
);

export const getStatus = operation<{ first: number }, { getJobRuns: JobRun[]; getAlerts: Alert[] }>(
    `query Status($first: Int) {
        getJobRuns(first: $first) {
            jobRunId jobName runStatus startedAt finishedAt seriesTotal seriesDone seriesFailed
        }
        getAlerts(openOnly: true) {
            alertId alertName severity facilityId materialId message openedAt lastSeenAt closedAt
        }
    }`,
);

export const generateForecasts = operation<
    Series & { forecastHorizonDays: number; forecastAlgorithm: string },
    { generateForecasts: Pick<ForecastDay, 'forecastId' | 'forecastVersion' | 'forecastAlgorithm'>[] }
>(
    `mutation GenerateForecasts(
        ${SERIES_VARIABLES}, $forecastHorizonDays: Int, $forecastAlgorithm: ForecastAlgorithm
    ) {
        generateForecasts(input: {
            tenantId: $tenantId, facilityId: $facilityId, materialIds: [$materialId],
            forecastHorizonDays: $forecastHorizonDays, forecastAlgorithm: $forecastAlgorithm
        }) { forecastId forecastVersion forecastAlgorithm }
    }`,
);

export const generateSuggestions = operation<
    Series,
    { generateReplenishmentRecommendations: Pick<Suggestion, 'suggestionStatus'>[] }
>(
    `mutation GenerateSuggestions(${SERIES_VARIABLES}) {
        generateReplenishmentRecommendations(input: {
            tenantId: $tenantId, facilityId: $facilityId, materialIds: [$materialId]
        }) { suggestionStatus }
    }`,
);

export const reviewSuggestion = operation<
    { suggestionId: string; decision: Decision; notes: string | null; generatedAt: Moment },
    { reviewSuggestion: unknown }
>(
    `mutation ReviewSuggestion(
        $suggestionId: ID!, $decision: ReviewDecision!, $notes: String, $generatedAt: Datetime
    ) {
        reviewSuggestion(input: {
            suggestionId: $suggestionId, decision: $decision, notes: $notes,
            suggestionGenerationTimestamp: $generatedAt
        }) { suggestionId suggestionStatus }
    }`,
);

export const overrideForecast = operation<
    Series & { forecastDate: Day; quantity: number | null; reason: string; expiresAt: Moment | null },
    { overrideForecast: unknown }
>(
    `mutation OverrideForecast(
        ${SERIES_VARIABLES}, $forecastDate: Date!, $quantity: Float, $reason: String!, $expiresAt: Datetime
    ) {
        overrideForecast(input: {
            ${SERIES}, forecastDate: $forecastDate, quantity: $quantity, reason: $reason, expiresAt: $expiresAt
        }) { forecastId isManuallyOverridden }
    }`,
);
