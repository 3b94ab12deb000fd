import { useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { explainSuggestion } from '../api/operations.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { SkeletonRows } from './skeleton.tsx';

/** Every step of the calculation, in sentences. Asked for when it is opened. */
export function ExplainSuggestion({ suggestionId, changes }: { suggestionId: string; changes: number }) {
    const [open, setOpen] = useState(false);
    const load = useLoad(
        open ? suggestionId : null,
        async (signal) => (await send(explainSuggestion, { suggestionId }, signal)).explainSuggestion,
        changes,
    );
    const lines = (load.data?.text ?? '').split('\n').filter((line) => line !== '');
    return (
        <details class="explain" open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
            <summary>How this was calculated</summary>
            {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
            {load.loading && load.data === null && <SkeletonRows count={6} shape="line" />}
            <dl class="steps">
                {lines.map((line) => {
                    const colon = line.indexOf(': ');
                    return (
                        <div key={line}>
                            <dt>{colon > 0 ? line.slice(0, colon) : ''}</dt>
                            <dd>{colon > 0 ? line.slice(colon + 2) : line}</dd>
                        </div>
                    );
                })}
            </dl>
        </details>
    );
}
