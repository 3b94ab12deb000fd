// The three exports. Column names are those of the database, so that files and tables can be joined;
// numbers and days are written for machines: a point, no thousands, 2026-11-24.

import type { DemandDay, ForecastDay, Material, Suggestion } from './api/types.ts';

type Cell = string | number | boolean | null;

export function demandCsv(material: Material, rows: DemandDay[]): string {
    return csv(rows, {
        material_code: () => material.materialCode,
        demand_date: (r) => r.demandDate,
        actual_demand_quantity: (r) => r.actualDemandQuantity,
        demand_uom: (r) => r.demandUom,
        sales_order_demand: (r) => r.salesOrderDemand,
        production_order_demand: (r) => r.productionOrderDemand,
        transfer_order_demand: (r) => r.transferOrderDemand,
        scrap_adjustment: (r) => r.scrapAdjustment,
        is_holiday: (r) => r.isHoliday,
        is_promotional_period: (r) => r.isPromotionalPeriod,
    });
}

export function forecastsCsv(material: Material, rows: ForecastDay[]): string {
    return csv(rows, {
        material_code: () => material.materialCode,
        forecast_date: (r) => r.forecastDate,
        forecast_version: (r) => r.forecastVersion,
        forecast_algorithm: (r) => r.forecastAlgorithm,
        forecasted_demand_quantity: (r) => r.forecastedDemandQuantity,
        forecast_uom: (r) => r.forecastUom,
        lower_bound_80_pct: (r) => r.lowerBound80Pct,
        upper_bound_80_pct: (r) => r.upperBound80Pct,
        lower_bound_95_pct: (r) => r.lowerBound95Pct,
        upper_bound_95_pct: (r) => r.upperBound95Pct,
        is_manually_overridden: (r) => r.isManuallyOverridden,
        manual_override_quantity: (r) => r.manualOverrideQuantity,
        manual_override_reason: (r) => r.manualOverrideReason,
    });
}

export function recommendationsCsv(material: Material, rows: Suggestion[]): string {
    return csv(rows, {
        material_code: () => material.materialCode,
        suggestion_id: (r) => r.suggestionId,
        suggestion_status: (r) => r.suggestionStatus,
        urgency_level: (r) => r.urgencyLevel,
        current_available_quantity: (r) => r.currentAvailableQuantity,
        current_on_order_quantity: (r) => r.currentOnOrderQuantity,
        safety_stock_quantity: (r) => r.safetyStockQuantity,
        reorder_point_quantity: (r) => r.reorderPointQuantity,
        days_until_stockout: (r) => r.daysUntilStockout,
        projected_stockout_date: (r) => r.projectedStockoutDate,
        recommended_order_quantity: (r) => r.recommendedOrderQuantity,
        recommended_order_uom: (r) => r.recommendedOrderUom,
        recommended_order_date: (r) => r.recommendedOrderDate,
        recommended_delivery_date: (r) => r.recommendedDeliveryDate,
        estimated_unit_cost: (r) => r.estimatedUnitCost,
        estimated_total_cost: (r) => r.estimatedTotalCost,
        suggestion_reason: (r) => r.suggestionReason,
    });
}

function csv<Row>(rows: Row[], columns: Record<string, (row: Row) => Cell>): string {
    const names = Object.keys(columns);
    const cells = Object.values(columns);
    const lines = rows.map((row) => cells.map((cell) => written(cell(row))).join(','));
    return [names.join(','), ...lines, ''].join('\r\n');
}

function written(cell: Cell): string {
    if (cell === null) return '';
    if (typeof cell !== 'string') return String(cell);
    // A spreadsheet runs text that begins like a formula: an apostrophe keeps it text.
    const safe = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
    return /[",\r\n]/.test(safe) ? `"${safe.replace(/"/g, '""')}"` : safe;
}

/** Hands a file to the reader. The mark at its beginning tells Excel that it is UTF-8. */
export function download(name: string, text: string): void {
    const url = URL.createObjectURL(new Blob(['\uFEFF', text], { type: 'text/csv;charset=utf-8' }));
    const link = document.createElement('a');
    link.href = url;
    link.download = name.replace(/[^\w.-]+/g, '_');
    link.click();
    setTimeout(() => URL.revokeObjectURL(url), 1000);
}
