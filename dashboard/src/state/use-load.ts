import { useCallback, useEffect, useRef, useState } from 'preact/hooks';
import { type ApiError, asApiError } from '../api/errors.ts';

export interface Load<T> {
    /** The last answer; stays in place while a newer one is on its way, so that nothing jumps. */
    data: T | null;
    error: ApiError | null;
    loading: boolean;
    reload: () => void;
}

/**
 * Loads once for every value of `key`; null loads nothing. A newer key cancels the load before, so that a
 * late answer never stands under a newer question. A newer `version` loads the same anew.
 */
export function useLoad<T>(
    key: string | null,
    load: (signal: AbortSignal) => Promise<T>,
    version = 0,
): Load<T> {
    const [turn, setTurn] = useState(0);
    const [state, setState] = useState<{ key: string | null; data: T | null; error: ApiError | null; loading: boolean }>(
        { key, data: null, error: null, loading: key !== null },
    );
    const latest = useRef(load);
    latest.current = load;

    useEffect(() => {
        if (key === null) {
            setState({ key, data: null, error: null, loading: false });
            return;
        }
        const abort = new AbortController();
        setState((was) => ({ key, data: was.key === key ? was.data : null, error: null, loading: true }));
        latest.current(abort.signal).then(
            (data) => {
                if (!abort.signal.aborted) setState({ key, data, error: null, loading: false });
            },
            (failure: unknown) => {
                if (abort.signal.aborted) return;
                setState((was) => ({ ...was, error: asApiError(failure), loading: false }));
            },
        );
        return () => abort.abort();
    }, [key, turn, version]);

    const reload = useCallback(() => setTurn((n) => n + 1), []);
    // Until the effect has run, an answer to the former key must not be shown as one to this.
    return state.key === key
        ? { data: state.data, error: state.error, loading: state.loading, reload }
        : { data: null, error: null, loading: key !== null, reload };
}
