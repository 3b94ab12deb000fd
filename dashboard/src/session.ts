// The token of the signed-in planner: where it comes from, where it lives, when it ends.
//
// It arrives in the URL fragment (#token=…), which browsers never send to a server, and is taken out of
// the address at once, so that it stays in no history, bookmark or referrer. It lives in sessionStorage:
// this tab, until it is closed. There are no cookies, so no other site can make the browser use it.

const KEY = 'replenish.token';

export interface Claims {
    tenantId: string | null;
    expiresAt: Date | null;
}

/** Takes a token out of the address, if there is one, and keeps it for this tab. */
export function adoptTokenFromUrl(): void {
    const fragment = new URLSearchParams(location.hash.slice(1));
    const token = fragment.get('token');
    if (token === null) return;
    history.replaceState(null, '', location.pathname + location.search);
    keepToken(token);
}

export function keepToken(token: string): void {
    sessionStorage.setItem(KEY, token.trim());
}

export function forgetToken(): void {
    sessionStorage.removeItem(KEY);
}

export function token(): string | null {
    return sessionStorage.getItem(KEY);
}

/** What the token says of itself. Only the server can verify it; this serves display and early warning. */
export function claimsOf(jwt: string): Claims | null {
    const payload = jwt.split('.')[1];
    if (payload === undefined) return null;
    try {
        const json = atob(payload.replace(/-/g, '+').replace(/_/g, '/'));
        const claims = JSON.parse(json) as Record<string, unknown>;
        const exp = claims['exp'];
        const tenant = claims['tenant_id'];
        return {
            tenantId: typeof tenant === 'string' ? tenant : null,
            expiresAt: typeof exp === 'number' ? new Date(exp * 1000) : null,
        };
    } catch {
        return null;
    }
}
