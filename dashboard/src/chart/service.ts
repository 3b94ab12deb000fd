// The service-cost curve: what each service level would have cost in the days replayed.

import type { PolicyResult } from '../api/types.ts';
import { money, quantity, share } from '../format.ts';
import { drawn, FONT, KEYS, tooltip, type Drawn, type EChartsCoreOption, type Palette } from './echarts.ts';

interface State {
    rows: PolicyResult[];
    level: number;
}

export function drawService(element: HTMLElement): Drawn<State> {
    return drawn<State>(element, option);
}

function option({ rows, level }: State, colors: Palette): EChartsCoreOption {
    const line = (name: string, color: string, cost: (row: PolicyResult) => number | null, dash: number[] | 'solid') => ({
        name,
        type: 'line',
        symbol: 'none',
        itemStyle: { color },
        lineStyle: { width: name === 'Total' ? 2.6 : 1.6, type: dash },
        data: rows.map((row) => cost(row)),
    });
    return {
        animation: false,
        textStyle: { fontFamily: FONT },
        grid: { left: 8, right: 14, top: 34, bottom: 4, containLabel: true },
        legend: {
            top: 0,
            left: 0,
            itemWidth: 20,
            itemHeight: 8,
            textStyle: { color: colors.text, fontSize: 12 },
            data: [
                { name: 'Total', icon: KEYS.line },
                { name: 'Holding', icon: KEYS.dotted },
                { name: 'Shortage', icon: KEYS.dashed },
            ],
        },
        tooltip: {
            trigger: 'axis',
            confine: true,
            backgroundColor: colors.surface,
            borderColor: colors.line,
            formatter: (hits: unknown) => tip(rows, hits),
        },
        // Levels as steps of equal width: they crowd towards 100%.
        xAxis: {
            type: 'category',
            boundaryGap: false,
            data: rows.map((row) => share(row.serviceLevel)),
            axisLabel: { color: colors.muted, hideOverlap: true },
            axisLine: { lineStyle: { color: colors.line } },
            axisTick: { show: false },
        },
        yAxis: {
            type: 'value',
            axisLabel: { color: colors.muted, formatter: (value: number) => quantity(value) },
            splitLine: { lineStyle: { color: colors.line } },
        },
        series: [
            {
                ...line('Total', colors.cost, (row) => row.totalCost, 'solid'),
                markLine: {
                    silent: true,
                    symbol: 'none',
                    label: { show: false },
                    lineStyle: { color: colors.override, width: 2, type: 'solid' },
                    data: [{ xAxis: share(level) }],
                },
            },
            line('Holding', colors.demand, (row) => row.holdingCost, [2, 2]),
            line('Shortage', colors.forecast, (row) => row.shortageCost, [6, 3]),
        ],
    };
}

function tip(rows: PolicyResult[], hits: unknown): HTMLElement | string {
    const first = (Array.isArray(hits) ? hits[0] : hits) as { dataIndex?: unknown } | undefined;
    const row = typeof first?.dataIndex === 'number' ? rows[first.dataIndex] : undefined;
    if (row === undefined) return '';
    return tooltip(`${share(row.serviceLevel)} service level`, [
        ['Total', money(row.totalCost)],
        ['Holding', money(row.holdingCost)],
        ['Ordering', money(row.orderingCost)],
        ['Shortage', money(row.shortageCost)],
        ['Demand met', share(row.fillRate)],
    ]);
}
