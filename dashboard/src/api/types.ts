// What the API answers, field by field as the operations ask for it.

/** A day as the API writes it: 2026-11-24. */
export type Day = string;
/** A moment as the API writes it. */
export type Moment = string;

export interface Series {
    tenantId: string;
    facilityId: string;
    materialId: string;
}

export interface Session {
    tenantId: string;
    tenantName: string | null;
    expiresAt: Moment | null;
}

export interface Facility {
    facilityId: string;
    facilityCode: string;
    facilityName: string | null;
}

export interface Material {
    materialId: string;
    materialCode: string;
    materialName: string;
    category: string | null;
    abcClass: string | null;
    primaryUom: string;
    /** Null for a material that is nowhere yet. */
    facilityId: string | null;
    facilityName: string | null;
}

/** A material at the facility where one looks at it. */
export interface Place extends Material {
    facilityId: string;
}

export interface DemandDay {
    demandDate: Day;
    actualDemandQuantity: number;
    demandUom: string;
    salesOrderDemand: number | null;
    productionOrderDemand: number | null;
    transferOrderDemand: number | null;
    scrapAdjustment: number | null;
    isHoliday: boolean;
    isPromotionalPeriod: boolean;
}

export interface ForecastDay {
    forecastId: string;
    forecastDate: Day;
    forecastVersion: number;
    forecastAlgorithm: string;
    forecastGenerationTimestamp: Moment;
    forecastedDemandQuantity: number;
    forecastUom: string | null;
    lowerBound80Pct: number | null;
    upperBound80Pct: number | null;
    lowerBound95Pct: number | null;
    upperBound95Pct: number | null;
    modelConfidenceScore: number | null;
    isManuallyOverridden: boolean;
    manualOverrideQuantity: number | null;
    manualOverrideBy: string | null;
    manualOverrideReason: string | null;
}

export interface AccuracySummary {
    materialId: string;
    materialCode: string;
    materialName: string;
    abcClass: string | null;
    last30DaysMape: number | null;
    last60DaysMape: number | null;
    last90DaysMape: number | null;
    last30DaysBias: number | null;
    last60DaysBias: number | null;
    last90DaysBias: number | null;
    totalForecastsGenerated: number | null;
    totalActualDemandRecorded: number | null;
    currentForecastAlgorithm: string | null;
    lastForecastGenerationDate: Moment | null;
}

export interface StockPolicy {
    safetyStockQuantity: number | null;
    reorderPoint: number | null;
    economicOrderQuantity: number | null;
    calculationMethod: string | null;
    avgDailyDemand: number | null;
    demandStdDev: number | null;
    avgLeadTimeDays: number | null;
    leadTimeStdDev: number | null;
    serviceLevel: number | null;
    zScore: number | null;
}

export type Urgency = 'CRITICAL' | 'HIGH' | 'MEDIUM' | 'LOW';
export type SuggestionStatus = 'PENDING' | 'APPROVED' | 'REJECTED' | 'CONVERTED_TO_PO' | 'EXPIRED';
export type Decision = 'APPROVED' | 'REJECTED';

export interface Suggestion {
    suggestionId: string;
    facilityId: string;
    materialId: string;
    suggestionStatus: SuggestionStatus;
    suggestionGenerationTimestamp: Moment;
    currentAvailableQuantity: number | null;
    currentOnOrderQuantity: number | null;
    safetyStockQuantity: number | null;
    reorderPointQuantity: number | null;
    economicOrderQuantity: number | null;
    forecastedDemand30Days: number | null;
    projectedStockoutDate: Day | null;
    daysUntilStockout: number | null;
    urgencyLevel: Urgency;
    recommendedOrderQuantity: number | null;
    recommendedOrderUom: string | null;
    recommendedOrderDate: Day | null;
    recommendedDeliveryDate: Day | null;
    estimatedUnitCost: number | null;
    estimatedTotalCost: number | null;
    vendorLeadTimeDays: number | null;
    suggestionReason: string;
    calculationMethod: string | null;
    reviewedBy: string | null;
    reviewedAt: Moment | null;
    reviewNotes: string | null;
}

/** What the worklist shows of a suggestion: there may be thousands. */
export type WorkItem = Pick<
    Suggestion,
    | 'suggestionId'
    | 'facilityId'
    | 'materialId'
    | 'suggestionStatus'
    | 'suggestionGenerationTimestamp'
    | 'urgencyLevel'
    | 'recommendedOrderQuantity'
    | 'recommendedOrderUom'
    | 'estimatedTotalCost'
    | 'daysUntilStockout'
    | 'recommendedDeliveryDate'
>;

export interface PolicyResult {
    serviceLevel: number;
    fillRate: number | null;
    cycleService: number | null;
    averageStock: number | null;
    averageDaysOfStock: number | null;
    orders: number | null;
    holdingCost: number | null;
    orderingCost: number | null;
    shortageCost: number | null;
    totalCost: number | null;
}

export interface JobRun {
    jobRunId: string;
    jobName: string;
    runStatus: string;
    startedAt: Moment;
    finishedAt: Moment | null;
    seriesTotal: number;
    seriesDone: number;
    seriesFailed: number;
}

export interface Alert {
    alertId: string;
    alertName: string;
    severity: string;
    facilityId: string | null;
    materialId: string | null;
    message: string;
    openedAt: Moment;
    lastSeenAt: Moment | null;
    closedAt: Moment | null;
}

/** What explain_forecast answers, as far as the page shows it. */
export interface ForecastExplanation {
    version?: number;
    algorithm?: string;
    requested_algorithm?: string;
    status?: string;
    reason?: string;
    season_length?: number | null;
    tried?: unknown;
    trained_on?: { from?: Day; through?: Day; days?: number };
    backtest?: { mape_pct?: number | null; rmse?: number | null; mae?: number | null; bias?: number | null };
    confidence?: number;
    naive_mae?: number | null;
}

export interface SuggestionExplanation {
    document: unknown;
    text: string | null;
}
