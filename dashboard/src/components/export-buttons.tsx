import { send } from '../api/client.ts';
import { getSuggestions } from '../api/operations.ts';
import type { Material, Series } from '../api/types.ts';
import type { SeriesData } from '../chart/model.ts';
import { demandCsv, download, forecastsCsv, recommendationsCsv } from '../csv.ts';
import { useAction } from '../state/use-action.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
    series: Series;
    material: Material;
    data: SeriesData | null;
}

/** Three files: what was sold, what is expected, what was proposed to order. */
export function ExportButtons({ series, material, data }: Props) {
    const today = new Date().toISOString().slice(0, 10);
    const name = (what: string): string => `${what}_${material.materialCode}_${today}.csv`;
    const recommendations = useAction(async () => {
        const answer = await send(getSuggestions, series);
        download(
            name('recommendations'),
            recommendationsCsv(material, answer.getReplenishmentRecommendations),
        );
    });
    return (
        <div class="exports" role="group" aria-label="Export as CSV">
            <span class="exports-name" aria-hidden="true">
                CSV
            </span>
            <button
                type="button"
                class="button small"
                disabled={data === null}
                onClick={() => data !== null && download(name('demand'), demandCsv(material, data.demand))}
            >
                Demand
            </button>
            <button
                type="button"
                class="button small"
                disabled={data === null}
                onClick={() => data !== null && download(name('forecasts'), forecastsCsv(material, data.forecasts))}
            >
                Forecasts
            </button>
            <button
                type="button"
                class="button small"
                disabled={recommendations.busy}
                onClick={() => void recommendations.run()}
            >
                Recommendations
            </button>
            {recommendations.error !== null && <ErrorNote error={recommendations.error} />}
        </div>
    );
}
