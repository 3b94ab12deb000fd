import { useEffect, useRef } from 'preact/hooks';
import type { ForecastDrawing, ForecastState } from '../chart/forecast.ts';
import type { Drawn } from '../chart/echarts.ts';
import { type Draft, expected, type Range, type SeriesData } from '../chart/model.ts';
import { day, quantity } from '../format.ts';
import { Skeleton } from './skeleton.tsx';

interface Props {
    data: SeriesData | null;
    unit: string;
    range: Range;
    draft: Draft | null;
    onDraft: (draft: Draft) => void;
}

export function ForecastChart({ data, unit, range, draft, onDraft }: Props) {
    const place = useRef<HTMLDivElement>(null);
    const chart = useRef<Promise<Drawn<ForecastState>> | null>(null);
    const drawing = useRef<ForecastDrawing>({ onDraft });
    drawing.current.onDraft = onDraft;

    useEffect(() => {
        const element = place.current;
        if (data === null || element === null) return;
        chart.current ??= import('../chart/forecast.ts').then((module) => module.drawForecast(element, drawing.current));
        let stale = false;
        void chart.current.then((drawn) => {
            if (!stale) drawn.update({ data, unit, range, draft });
        });
        return () => {
            stale = true;
        };
    }, [data, unit, range, draft]);
    useEffect(() => {
        // The drawing code comes while the data is still on its way.
        void import('../chart/forecast.ts');
        return () => void chart.current?.then((drawn) => drawn.dispose());
    }, []);

    const none = data !== null && data.demand.length === 0 && data.forecasts.length === 0;
    return (
        <div class="chart-place forecast-chart">
            {data === null && <Skeleton shape="chart" />}
            {none && <p class="none chart-none">No demand is recorded for this material at this facility.</p>}
            <div ref={place} id="forecast-chart" class="chart" role="img" aria-label={told(data, unit)} />
        </div>
    );
}

/** The chart in a sentence; the table has its numbers. */
function told(data: SeriesData | null, unit: string): string {
    if (data === null) return 'Chart of demand and forecast, loading';
    const first = data.forecasts[0];
    const total = data.forecasts.reduce((sum, row) => sum + expected(row), 0);
    const ahead =
        first === undefined
            ? 'no forecast'
            : `${quantity(total)} ${unit} expected over ${data.forecasts.length} days from ${day(first.forecastDate)}`;
    return `Chart: ${quantity(data.demand.length)} days with recorded demand; ${ahead}. The table below has the numbers.`;
}
