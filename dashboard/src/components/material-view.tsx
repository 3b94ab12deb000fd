import { useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { getSeries } from '../api/operations.ts';
import type { Material, Place, Series } from '../api/types.ts';
import { useLoad } from '../state/use-load.ts';
import type { Draft } from '../chart/model.ts';
import { ExplainForecast } from './explain-forecast.tsx';
import { ExportButtons } from './export-buttons.tsx';
import { ForecastPanel } from './forecast-panel.tsx';
import { KpiCards } from './kpi-cards.tsx';
import { SeriesTable } from './series-table.tsx';
import { ServiceLevel } from './service-level.tsx';
import { SuggestionPanel } from './suggestion-panel.tsx';

interface Props {
    tenantId: string;
    material: Place;
    changes: number;
    onChanged: (message: string) => void;
}

/** Everything about one material at one facility. */
export function MaterialView({ tenantId, material, changes, onChanged }: Props) {
    const series: Series = { tenantId, facilityId: material.facilityId, materialId: material.materialId };
    const load = useLoad(
        'series',
        async (signal) => {
            const answer = await send(getSeries, series, signal);
            performance.mark('series-loaded');
            return { demand: answer.getDemandHistory, forecasts: answer.getMaterialForecasts };
        },
        changes,
    );
    const [draft, setDraft] = useState<Draft | null>(null);

    return (
        <>
            <div class="material-head">
                <div>
                    <h2>
                        <span class="material-code">{material.materialCode}</span> {material.materialName}
                    </h2>
                    <p class="muted">{about(material)}</p>
                </div>
                <ExportButtons series={series} material={material} data={load.data} />
            </div>
            <KpiCards series={series} unit={material.primaryUom} changes={changes} />
            <ForecastPanel
                series={series}
                material={material}
                load={load}
                draft={draft}
                onDraft={setDraft}
                onChanged={onChanged}
            />
            <div class="pair">
                <SeriesTable load={load} unit={material.primaryUom} onPick={setDraft} />
                <SuggestionPanel series={series} changes={changes} onChanged={onChanged} />
            </div>
            <div class="pair">
                <ServiceLevel series={series} unit={material.primaryUom} changes={changes} />
                <ExplainForecast series={series} unit={material.primaryUom} changes={changes} />
            </div>
        </>
    );
}

function about(material: Material): string {
    return [
        material.facilityName,
        material.category,
        material.abcClass === null ? null : `class ${material.abcClass}`,
        `counted in ${material.primaryUom}`,
    ]
        .filter((part) => part !== null && part !== '')
        .join(' · ');
}
