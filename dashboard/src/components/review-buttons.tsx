import { send } from '../api/client.ts';
import { reviewSuggestion } from '../api/operations.ts';
import type { Decision, WorkItem } from '../api/types.ts';
import { exactly } from '../format.ts';
import { useAction } from '../state/use-action.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
    suggestion: WorkItem;
    /** What screen readers hear besides the verb. */
    name: string;
    notes?: string;
    onChanged: (message: string) => void;
}

export function ReviewButtons({ suggestion, name, notes, onChanged }: Props) {
    const review = useAction(async (decision: Decision) => {
        await send(reviewSuggestion, {
            suggestionId: suggestion.suggestionId,
            decision,
            notes: notes === undefined || notes === '' ? null : notes,
            // What is on the screen is what is decided on.
            generatedAt: suggestion.suggestionGenerationTimestamp,
        });
        const order = exactly(suggestion.recommendedOrderQuantity, suggestion.recommendedOrderUom);
        onChanged(`${decision === 'APPROVED' ? 'Approved' : 'Rejected'}: ${order} of ${name}.`);
    });
    return (
        <div class="review">
            {suggestion.suggestionStatus === 'PENDING' && (
                <button
                    type="button"
                    class="button small primary"
                    disabled={review.busy}
                    aria-label={`Approve ${name}`}
                    onClick={() => void review.run('APPROVED')}
                >
                    Approve
                </button>
            )}
            <button
                type="button"
                class="button small"
                disabled={review.busy}
                aria-label={`Reject ${name}`}
                onClick={() => void review.run('REJECTED')}
            >
                Reject
            </button>
            {review.error !== null && (
                <ErrorNote
                    error={review.error}
                    onRetry={() => {
                        review.dismiss();
                        onChanged('');
                    }}
                    retryLabel="Reload the list"
                />
            )}
        </div>
    );
}
