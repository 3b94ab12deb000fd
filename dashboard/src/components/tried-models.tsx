import { quantity, words } from '../format.ts';

interface Tried {
    algorithm: string;
    score: number | null;
    note: string | null;
}

interface Props {
    tried: unknown;
    taken: string | null;
}

export function TriedModels({ tried, taken }: Props) {
    const rows = asTried(tried);
    if (rows.length === 0) return null;
    return (
        <table class="tried">
            <caption class="visually-hidden">Models that were tried</caption>
            <thead>
                <tr>
                    <th scope="col">Model tried</th>
                    <th scope="col" class="number">
                        Test score, lower is better
                    </th>
                </tr>
            </thead>
            <tbody>
                {rows.map((row) => (
                    <tr key={row.algorithm} class={row.algorithm === taken ? 'taken' : ''}>
                        <th scope="row">
                            {words(row.algorithm)}
                            {row.algorithm === taken && <span class="badge">taken</span>}
                            {row.note !== null && <span class="muted"> {row.note}</span>}
                        </th>
                        <td class="number">{quantity(row.score)}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

/** The document comes as JSON: what is not of this shape is left out. */
function asTried(value: unknown): Tried[] {
    if (!Array.isArray(value)) return [];
    return value.flatMap((entry: unknown) => {
        if (typeof entry !== 'object' || entry === null) return [];
        const { algorithm, score, note } = entry as Record<string, unknown>;
        if (typeof algorithm !== 'string') return [];
        return [
            {
                algorithm,
                score: typeof score === 'number' ? score : null,
                note: typeof note === 'string' ? note : null,
            },
        ];
    });
}
