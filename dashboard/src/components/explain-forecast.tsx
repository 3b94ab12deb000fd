import { send } from '../api/client.ts';
import { explainForecast } from '../api/operations.ts';
import type { ForecastExplanation, Series } from '../api/types.ts';
import { day, NOTHING, percent, quantity, share, signed, withUnit, words } from '../format.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { SkeletonRows } from './skeleton.tsx';
import { TriedModels } from './tried-models.tsx';

interface Props {
    series: Series;
    unit: string;
    changes: number;
}

/** Which models were tried, how they did, and why this one was taken. */
export function ExplainForecast({ series, unit, changes }: Props) {
    const load = useLoad(
        'explanation',
        async (signal) => ({ found: (await send(explainForecast, series, signal)).explainForecast }),
        changes,
    );
    const found = load.data?.found ?? null;
    return (
        <section class="panel explain-forecast" aria-label="Why this forecast" aria-busy={load.loading}>
            <div class="panel-head">
                <h3>Why this forecast</h3>
            </div>
            {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
            {load.data === null && load.error === null && <SkeletonRows count={9} shape="row" />}
            {load.data !== null && found === null && <p class="none">There is no forecast yet.</p>}
            {found !== null && (
                <>
                    <p>{found.reason}</p>
                    <dl class="facts">
                        {facts(found, unit).map(([name, value]) => (
                            <div key={name}>
                                <dt>{name}</dt>
                                <dd>{value}</dd>
                            </div>
                        ))}
                    </dl>
                    <TriedModels tried={found.tried} taken={found.algorithm ?? null} />
                </>
            )}
        </section>
    );
}

function facts(found: ForecastExplanation, unit: string): [string, string][] {
    const trained = found.trained_on;
    return [
        ['Model', words(found.algorithm)],
        ['Season', found.season_length == null ? 'none' : `${found.season_length} days`],
        ['Learned from', trained?.from === undefined ? NOTHING : `${quantity(trained.days)} days`],
        ['Until', day(trained?.through)],
        ['Confidence', share(found.confidence)],
        ['Test error', withUnit(found.backtest?.mae, unit)],
        ['Test MAPE', percent(found.backtest?.mape_pct)],
        ['Test bias', signed(found.backtest?.bias)],
    ];
}
