import { ApiError, cancelled, refused, serverFailed, sessionEnded, unreachable } from './errors.ts';
import { token } from '../session.ts';

/** A GraphQL document that knows what it asks with and what it answers. */
export interface Operation<Variables, Answer> {
    readonly text: string;
    /** Never there at run time: carries the types. */
    readonly types?: (variables: Variables) => Answer;
}

export function operation<Variables, Answer>(text: string): Operation<Variables, Answer> {
    return { text };
}

interface Envelope<Answer> {
    data?: Answer | null;
    errors?: { message: string; extensions?: Record<string, unknown> }[];
}

const ENDPOINT = '/graphql';
// Longer than any call of the dashboard takes (the longest generates one material's forecasts).
const TIMEOUT_MS = 30_000;

let onSessionEnd: () => void = () => {};

/** Who is told when the server no longer takes the token. */
export function whenSessionEnds(listener: () => void): void {
    onSessionEnd = listener;
}

/** Sends an operation. Fails only with an ApiError. */
export async function send<Variables, Answer>(
    op: Operation<Variables, Answer>,
    variables: Variables,
    signal?: AbortSignal,
): Promise<Answer> {
    try {
        return await request(op, variables, signal);
    } catch (error) {
        if (error instanceof ApiError && error.kind === 'session') onSessionEnd();
        throw error;
    }
}

async function request<Variables, Answer>(
    op: Operation<Variables, Answer>,
    variables: Variables,
    signal: AbortSignal | undefined,
): Promise<Answer> {
    const bearer = token();
    if (bearer === null) throw sessionEnded();
    const response = await post(JSON.stringify({ query: op.text, variables }), bearer, signal);
    if (response.status === 401) throw sessionEnded();
    const envelope = await read<Answer>(response);
    if (envelope?.errors !== undefined && envelope.errors.length > 0) throw refused(envelope.errors);
    if (!response.ok || envelope?.data == null) throw serverFailed(response.status);
    return envelope.data;
}

async function post(body: string, bearer: string, signal: AbortSignal | undefined): Promise<Response> {
    const timeout = AbortSignal.timeout(TIMEOUT_MS);
    try {
        return await fetch(ENDPOINT, {
            method: 'POST',
            headers: {
                'content-type': 'application/json',
                accept: 'application/json',
                authorization: `Bearer ${bearer}`,
            },
            body,
            credentials: 'omit',
            signal: signal === undefined ? timeout : AbortSignal.any([signal, timeout]),
        });
    } catch {
        if (signal?.aborted === true) throw cancelled();
        throw unreachable();
    }
}

async function read<Answer>(response: Response): Promise<Envelope<Answer> | null> {
    try {
        return (await response.json()) as Envelope<Answer>;
    } catch {
        // A proxy's error page, or a body cut off: the status says what there is to say.
        return null;
    }
}
