import { useRef, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { generateSuggestions, getSuggestions } from '../api/operations.ts';
import type { Series, Suggestion } from '../api/types.ts';
import { moment, words } from '../format.ts';
import { useAction } from '../state/use-action.ts';
import { useLoad } from '../state/use-load.ts';
import { ErrorNote } from './error-note.tsx';
import { ExplainSuggestion } from './explain-suggestion.tsx';
import { ReviewButtons } from './review-buttons.tsx';
import { SkeletonRows } from './skeleton.tsx';
import { SuggestionFacts } from './suggestion-facts.tsx';
import { UrgencyBadge } from './urgency-badge.tsx';

interface Props {
    series: Series;
    changes: number;
    onChanged: (message: string) => void;
}

/** What to order of this material, why, and the decision on it. */
export function SuggestionPanel({ series, changes, onChanged }: Props) {
    const load = useLoad(
        'suggestions',
        async (signal) => (await send(getSuggestions, series, signal)).getReplenishmentRecommendations,
        changes,
    );
    const [notes, setNotes] = useState('');
    const update = useAction(async () => {
        const answer = await send(generateSuggestions, series);
        onChanged(told(answer.generateReplenishmentRecommendations[0]?.suggestionStatus ?? null));
    });
    const current = newest(load.data ?? []);
    const panel = useRef<HTMLElement>(null);
    const decided = (message: string): void => {
        panel.current?.focus({ preventScroll: true });
        onChanged(message);
    };
    return (
        <section ref={panel} tabIndex={-1} class="panel suggestion" aria-label="Suggestion" aria-busy={load.loading}>
            <div class="panel-head">
                <h3>What to order</h3>
                <button type="button" class="button small" disabled={update.busy} onClick={() => void update.run()}>
                    {update.busy ? 'Computing…' : 'Compute again'}
                </button>
            </div>
            {update.error !== null && <ErrorNote error={update.error} />}
            {load.error !== null && <ErrorNote error={load.error} onRetry={load.reload} />}
            {load.data === null && load.error === null && <SkeletonRows count={7} shape="row" />}
            {load.data !== null && current === null && (
                <p class="none">Nothing to order: there is enough in stock and on order, or the material has no stock record or no history yet.</p>
            )}
            {current !== null && (
                <>
                    <p class="suggestion-status">
                        <UrgencyBadge level={current.urgencyLevel} />
                        <span class="badge">{words(current.suggestionStatus)}</span>
                        <span class="muted">{moment(current.suggestionGenerationTimestamp)}</span>
                    </p>
                    <p class="suggestion-reason">{current.suggestionReason}</p>
                    <SuggestionFacts suggestion={current} />
                    {(current.suggestionStatus === 'PENDING' || current.suggestionStatus === 'APPROVED') && (
                        <>
                            <label class="notes">
                                <span class="field-name">Note (optional)</span>
                                <input
                                    type="text"
                                    maxLength={500}
                                    value={notes}
                                    onInput={(event) => setNotes(event.currentTarget.value)}
                                />
                            </label>
                            <ReviewButtons
                                suggestion={current}
                                name="this suggestion"
                                notes={notes}
                                onChanged={decided}
                            />
                        </>
                    )}
                    {current.reviewedAt !== null && (
                        <p class="muted">
                            {words(current.suggestionStatus)} by {current.reviewedBy}, {moment(current.reviewedAt)}
                            {current.reviewNotes !== null && <>: “{current.reviewNotes}”</>}
                        </p>
                    )}
                    <ExplainSuggestion suggestionId={current.suggestionId} changes={changes} />
                </>
            )}
        </section>
    );
}

function told(status: Suggestion['suggestionStatus'] | null): string {
    if (status === null) return 'Nothing has to be ordered now.';
    if (status === 'APPROVED') return 'The approved order stays as it is; reject it to have it computed anew.';
    return 'The suggestion is up to date.';
}

/** The open one, else the last that was decided on; what a run has withdrawn is nobody's order. */
function newest(all: Suggestion[]): Suggestion | null {
    const open = all.find((s) => s.suggestionStatus === 'PENDING' || s.suggestionStatus === 'APPROVED');
    if (open !== undefined) return open;
    const decided = all.filter((s) => s.suggestionStatus !== 'EXPIRED');
    return decided.reduce<Suggestion | null>(
        (a, b) => (a === null || a.suggestionGenerationTimestamp < b.suggestionGenerationTimestamp ? b : a),
        null,
    );
}
