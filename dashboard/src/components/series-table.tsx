import { useState } from 'preact/hooks';
import type { DemandDay, ForecastDay } from '../api/types.ts';
import { type Draft, expected, type SeriesData } from '../chart/model.ts';
import { day, NOTHING, quantitiesLike, quantity, weekdayOf } from '../format.ts';
import type { Load } from '../state/use-load.ts';
import { Segments } from './segments.tsx';
import { SkeletonRows } from './skeleton.tsx';

type Table = 'forecast' | 'demand';
const TABLES: readonly (readonly [Table, string])[] = [
    ['forecast', 'Forecast'],
    ['demand', 'Demand'],
];

interface Props {
    load: Load<SeriesData>;
    unit: string;
    onPick: (draft: Draft) => void;
}

/** The chart's numbers, day by day. */
export function SeriesTable({ load, unit, onPick }: Props) {
    const [shown, setShown] = useState<Table>('forecast');
    return (
        <section class="panel table-panel" aria-label="Day by day">
            <div class="panel-head">
                <h3>Day by day, in {unit}</h3>
                <Segments label="Rows shown" choices={TABLES} value={shown} onValue={setShown} />
            </div>
            <div class="scroll table-scroll" tabIndex={0} role="region" aria-label="Table, scrolls">
                {load.data === null ? (
                    <SkeletonRows count={load.error === null ? 9 : 0} shape="row" />
                ) : shown === 'forecast' ? (
                    <ForecastRows rows={load.data.forecasts} onPick={onPick} />
                ) : (
                    <DemandRows rows={load.data.demand} />
                )}
            </div>
        </section>
    );
}

function ForecastRows({ rows, onPick }: { rows: ForecastDay[]; onPick: (draft: Draft) => void }) {
    if (rows.length === 0) return <p class="none">No forecast yet. Press “Generate forecast”.</p>;
    const number = quantitiesLike(rows.flatMap((row) => [expected(row), row.upperBound80Pct]));
    const band = (lower: number | null, upper: number | null): string =>
        lower === null || upper === null ? NOTHING : `${number(lower)} to ${number(upper)}`;
    return (
        <table id="forecast-table">
            <thead>
                <tr>
                    <th scope="col">Day</th>
                    <th scope="col" class="number">
                        Expected
                    </th>
                    <th scope="col" class="number">
                        80% band
                    </th>
                    <th scope="col" class="number">
                        95% band
                    </th>
                    <th scope="col">
                        <span class="visually-hidden">Adjust</span>
                    </th>
                </tr>
            </thead>
            <tbody>
                {rows.map((row) => (
                    <tr key={row.forecastDate} data-date={row.forecastDate}>
                        <th scope="row">
                            <span class="weekday">{weekdayOf(row.forecastDate)}</span> {day(row.forecastDate)}
                        </th>
                        <td class="number">
                            {number(expected(row))}
                            {row.isManuallyOverridden && (
                                <span class="override-mark" title={overrideTitle(row)}>
                                    {' '}
                                    ◆<span class="visually-hidden"> adjusted by hand</span>
                                </span>
                            )}
                        </td>
                        <td class="number">{band(row.lowerBound80Pct, row.upperBound80Pct)}</td>
                        <td class="number">{band(row.lowerBound95Pct, row.upperBound95Pct)}</td>
                        <td class="row-action">
                            <button
                                type="button"
                                class="link-button"
                                aria-label={`Adjust ${day(row.forecastDate)}`}
                                onClick={() => onPick({ date: row.forecastDate, quantity: expected(row) })}
                            >
                                Adjust
                            </button>
                        </td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}

function overrideTitle(row: ForecastDay): string {
    return [
        `The model says ${quantity(row.forecastedDemandQuantity)}.`,
        row.manualOverrideBy === null ? null : `Changed by ${row.manualOverrideBy}:`,
        row.manualOverrideReason,
    ]
        .filter((part) => part !== null)
        .join(' ');
}

function DemandRows({ rows }: { rows: DemandDay[] }) {
    if (rows.length === 0) return <p class="none">No demand is recorded for this material here.</p>;
    const number = quantitiesLike(rows.map((row) => row.actualDemandQuantity));
    return (
        <table id="demand-table">
            <thead>
                <tr>
                    <th scope="col">Day</th>
                    <th scope="col" class="number">
                        Demand
                    </th>
                    <th scope="col">Note</th>
                </tr>
            </thead>
            <tbody>
                {rows.toReversed().map((row) => (
                    <tr key={row.demandDate}>
                        <th scope="row">
                            <span class="weekday">{weekdayOf(row.demandDate)}</span> {day(row.demandDate)}
                        </th>
                        <td class="number">{number(row.actualDemandQuantity)}</td>
                        <td>{[row.isHoliday && 'holiday', row.isPromotionalPeriod && 'promotion'].filter(Boolean).join(', ')}</td>
                    </tr>
                ))}
            </tbody>
        </table>
    );
}
