import { useCallback, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors.ts';

export interface Action<Args extends unknown[]> {
    run: (...args: Args) => Promise<void>;
    busy: boolean;
    error: ApiError | null;
    dismiss: () => void;
}

/** Something the reader starts: one at a time, its failure kept until the next try. */
export function useAction<Args extends unknown[]>(act: (...args: Args) => Promise<void>): Action<Args> {
    const [busy, setBusy] = useState(false);
    const [error, setError] = useState<ApiError | null>(null);
    const run = async (...args: Args): Promise<void> => {
        if (busy) return;
        setBusy(true);
        setError(null);
        try {
            await act(...args);
        } catch (failure) {
            setError(asApiError(failure));
        } finally {
            setBusy(false);
        }
    };
    const dismiss = useCallback(() => setError(null), []);
    return { run, busy, error, dismiss };
}
