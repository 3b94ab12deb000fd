import { useEffect, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { searchMaterials } from '../api/operations.ts';
import type { Material, Place } from '../api/types.ts';
import { useLoad } from './use-load.ts';

/**
 * The material that is looked at. The address names it (?material=CODE&facility=ID), so it survives a reload
 * and can be passed on; whoever opens such a link needs a token of their own.
 */
export function useSelection(ready: boolean): [Place | null, (place: Place | null) => void] {
    const [place, setPlace] = useState<Place | null>(null);
    const [linked, setLinked] = useState(inAddress);
    const found = useLoad(ready && linked !== null ? linked.code : null, async (signal) => {
        const answer = await send(searchMaterials, { search: linked?.code ?? '', first: 100 }, signal);
        return answer.searchMaterials;
    });
    const select = (chosen: Place | null): void => {
        setLinked(null);
        setPlace(chosen);
        const query = chosen === null ? '' : `?${new URLSearchParams({ material: chosen.materialCode, facility: chosen.facilityId }).toString()}`;
        history.replaceState(null, '', location.pathname + query);
    };
    useEffect(() => {
        if (linked !== null && found.data !== null) select(pick(found.data, linked));
    }, [found.data]);
    return [place, select];
}

interface Linked {
    code: string;
    facilityId: string | null;
}

function inAddress(): Linked | null {
    const query = new URLSearchParams(location.search);
    const code = query.get('material');
    return code === null || code === '' ? null : { code, facilityId: query.get('facility') };
}

function pick(materials: Material[], linked: Linked): Place | null {
    const places = materials.filter(
        (m): m is Place => m.materialCode === linked.code && m.facilityId !== null,
    );
    return places.find((m) => m.facilityId === linked.facilityId) ?? places[0] ?? null;
}
