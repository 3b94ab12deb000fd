import type { Urgency } from '../api/types.ts';
import { words } from '../format.ts';

// A shape beside the colour and the word: no one has to tell red from green.
const SHAPES: Record<Urgency, string> = { CRITICAL: '▲', HIGH: '◆', MEDIUM: '●', LOW: '○' };

export function UrgencyBadge({ level }: { level: Urgency }) {
    return (
        <span class={`badge urgency urgency-${level.toLowerCase()}`}>
            <span aria-hidden="true">{SHAPES[level]}</span> {words(level)}
        </span>
    );
}
