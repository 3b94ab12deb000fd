import { useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { getMaterialNames, getWorklist } from '../api/operations.ts';
import type { Facility, WorkItem } from '../api/types.ts';
import { type Load, useLoad } from './use-load.ts';

export interface Named {
    materialCode: string;
    materialName: string;
}

export interface Worklist {
    load: Load<WorkItem[]>;
    /** The part that is shown. */
    shown: WorkItem[];
    names: ReadonlyMap<string, Named>;
    more: () => void;
}

const PAGE = 20;

/** What waits for a decision, most urgent first; names are asked for only for what is shown. */
export function useWorklist(tenantId: string | null, facility: Facility | null, changes: number): Worklist {
    const facilityId = facility?.facilityId ?? null;
    const [count, setCount] = useState(PAGE);
    const load = useLoad(
        tenantId === null || facilityId === null ? null : `worklist ${facilityId}`,
        async (signal) => {
            if (tenantId === null || facilityId === null) return [];
            return (await send(getWorklist, { tenantId, facilityId }, signal)).getReplenishmentRecommendations;
        },
        changes,
    );
    const shown = (load.data ?? []).slice(0, count);
    const ids = shown.map((s) => s.materialId);
    const names = useLoad(ids.length === 0 ? null : `names ${facilityId ?? ''} ${ids.join()}`, async (signal) => {
        const answer = await send(getMaterialNames, { materialIds: ids }, signal);
        return new Map(answer.getMaterials.map((row) => [row.materialId, row]));
    });
    // Without names nobody knows what to approve.
    const nameless = load.error === null && names.error !== null;
    const both = nameless ? { ...load, error: names.error, reload: names.reload } : load;
    return { load: both, shown, names: names.data ?? new Map<string, Named>(), more: () => setCount((n) => n + PAGE) };
}
