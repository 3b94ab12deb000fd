import { useEffect, useRef, useState } from 'preact/hooks';
import type { Material, Series } from '../api/types.ts';
import { type Draft, expected, type Range, type SeriesData } from '../chart/model.ts';
import { day, words } from '../format.ts';
import type { Load } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { ForecastChart } from './forecast-chart.tsx';
import { GenerateForm } from './generate-form.tsx';
import { OverrideForm } from './override-form.tsx';
import { Segments } from './segments.tsx';

const RANGES: readonly (readonly [Range, string])[] = [
    [60, '2 months'],
    [120, '4 months'],
    [null, 'All'],
];

interface Props {
    series: Series;
    material: Material;
    load: Load<SeriesData>;
    draft: Draft | null;
    onDraft: (draft: Draft | null) => void;
    onChanged: (message: string) => void;
}

/** The chart, and the two ways to change what it shows: a new forecast, and one's own figure for a day. */
export function ForecastPanel({ series, material, load, draft, onDraft, onChanged }: Props) {
    const [range, setRange] = useState<Range>(120);
    const adjust = useRef<HTMLButtonElement>(null);
    const adjusting = useRef(false);
    useEffect(() => {
        // The form goes with the focus in it: its button gets it back.
        if (adjusting.current && draft === null) adjust.current?.focus({ preventScroll: true });
        adjusting.current = draft !== null;
    }, [draft]);
    const forecasts = load.data?.forecasts ?? [];
    const first = forecasts[0];
    const beginDraft = (): void => {
        if (first !== undefined) onDraft({ date: first.forecastDate, quantity: expected(first) });
    };
    return (
        <section class="panel forecast-panel" aria-label="Demand and forecast" aria-busy={load.loading}>
            <div class="panel-head">
                <div>
                    <h3>Demand and forecast, {material.primaryUom} a day</h3>
                    <p class="muted forecast-facts">
                        {first === undefined
                            ? ' '
                            : `${words(first.forecastAlgorithm)}, version ${first.forecastVersion}, ` +
                              `${forecasts.length} days from ${day(first.forecastDate)}`}
                    </p>
                </div>
                <GenerateForm series={series} current={first ?? null} onChanged={onChanged} />
            </div>
            {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
            <ForecastChart data={load.data} unit={material.primaryUom} range={range} draft={draft} onDraft={onDraft} />
            <div class="chart-tools">
                <Segments label="History shown" choices={RANGES} value={range} onValue={setRange} />
                <button
                    ref={adjust}
                    type="button"
                    class="button small"
                    aria-expanded={draft !== null}
                    disabled={first === undefined}
                    onClick={() => (draft === null ? beginDraft() : onDraft(null))}
                >
                    {draft === null ? 'Adjust a day' : 'Stop adjusting'}
                </button>
            </div>
            {draft !== null && (
                <OverrideForm
                    series={series}
                    unit={material.primaryUom}
                    forecasts={forecasts}
                    draft={draft}
                    onDraft={onDraft}
                    onChanged={onChanged}
                />
            )}
        </section>
    );
}
