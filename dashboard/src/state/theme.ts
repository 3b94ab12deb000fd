import { useEffect, useState } from 'preact/hooks';

export type Theme = 'light' | 'dark';

const KEY = 'replenish.theme';
const system = matchMedia('(prefers-color-scheme: dark)');

function chosen(): Theme | null {
    const kept = localStorage.getItem(KEY);
    return kept === 'light' || kept === 'dark' ? kept : null;
}

function current(): Theme {
    return chosen() ?? (system.matches ? 'dark' : 'light');
}

export function applyTheme(): void {
    document.documentElement.dataset['theme'] = current();
}

/** The theme in force: the reader's choice, else the system's, also when that changes. */
export function useTheme(): [Theme, () => void] {
    const [theme, setTheme] = useState<Theme>(current);
    useEffect(() => {
        const follow = (): void => {
            applyTheme();
            setTheme(current());
        };
        system.addEventListener('change', follow);
        return () => system.removeEventListener('change', follow);
    }, []);
    const toggle = (): void => {
        localStorage.setItem(KEY, theme === 'dark' ? 'light' : 'dark');
        applyTheme();
        setTheme(current());
    };
    return [theme, toggle];
}
