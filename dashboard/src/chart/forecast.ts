// Demand and forecast: demand as a line (bars where it comes rarely), the forecast dashed with its 80 and
// 95% bands, figures changed by hand as diamonds, and the one being changed as a large diamond to drag.

import { day, quantity, shortDay, weekdayOf } from '../format.ts';
import { drawn, FONT, KEYS, tooltip, type Drawn, type ECharts, type EChartsCoreOption, type Palette } from './echarts.ts';
import { band, demandSeries, draftSeries, forecastSeries, overrideSeries } from './forecast-series.ts';
import { DAY_MS, dayNumber, dayOf, isDense, type Draft, type Range, type SeriesData } from './model.ts';

export interface ForecastState {
    data: SeriesData;
    unit: string;
    range: Range;
    draft: Draft | null;
}

export interface ForecastDrawing {
    onDraft: (draft: Draft) => void;
}

export function drawForecast(element: HTMLElement, drawing: ForecastDrawing): Drawn<ForecastState> {
    return drawn<ForecastState>(element, option, (chart, latest) => {
        chart.on('finished', () => {
            if (latest() !== null) performance.mark('chart-drawn');
        });
        letDrag(chart, latest, drawing);
    });
}

/** While a day is being changed, pressing and dragging in the forecast moves its diamond. */
function letDrag(chart: ECharts, latest: () => ForecastState | null, drawing: ForecastDrawing): void {
    let dragging = false;
    const move = (x: number, y: number): void => {
        const state = latest();
        const at = chart.convertFromPixel('grid', [x, y]);
        const [time, value] = at;
        if (state === null || time === undefined || value === undefined) return;
        const date = dayOf(Math.round(time / DAY_MS));
        if (!state.data.forecasts.some((f) => f.forecastDate === date)) return;
        const rounded = Math.abs(value) >= 100 ? Math.round(value) : Math.round(value * 10) / 10;
        drawing.onDraft({ date, quantity: Math.max(0, rounded) });
    };
    const pointer = chart.getZr();
    pointer.on('mousedown', (event) => {
        if ((latest()?.draft ?? null) === null) return;
        if (!chart.containPixel('grid', [event.offsetX, event.offsetY])) return;
        dragging = true;
        move(event.offsetX, event.offsetY);
    });
    pointer.on('mousemove', (event) => {
        if (dragging) move(event.offsetX, event.offsetY);
    });
    for (const end of ['mouseup', 'globalout'] as const) {
        pointer.on(end, () => {
            dragging = false;
        });
    }
}

function option(state: ForecastState, colors: Palette, width: number): EChartsCoreOption {
    const { demand, forecasts } = state.data;
    const last = forecasts[forecasts.length - 1]?.forecastDate ?? demand[demand.length - 1]?.demandDate;
    const from = firstShown(state);
    const narrow = width < 520;
    return {
        animation: false,
        textStyle: { fontFamily: FONT },
        useUTC: true,
        grid: { left: 8, right: 12, top: narrow ? 48 : 34, bottom: narrow ? 12 : 44, containLabel: true },
        legend: legend(state.data, colors, narrow),
        tooltip: {
            trigger: 'axis',
            confine: true,
            backgroundColor: colors.surface,
            borderColor: colors.line,
            axisPointer: { type: 'line', lineStyle: { color: colors.muted } },
            formatter: (hits: unknown) => tip(state, hits),
        },
        dataZoom: [
            { type: 'inside', startValue: from, zoomOnMouseWheel: 'ctrl', disabled: state.draft !== null },
            ...(narrow ? [] : [slider(from, colors)]),
        ],
        xAxis: dayAxis(last, colors),
        yAxis: quantityAxis(colors),
        series: [
            ...band('95% band', forecasts, (f) => [f.lowerBound95Pct, f.upperBound95Pct], colors.forecast, 0.16),
            ...band('80% band', forecasts, (f) => [f.lowerBound80Pct, f.upperBound80Pct], colors.forecast, 0.26),
            demandSeries(state.data, colors),
            forecastSeries(forecasts, colors),
            overrideSeries(forecasts, colors),
            draftSeries(state.draft, colors),
        ],
    };
}

