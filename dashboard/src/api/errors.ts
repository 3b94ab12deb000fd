// Every failure of a call, as something a person can act on: what happened, and what to do now.

export type ErrorKind = 'session' | 'unreachable' | 'server' | 'refused' | 'cancelled';

export class ApiError extends Error {
    override readonly name = 'ApiError';

    constructor(
        readonly kind: ErrorKind,
        message: string,
        /** What to do now. */
        readonly advice: string,
        /** What the server adds: its DETAIL. */
        readonly detail: string | null = null,
    ) {
        super(message);
    }
}

export function unreachable(): ApiError {
    return new ApiError(
        'unreachable',
        'The server cannot be reached.',
        'Check your connection, then try again. If it stays so, tell whoever runs the server.',
    );
}

export function sessionEnded(): ApiError {
    return new ApiError(
        'session',
        'Your session has ended.',
        'Open the dashboard again through the link you were given, or paste a new token.',
    );
}

export function serverFailed(status: number): ApiError {
    return new ApiError(
        'server',
        `The server is not able to answer right now (HTTP ${status}).`,
        'Try again in a minute. If it stays so, tell whoever runs the server.',
    );
}

export function cancelled(): ApiError {
    return new ApiError('cancelled', 'Cancelled.', '');
}

interface GraphQlError {
    message: string;
    extensions?: Record<string, unknown>;
}

/** An error of the database: its own words, its HINT as the advice. */
export function refused(errors: GraphQlError[]): ApiError {
    const first = errors[0];
    const extensions = first?.extensions ?? {};
    const words = (name: string): string | null => {
        const value = extensions[name];
        return typeof value === 'string' && value !== '' ? value : null;
    };
    const code = words('sqlstate') ?? words('code');
    if (code === 'UNAUTHENTICATED' || code === '28000' || code === 'PT401') return sessionEnded();
    return new ApiError(
        'refused',
        sentence(first?.message ?? 'the server refused the request'),
        sentence(words('hint') ?? 'Change what you asked for, or try again.'),
        words('detail') ?? words('errorId'),
    );
}

/** PostgreSQL's messages begin small and end without a full stop; a page's begin and end as sentences. */
function sentence(text: string): string {
    const trimmed = text.trim();
    const begun = trimmed.charAt(0).toUpperCase() + trimmed.slice(1);
    return /[.!?]$/.test(begun) ? begun : `${begun}.`;
}

export function asApiError(error: unknown): ApiError {
    if (error instanceof ApiError) return error;
    return new ApiError(
        'server',
        'Something went wrong in this page.',
        'Reload it. If it happens again, report it with what you did before.',
        error instanceof Error ? error.message : String(error),
    );
}
