import { useRef } from 'preact/hooks';
import type { Facility, Place, WorkItem } from '../api/types.ts';
import { quantity } from '../format.ts';
import { useWorklist } from '../state/use-worklist.ts';
import { ErrorNote } from './error-note.tsx';
import { SkeletonRows } from './skeleton.tsx';
import { WorklistItem } from './worklist-item.tsx';

interface Props {
    tenantId: string | null;
    facility: Facility | null;
    selectedId: string | null;
    changes: number;
    onSelect: (material: Place) => void;
    onChanged: (message: string) => void;
}

export function Worklist({ tenantId, facility, selectedId, changes, onSelect, onChanged }: Props) {
    const { load, shown, names, more } = useWorklist(tenantId, facility, changes);
    const all = load.data ?? [];
    const list = useRef<HTMLDivElement>(null);
    const decided = (message: string): void => {
        // The card that had the focus goes: the list keeps it.
        list.current?.focus({ preventScroll: true });
        onChanged(message);
    };
    const asMaterial = (s: WorkItem): Place => ({
        materialId: s.materialId,
        materialCode: names.get(s.materialId)?.materialCode ?? '',
        materialName: names.get(s.materialId)?.materialName ?? '',
        category: null,
        abcClass: null,
        primaryUom: s.recommendedOrderUom ?? '',
        facilityId: s.facilityId,
        facilityName: facility?.facilityName ?? null,
    });
    return (
        <section class="panel worklist" aria-label="Suggestions to decide on" aria-busy={load.loading}>
            <div class="panel-head">
                <h2>To decide</h2>
                <span class="muted">{load.data === null ? ' ' : counted(all)}</span>
            </div>
            <div ref={list} class="scroll worklist-scroll" tabIndex={0} role="region" aria-label="List, scrolls">
                {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
                {load.data === null && load.error === null && <SkeletonRows count={5} shape="card" />}
                {load.data !== null && all.length === 0 && (
                    <p class="none">Nothing waits for a decision here. The next night makes new suggestions.</p>
                )}
                <ul class="cards">
                    {shown.map((suggestion) => (
                        <WorklistItem
                            key={suggestion.suggestionId}
                            suggestion={suggestion}
                            named={names.get(suggestion.materialId) ?? null}
                            selected={suggestion.materialId === selectedId}
                            onSelect={() => onSelect(asMaterial(suggestion))}
                            onChanged={decided}
                        />
                    ))}
                </ul>
                {shown.length < all.length && (
                    <button type="button" class="button" onClick={more}>
                        Show more ({quantity(all.length - shown.length)} left)
                    </button>
                )}
            </div>
        </section>
    );
}

function counted(all: WorkItem[]): string {
    const urgent = all.filter((s) => s.urgencyLevel === 'CRITICAL' || s.urgencyLevel === 'HIGH').length;
    return `${quantity(all.length)} open, ${quantity(urgent)} urgent`;
}
