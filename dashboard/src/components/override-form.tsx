import { useEffect, useRef, useState } from 'preact/hooks';
import { send } from '../api/client.ts';
import { overrideForecast } from '../api/operations.ts';
import type { ForecastDay, Series } from '../api/types.ts';
import { type Draft, expected } from '../chart/model.ts';
import { day, exactly, withUnit } from '../format.ts';
import { useAction } from '../state/use-action.ts';
import { ErrorNote } from './error-note.tsx';

interface Props {
    series: Series;
    unit: string;
    forecasts: ForecastDay[];
    draft: Draft;
    onDraft: (draft: Draft | null) => void;
    onChanged: (message: string) => void;
}

/** One's own figure for a day: typed here, or dragged on the chart. It survives new forecasts. */
export function OverrideForm({ series, unit, forecasts, draft, onDraft, onChanged }: Props) {
    const [reason, setReason] = useState('');
    const [until, setUntil] = useState('');
    // As it was typed: "1.0" on the way to 1.05 is no 1.
    const [typed, setTyped] = useState('');
    const shown = typed !== '' && Number(typed) === draft.quantity ? typed : String(Math.round(draft.quantity * 100) / 100);
    const form = useRef<HTMLFormElement>(null);
    useEffect(() => form.current?.querySelector('input')?.focus({ preventScroll: true }), []);
    // The day may have been chosen in the table, further down.
    useEffect(() => form.current?.scrollIntoView({ block: 'nearest' }), [draft.date]);

    const row = forecasts.find((f) => f.forecastDate === draft.date);
    const save = useAction(async (value: number | null, why: string) => {
        await send(overrideForecast, {
            ...series,
            forecastDate: draft.date,
            quantity: value,
            reason: why,
            expiresAt: until === '' ? null : new Date(`${until}T23:59:59`).toISOString(),
        });
        onDraft(null);
        onChanged(
            value === null
                ? `The model's figure for ${day(draft.date)} is back in force.`
                : `${day(draft.date)} is now ${exactly(value)} ${unit}.`,
        );
    });
    const submit = (event: Event): void => {
        event.preventDefault();
        void save.run(draft.quantity, reason);
    };
    const chooseDate = (date: string): void => {
        const chosen = forecasts.find((f) => f.forecastDate === date);
        if (chosen !== undefined) onDraft({ date, quantity: expected(chosen) });
    };
    return (
        <form
            ref={form}
            class="override"
            aria-label="Adjust the forecast of a day"
            onSubmit={submit}
            onKeyDown={(event) => event.key === 'Escape' && onDraft(null)}
        >
            <p class="override-hint">
                Drag the diamond on the chart, or type. The model says {withUnit(row?.forecastedDemandQuantity, unit)} for{' '}
                {day(draft.date)}.
            </p>
            <label>
                <span class="field-name">Day</span>
                <input
                    type="date"
                    required
                    min={forecasts[0]?.forecastDate}
                    max={forecasts[forecasts.length - 1]?.forecastDate}
                    value={draft.date}
                    onChange={(event) => chooseDate(event.currentTarget.value)}
                />
            </label>
            <label>
                <span class="field-name">Quantity ({unit})</span>
                <input
                    type="number"
                    required
                    min="0"
                    step="any"
                    value={shown}
                    onInput={(event) => {
                        const value = event.currentTarget.valueAsNumber;
                        if (!Number.isFinite(value) || value < 0) return;
                        setTyped(event.currentTarget.value);
                        onDraft({ date: draft.date, quantity: value });
                    }}
                />
            </label>
            <label class="override-reason">
                <span class="field-name">Reason</span>
                <input
                    type="text"
                    required
                    maxLength={200}
                    placeholder="What the model cannot know"
                    value={reason}
                    onInput={(event) => setReason(event.currentTarget.value)}
                />
            </label>
            <label>
                <span class="field-name">Holds until (optional)</span>
                <input type="date" value={until} onChange={(event) => setUntil(event.currentTarget.value)} />
            </label>
            <div class="override-buttons">
                <button type="submit" class="button primary" disabled={save.busy}>
                    Save
                </button>
                {row?.isManuallyOverridden === true && (
                    <button
                        type="button"
                        class="button"
                        disabled={save.busy}
                        onClick={() => void save.run(null, reason === '' ? 'Withdrawn' : reason)}
                    >
                        Take back
                    </button>
                )}
                <button type="button" class="button" onClick={() => onDraft(null)}>
                    Cancel
                </button>
            </div>
            {save.error !== null && <ErrorNote error={save.error} />}
        </form>
    );
}
