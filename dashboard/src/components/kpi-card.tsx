import { Skeleton } from './skeleton.tsx';

interface Props {
    id: string;
    name: string;
    value: string;
    unit?: string;
    note: string;
    loading: boolean;
}

export function KpiCard({ id, name, value, unit, note, loading }: Props) {
    return (
        <div class="panel kpi" id={id} role="group" aria-label={name}>
            <p class="kpi-name">{name}</p>
            <p class="kpi-value">
                {loading ? (
                    <Skeleton shape="figure" />
                ) : (
                    <>
                        {value} {unit !== undefined && unit !== '' && <span class="kpi-unit">{unit}</span>}
                    </>
                )}
            </p>
            <p class="kpi-note">{loading ? <Skeleton shape="line" /> : note}</p>
        </div>
    );
}
