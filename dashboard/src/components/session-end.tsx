import { useEffect, useState } from 'preact/hooks';
import { claimsOf } from '../session.ts';

const WARN_MINUTES = 10;

/** Warns before the token ends, while there is still time to finish what was begun. */
export function SessionEnd({ bearer }: { bearer: string }) {
    const expiresAt = claimsOf(bearer)?.expiresAt ?? null;
    const [minutes, setMinutes] = useState<number | null>(null);
    useEffect(() => {
        if (expiresAt === null) return;
        const look = (): void => setMinutes(Math.ceil((expiresAt.getTime() - Date.now()) / 60_000));
        look();
        const timer = setInterval(look, 15_000);
        return () => clearInterval(timer);
    }, [bearer]);
    if (minutes === null || minutes > WARN_MINUTES) return null;
    return (
        <p class="badge badge-warning" role="status">
            {minutes <= 0 ? 'Session has ended' : `Session ends in ${minutes} min`}
        </p>
    );
}
