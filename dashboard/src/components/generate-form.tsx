import { useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { generateForecasts } from '../api/operations.ts';
import type { ForecastDay, Series } from '../api/types.ts';
import { words } from '../format.ts';
import { useAction } from '../state/use-action.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
    series: Series;
    current: ForecastDay | null;
    onChanged: (message: string) => void;
}

const ALGORITHMS = [
    'AUTO',
    'MOVING_AVERAGE',
    'EXPONENTIAL_SMOOTHING',
    'HOLT_WINTERS',
    'ETS',
    'THETA',
    'CROSTON',
    'SBA',
    'TSB',
    'SEASONAL_NAIVE',
];
const HORIZONS = [30, 60, 90, 180, 365];

export function GenerateForm({ series, current, onChanged }: Props) {
    const [algorithm, setAlgorithm] = useState('AUTO');
    const [horizon, setHorizon] = useState(90);
    const generate = useAction(async () => {
        const answer = await send(generateForecasts, {
            ...series,
            forecastHorizonDays: horizon,
            forecastAlgorithm: algorithm,
        });
        onChanged(told(answer.generateForecasts[0] ?? null, current));
    });
    const submit = (event: Event): void => {
        event.preventDefault();
        void generate.run();
    };
    return (
        <form class="generate" onSubmit={submit}>
            <label>
                <span class="field-name">Model</span>
                <select value={algorithm} onChange={(event) => setAlgorithm(event.currentTarget.value)}>
                    {ALGORITHMS.map((name) => (
                        <option key={name} value={name}>
                            {words(name)}
                        </option>
                    ))}
                </select>
            </label>
            <label>
                <span class="field-name">Ahead</span>
                <select value={horizon} onChange={(event) => setHorizon(Number(event.currentTarget.value))}>
                    {HORIZONS.map((days) => (
                        <option key={days} value={days}>
                            {days} days
                        </option>
                    ))}
                </select>
            </label>
            <button type="submit" class="button primary" disabled={generate.busy}>
                {generate.busy ? 'Generating…' : 'Generate forecast'}
            </button>
            {generate.error !== null && <ErrorNote error={generate.error} />}
        </form>
    );
}

function told(made: Pick<ForecastDay, 'forecastVersion' | 'forecastAlgorithm'> | null, before: ForecastDay | null): string {
    if (made === null) return 'No forecast could be made: this material has no recorded demand, or is not to be forecast.';
    if (before !== null && made.forecastVersion === before.forecastVersion) {
        return `Nothing has changed since version ${made.forecastVersion}, so it stands.`;
    }
    return `Version ${made.forecastVersion} is in force: ${words(made.forecastAlgorithm)}.`;
}
