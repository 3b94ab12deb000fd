import { send } from '../api/client.ts';
import { getFigures } from '../api/operations.ts';
import type { AccuracySummary, Series, StockPolicy } from '../api/types.ts';
import { percent, quantity, share, signed, words } from '../format.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { KpiCard } from './kpi-card.tsx';

interface Props {
    series: Series;
    unit: string;
    changes: number;
}

export function KpiCards({ series, unit, changes }: Props) {
    const load = useLoad('figures', (signal) => send(getFigures, series, signal), changes);
    if (load.error !== null && load.data === null) return <ErrorNote error={load.error} onRetry={load.reload} />;
    const loading = load.data === null;
    const summary = load.data?.getForecastAccuracySummary[0] ?? null;
    const stock = load.data?.calculateSafetyStock ?? null;
    const mape = measured(summary, 'Mape');
    const bias = measured(summary, 'Bias');
    return (
        <section class="kpis" aria-label="Key figures" aria-busy={loading}>
            {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
            <KpiCard
                id="kpi-mape"
                name="MAPE"
                loading={loading}
                value={percent(mape.value)}
                note={mape.value === null ? 'no forecast measured yet' : `mean error, ${mape.period}`}
            />
            <KpiCard
                id="kpi-bias"
                name="Bias"
                loading={loading}
                value={signed(bias.value)}
                unit={bias.value === null ? '' : `${unit}/day`}
                note={bias.value === null ? 'no forecast measured yet' : `${leaning(bias.value)}, ${bias.period}`}
            />
            <KpiCard
                id="kpi-safety-stock"
                name="Safety stock"
                loading={loading}
                value={quantity(stock?.safetyStockQuantity)}
                unit={unit}
                note={stock === null ? 'no demand recorded' : `${share(stock.serviceLevel)} service, ${method(stock)}`}
            />
            <KpiCard
                id="kpi-reorder-point"
                name="Reorder point"
                loading={loading}
                value={quantity(stock?.reorderPoint)}
                unit={unit}
                note={stock === null ? 'no demand recorded' : `over ${quantity(stock.avgLeadTimeDays)} days of lead time`}
            />
        </section>
    );
}

/** The shortest of the periods that has been measured. */
function measured(
    summary: AccuracySummary | null,
    what: 'Mape' | 'Bias',
): { value: number | null; period: string } {
    for (const days of [30, 60, 90] as const) {
        const value = summary?.[`last${days}Days${what}`] ?? null;
        if (value !== null) return { value, period: `last ${days} days` };
    }
    return { value: null, period: '' };
}

function leaning(bias: number): string {
    if (Math.abs(bias) < 0.05) return 'balanced';
    return bias > 0 ? 'forecast too high' : 'forecast too low';
}

function method(stock: StockPolicy): string {
    return words(stock.calculationMethod).toLowerCase();
}
