// What the forecast chart draws: one function a kind of mark.

import type { ForecastDay } from '../api/types.ts';
import { quantity } from '../format.ts';
import type { Palette } from './echarts.ts';
import { DAY_MS, dayNumber, expected, isDense, type Draft, type SeriesData } from './model.ts';

type Point = [number, number | null];

/** A band is two lines on top of each other: the lower bound without colour, the distance to the upper one with it. */
export function band(
    name: string,
    forecasts: ForecastDay[],
    bounds: (row: ForecastDay) => [number | null, number | null],
    color: string,
    opacity: number,
): object[] {
    const at = (row: ForecastDay): number => dayNumber(row.forecastDate) * DAY_MS;
    const common = {
        type: 'line',
        stack: name,
        stackStrategy: 'all',
        symbol: 'none',
        silent: true,
        lineStyle: { opacity: 0 },
        tooltip: { show: false },
    };
    return [
        { ...common, name: `${name}, lower`, data: forecasts.map((row): Point => [at(row), bounds(row)[0]]) },
        {
            ...common,
            name,
            itemStyle: { color, opacity: opacity + 0.2 },
            areaStyle: { color, opacity },
            data: forecasts.map((row): Point => {
                const [lower, upper] = bounds(row);
                return [at(row), lower === null || upper === null ? null : upper - lower];
            }),
        },
    ];
}

export function demandSeries({ demand }: SeriesData, colors: Palette): object {
    const common = { name: 'Demand', itemStyle: { color: colors.demand } };
    const points: Point[] = demand.map((row) => [dayNumber(row.demandDate) * DAY_MS, row.actualDemandQuantity]);
    if (!isDense(demand)) return { ...common, type: 'bar', barMaxWidth: 6, barMinWidth: 1, data: points };
    return { ...common, type: 'line', symbol: 'none', lineStyle: { width: 1.6 }, data: withGaps(points) };
}

/** A day without a row breaks the line. */
function withGaps(points: Point[]): Point[] {
    return points.flatMap((point, i): Point[] => {
        const next = points[i + 1];
        return next !== undefined && next[0] - point[0] > DAY_MS ? [point, [point[0] + DAY_MS, null]] : [point];
    });
}

export function forecastSeries(forecasts: ForecastDay[], colors: Palette): object {
    return {
        name: 'Forecast',
        type: 'line',
        symbol: 'none',
        itemStyle: { color: colors.forecast },
        lineStyle: { width: 2.4, type: [6, 3] },
        data: forecasts.map((row): Point => [dayNumber(row.forecastDate) * DAY_MS, row.forecastedDemandQuantity]),
        markLine:
            forecasts[0] === undefined
                ? undefined
                : {
                      silent: true,
                      symbol: 'none',
                      label: { show: false },
                      lineStyle: { color: colors.muted, type: 'dotted' },
                      data: [{ xAxis: dayNumber(forecasts[0].forecastDate) * DAY_MS }],
                  },
    };
}

export function overrideSeries(forecasts: ForecastDay[], colors: Palette): object {
    return {
        name: 'By hand',
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 11,
        itemStyle: { color: colors.override, borderColor: colors.surface, borderWidth: 1 },
        data: forecasts
            .filter((row) => row.isManuallyOverridden)
            .map((row): Point => [dayNumber(row.forecastDate) * DAY_MS, expected(row)]),
    };
}

export function draftSeries(draft: Draft | null, colors: Palette): object {
    return {
        name: 'Being changed',
        type: 'scatter',
        symbol: 'diamond',
        symbolSize: 22,
        z: 10,
        cursor: 'ns-resize',
        tooltip: { show: false },
        itemStyle: { color: colors.override, borderColor: colors.surface, borderWidth: 2 },
        label: {
            show: true,
            position: 'top',
            color: colors.text,
            fontWeight: 'bold',
            formatter: draft === null ? '' : quantity(draft.quantity),
        },
        data: draft === null ? [] : [[dayNumber(draft.date) * DAY_MS, draft.quantity]],
    };
}
