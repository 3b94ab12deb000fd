import type { Facility, Session } from '../api/types.ts';
import { useTheme } from '../state/theme.ts';
import { SessionEnd } from './session-end.tsx';

interface Props {
    session: Session | null;
    bearer: string;
    facilities: Facility[];
    facility: Facility | null;
    onFacility: (facilityId: string) => void;
    onSignOut: () => void;
}

export function Header({ session, bearer, facilities, facility, onFacility, onSignOut }: Props) {
    const [theme, toggleTheme] = useTheme();
    return (
        <header class="header">
            <h1>Inventory forecasting</h1>
            <p class="header-tenant">{session?.tenantName ?? ' '}</p>
            {facilities.length > 1 && (
                <label class="header-facility">
                    <span class="visually-hidden">Facility</span>
                    <select
                        value={facility?.facilityId ?? ''}
                        onChange={(event) => onFacility(event.currentTarget.value)}
                    >
                        {facilities.map((f) => (
                            <option key={f.facilityId} value={f.facilityId}>
                                {f.facilityName ?? f.facilityCode}
                            </option>
                        ))}
                    </select>
                </label>
            )}
            <SessionEnd bearer={bearer} />
            <button type="button" class="button small" onClick={toggleTheme}>
                {theme === 'dark' ? 'Light' : 'Dark'}
                <span class="visually-hidden"> theme</span>
            </button>
            <button type="button" class="button small" onClick={onSignOut}>
                Sign out
            </button>
        </header>
    );
}
