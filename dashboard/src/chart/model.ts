import type { Day, DemandDay, ForecastDay } from '../api/types.ts';

/** A forecast of one day that is being changed and not saved yet. */
export interface Draft {
    date: Day;
    quantity: number;
}

/** Days of history on the chart; null shows all. */
export type Range = number | null;

export interface SeriesData {
    demand: DemandDay[];
    forecasts: ForecastDay[];
}

/** What is expected of a day: the planner's figure where there is one, else the model's. */
export function expected(row: ForecastDay): number {
    return row.isManuallyOverridden && row.manualOverrideQuantity !== null
        ? row.manualOverrideQuantity
        : row.forecastedDemandQuantity;
}

export const DAY_MS = 86_400_000;

export function dayNumber(day: Day): number {
    return Date.parse(`${day.slice(0, 10)}T00:00:00Z`) / DAY_MS;
}

export function dayOf(number: number): Day {
    return new Date(number * DAY_MS).toISOString().slice(0, 10);
}

/**
 * Whether demand comes on nearly every day. Then a line shows it best; else bars do, since a line would
 * invent values for the days between.
 */
export function isDense(demand: DemandDay[]): boolean {
    const first = demand[0];
    const last = demand[demand.length - 1];
    if (first === undefined || last === undefined) return true;
    return demand.length / (dayNumber(last.demandDate) - dayNumber(first.demandDate) + 1) >= 0.95;
}
