import { useCallback, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { getSession } from '../api/operations.ts';
import type { Material, Session } from '../api/types.ts';
import { useLoad } from '../state/use-load.ts';
import { useSelection } from '../state/use-selection.ts';
import { EmptyState } from './empty-state.tsx';
import { ErrorNote } from './error-note.tsx';
import { Header } from './header.tsx';
import { MaterialSearch } from './material-search.tsx';
import { MaterialView } from './material-view.tsx';
import { StatusStrip } from './status-strip.tsx';
import { Toast } from './toast.tsx';
import { Worklist } from './worklist.tsx';

interface Props {
    bearer: string;
    onSignOut: () => void;
}

/** The page: who is signed in, what runs, what to order, and the material that was chosen. */
export function Dashboard({ bearer, onSignOut }: Props) {
    const session = useLoad('session', (signal) => send(getSession, {}, signal));
    const [facilityId, setFacilityId] = useState<string | null>(null);
    const [material, setMaterial] = useSelection(session.data !== null);
    const [message, setMessage] = useState('');
    const [changes, setChanges] = useState(0);

    const facilities = session.data?.getFacilities ?? [];
    const shownId = material?.facilityId ?? facilityId;
    const facility = facilities.find((f) => f.facilityId === shownId) ?? facilities[0] ?? null;
    const identity: Session | null = session.data?.getSession ?? null;

    const select = (chosen: Material): void => {
        // A material that is nowhere yet is looked at where the reader is.
        const at = chosen.facilityId ?? facility?.facilityId ?? null;
        if (at === null) return;
        setMaterial({ ...chosen, facilityId: at });
        setFacilityId(at);
        document.getElementById('material')?.focus({ preventScroll: true });
    };
    const changed = useCallback((what: string): void => {
        setMessage(what);
        setChanges((n) => n + 1);
    }, []);
    const chooseFacility = (id: string): void => {
        setFacilityId(id);
        setMaterial(null);
    };

    if (session.error !== null && session.data === null) {
        // Nothing else can be asked for: no grey shapes that wait for what does not come.
        return (
            <main class="door">
                <div class="panel">
                    <h1>Inventory forecasting</h1>
                    <ErrorNote error={session.error} onRetry={session.reload} />
                </div>
            </main>
        );
    }
    return (
        <>
            <a class="skip-link" href="#material">
                Skip to the material
            </a>
            <Header
                session={identity}
                bearer={bearer}
                facilities={facilities}
                facility={facility}
                onFacility={chooseFacility}
                onSignOut={onSignOut}
            />
            <StatusStrip ready={identity !== null} changes={changes} />
            <div class="page">
                <aside class="side" aria-label="What to order">
                    <Worklist
                        tenantId={identity?.tenantId ?? null}
                        facility={facility}
                        selectedId={material?.materialId ?? null}
                        changes={changes}
                        onSelect={select}
                        onChanged={changed}
                    />
                </aside>
                <main class="main">
                    <MaterialSearch ready={identity !== null} selected={material} onSelect={select} />
                    <div id="material" tabIndex={-1} class="material">
                        {material === null || identity === null ? (
                            <EmptyState />
                        ) : (
                            <MaterialView
                                key={`${material.facilityId}/${material.materialId}`}
                                tenantId={identity.tenantId}
                                material={material}
                                changes={changes}
                                onChanged={changed}
                            />
                        )}
                    </div>
                </main>
            </div>
            <Toast message={message} onDone={() => setMessage('')} />
        </>
    );
}
