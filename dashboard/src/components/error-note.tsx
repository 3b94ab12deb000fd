import type { ApiError } from '../api/errors.ts';

interface Props {
    error: ApiError;
    onRetry?: () => void;
    retryLabel?: string;
}

/** What went wrong, what to do, and the button that does it. */
export function ErrorNote({ error, onRetry, retryLabel = 'Try again' }: Props) {
    if (error.kind === 'cancelled') return null;
    return (
        <div role="alert" class="note note-error">
            <p>
                <strong>{error.message}</strong> {error.advice}
            </p>
            {error.detail !== null && <p class="note-detail">{error.detail}</p>}
            {onRetry !== undefined && (
                <button type="button" class="button small" onClick={onRetry}>
                    {retryLabel}
                </button>
            )}
        </div>
    );
}