function legend({ demand, forecasts }: SeriesData, colors: Palette, narrow: boolean): object {
    return {
        top: 0,
        left: 0,
        itemWidth: 20,
        itemHeight: 9,
        itemGap: narrow ? 8 : 16,
        textStyle: { color: colors.text, fontSize: 12 },
        data: [
            { name: 'Demand', icon: isDense(demand) ? KEYS.line : KEYS.dotted },
            { name: 'Forecast', icon: KEYS.dashed },
            { name: '80% band', icon: KEYS.band },
            { name: '95% band', icon: KEYS.band },
            ...(forecasts.some((row) => row.isManuallyOverridden) ? [{ name: 'By hand', icon: 'diamond' }] : []),
        ],
    };
}

function dayAxis(last: string | undefined, colors: Palette): object {
    return {
        type: 'time',
        max: last === undefined ? undefined : dayNumber(last) * DAY_MS,
        axisLabel: { color: colors.muted, hideOverlap: true, formatter: (at: number) => axisDay(at) },
        axisLine: { lineStyle: { color: colors.line } },
        axisTick: { lineStyle: { color: colors.line } },
        splitLine: { show: false },
    };
}

function quantityAxis(colors: Palette): object {
    return {
        type: 'value',
        min: 0,
        // A series of zeros still gets an axis that says something.
        max: (extent: { max: number }) => (extent.max < 1 ? 1 : null),
        axisLabel: { color: colors.muted, formatter: (value: number) => quantity(value) },
        splitLine: { lineStyle: { color: colors.line } },
    };
}

function firstShown({ data, range }: ForecastState): number | undefined {
    const first = data.demand[0];
    const last = data.demand[data.demand.length - 1];
    if (first === undefined || last === undefined) return undefined;
    const start = dayNumber(first.demandDate);
    const begin = data.forecasts[0] === undefined ? dayNumber(last.demandDate) : dayNumber(data.forecasts[0].forecastDate);
    return Math.max(start, range === null ? start : begin - range) * DAY_MS;
}

function slider(from: number | undefined, colors: Palette): object {
    return {
        type: 'slider',
        startValue: from,
        height: 18,
        bottom: 8,
        borderColor: colors.line,
        fillerColor: 'rgba(127, 127, 127, 0.18)',
        textStyle: { color: colors.muted },
        labelFormatter: (at: number) => shortDay(dayOf(Math.round(at / DAY_MS))),
        dataBackground: { lineStyle: { color: colors.muted }, areaStyle: { color: colors.line } },
        selectedDataBackground: { lineStyle: { color: colors.muted }, areaStyle: { color: colors.line } },
        handleStyle: { borderColor: colors.muted, color: colors.surface },
        moveHandleStyle: { color: colors.line },
    };
}

function axisDay(at: number): string {
    const date = dayOf(Math.round(at / DAY_MS));
    return date.endsWith('-01-01') ? date.slice(0, 4) : shortDay(date);
}

function tip({ data, unit }: ForecastState, hits: unknown): HTMLElement | string {
    const first = (Array.isArray(hits) ? hits[0] : hits) as { axisValue?: unknown } | undefined;
    if (typeof first?.axisValue !== 'number') return '';
    const date = dayOf(Math.round(first.axisValue / DAY_MS));
    const title = `${weekdayOf(date)} ${day(date)}`;
    const sold = data.demand.find((row) => row.demandDate === date);
    const row = data.forecasts.find((f) => f.forecastDate === date);
    const rows: [string, string][] = [];
    if (sold !== undefined) rows.push(['Demand', `${quantity(sold.actualDemandQuantity)} ${unit}`]);
    if (row !== undefined) {
        rows.push(['Forecast', `${quantity(row.forecastedDemandQuantity)} ${unit}`]);
        if (row.isManuallyOverridden) rows.push(['By hand', `${quantity(row.manualOverrideQuantity)} ${unit}`]);
        rows.push(['80%', `${quantity(row.lowerBound80Pct)} to ${quantity(row.upperBound80Pct)}`]);
        rows.push(['95%', `${quantity(row.lowerBound95Pct)} to ${quantity(row.upperBound95Pct)}`]);
    }
    return tooltip(title, rows);
}
