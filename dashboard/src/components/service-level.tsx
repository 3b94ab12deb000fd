import { useEffect, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { getStockAtLevel, simulatePolicy } from '../api/operations.ts';
import type { PolicyResult, Series, StockPolicy } from '../api/types.ts';
import { money, quantity, share, withUnit } from '../format.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { ServiceChart } from './service-chart.tsx';

interface Props {
    series: Series;
    unit: string;
    changes: number;
}

const LEVELS = [0.8, 0.85, 0.9, 0.925, 0.95, 0.965, 0.975, 0.98, 0.99, 0.995];

/** What a service level would have cost: the policy replayed over this material's last 90 days. */
export function ServiceLevel({ series, unit, changes }: Props) {
    const curve = useLoad(
        'curve',
        async (signal) => (await send(simulatePolicy, { ...series, serviceLevels: LEVELS }, signal)).simulatePolicy,
        changes,
    );
    const [at, setAt] = useState(LEVELS.indexOf(0.95));
    const level = LEVELS[at] ?? 0.95;
    const stock = useStockAt(series, level, changes);
    const here = curve.data?.find((row) => Math.abs(row.serviceLevel - level) < 1e-6) ?? null;
    return (
        <section class="panel service" aria-label="Service level" aria-busy={curve.loading}>
            <div class="panel-head">
                <h3>Service level and its cost</h3>
                <span class="muted">last 90 days replayed, or fewer where the history is short</span>
            </div>
            <label class="slider">
                <span class="field-name">
                    Service level <output>{share(level)}</output>
                </span>
                <input
                    type="range"
                    min={0}
                    max={LEVELS.length - 1}
                    step={1}
                    value={at}
                    aria-valuetext={share(level)}
                    onInput={(event) => setAt(event.currentTarget.valueAsNumber)}
                />
            </label>
            {curve.error !== null && <ErrorNote error={curve.error} onRetry={curve.reload} />}
            {curve.data !== null && curve.data.length === 0 ? (
                <p class="none service-none">
                    The history is too short to replay 90 days of it. Safety stock for the level chosen is below.
                </p>
            ) : (
                <ServiceChart rows={curve.data} level={level} />
            )}
            <dl class="facts">
                {facts(stock.data?.policy ?? null, here, unit).map(([name, value]) => (
                    <div key={name}>
                        <dt>{name}</dt>
                        <dd>{value}</dd>
                    </div>
                ))}
            </dl>
            {stock.error !== null && <ErrorNote error={stock.error} onRetry={stock.reload} />}
        </section>
    );
}

/** Safety stock at a level, asked for when the slider rests. */
function useStockAt(series: Series, level: number, changes: number) {
    const [rested, setRested] = useState(level);
    useEffect(() => {
        const timer = setTimeout(() => setRested(level), 200);
        return () => clearTimeout(timer);
    }, [level]);
    return useLoad(
        `level ${rested}`,
        async (signal) => ({
            policy: (await send(getStockAtLevel, { ...series, serviceLevel: rested }, signal)).calculateSafetyStock,
        }),
        changes,
    );
}

function facts(stock: StockPolicy | null, here: PolicyResult | null, unit: string): [string, string][] {
    const now: [string, string][] = [
        ['Safety stock', withUnit(stock?.safetyStockQuantity, unit)],
        ['Reorder point', withUnit(stock?.reorderPoint, unit)],
    ];
    if (here === null) return now;
    return [
        ...now,
        ['Demand met', share(here.fillRate)],
        ['Average stock', withUnit(here.averageStock, unit)],
        ['Orders placed', quantity(here.orders)],
        ['Cost of these days', money(here.totalCost)],
    ];
}
