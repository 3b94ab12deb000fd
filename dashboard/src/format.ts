// How numbers, days and moments are written. The reader's own language decides on separators.

const whole = new Intl.NumberFormat(undefined, { maximumFractionDigits: 0 });
const one = new Intl.NumberFormat(undefined, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
const two = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 2 });
const exact = new Intl.NumberFormat(undefined, { maximumFractionDigits: 4 });
const price = new Intl.NumberFormat(undefined, { minimumFractionDigits: 2, maximumFractionDigits: 4 });
const medium = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeZone: 'UTC' });
const short = new Intl.DateTimeFormat(undefined, { month: 'short', day: 'numeric', timeZone: 'UTC' });
const weekday = new Intl.DateTimeFormat(undefined, { weekday: 'short', timeZone: 'UTC' });
const clock = new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' });

export const NOTHING = '–';

/** Units of stock or demand: whole from 100 on, one decimal below, two below 1, where they carry something. */
export function quantity(value: number | null | undefined): string {
    if (value == null) return NOTHING;
    const size = Math.abs(value);
    // Adding zero turns -0 into 0.
    if (size >= 100 || Math.abs(value - Math.round(value)) < 0.005) return whole.format(Math.round(value) + 0);
    return size < 1 ? two.format(value) : one.format(value);
}

/** What is ordered or typed by hand: nothing of it is rounded away. */
export function exactly(value: number | null | undefined, unit?: string | null): string {
    return value == null ? NOTHING : `${exact.format(value)} ${unit ?? ''}`.trim();
}

/** One way of writing for all numbers of a column: its largest decides on the decimals. */
export function quantitiesLike(values: (number | null)[]): (value: number | null) => string {
    const largest = values.reduce<number>((most, value) => Math.max(most, Math.abs(value ?? 0)), 0);
    const wholes = values.every((value) => value === null || Math.abs(value - Math.round(value)) < 0.005);
    const format = largest >= 100 || wholes ? whole : largest >= 1 ? one : two;
    return (value) => (value === null ? NOTHING : format.format(value));
}

export function withUnit(value: number | null | undefined, unit: string | null | undefined): string {
    return value == null ? NOTHING : `${quantity(value)} ${unit ?? ''}`.trim();
}

export function percent(value: number | null | undefined): string {
    return value == null ? NOTHING : `${one.format(value)}%`;
}

export function share(value: number | null | undefined): string {
    return value == null ? NOTHING : `${one.format(value * 100)}%`;
}

export function money(value: number | null | undefined): string {
    if (value == null) return NOTHING;
    return Math.abs(value) >= 1000 ? whole.format(value) : two.format(value);
}

/** Of one unit: screws cost less than a cent. */
export function unitCost(value: number | null | undefined): string {
    return value == null ? NOTHING : price.format(value);
}

export function signed(value: number | null | undefined): string {
    if (value == null) return NOTHING;
    return value >= 0.005 ? `+${quantity(value)}` : quantity(value);
}

/** 2026-11-24 as Nov 24, 2026: a day has no time zone, so none may move it. */
export function day(value: string | null | undefined): string {
    return value == null ? NOTHING : medium.format(dayAsDate(value));
}

export function shortDay(value: string | null | undefined): string {
    return value == null ? NOTHING : short.format(dayAsDate(value));
}

export function weekdayOf(value: string): string {
    return weekday.format(dayAsDate(value));
}

export function moment(value: string | null | undefined): string {
    return value == null ? NOTHING : clock.format(new Date(value));
}

export function dayAsDate(value: string): Date {
    return new Date(`${value.slice(0, 10)}T00:00:00Z`);
}

export function days(count: number): string {
    return count === 1 ? '1 day' : `${quantity(count)} days`;
}

/** EXPONENTIAL_SMOOTHING as Exponential smoothing. */
export function words(constant: string | null | undefined): string {
    if (constant == null) return NOTHING;
    if (/^(AUTO|ETS|SBA|TSB|ADIDA|IMAPA|MSTL|SES)$/.test(constant)) {
        return constant === 'AUTO' ? 'Automatic' : constant;
    }
    const text = constant.toLowerCase().replace(/_/g, ' ');
    return text.charAt(0).toUpperCase() + text.slice(1);
}
