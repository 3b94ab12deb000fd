import { useEffect, useRef } from 'preact/hooks';
import type { PolicyResult } from '../api/types.ts';
import type { Drawn } from '../chart/echarts.ts';
import { Skeleton } from './skeleton.tsx';

interface Props {
    rows: PolicyResult[] | null;
    level: number;
}

export function ServiceChart({ rows, level }: Props) {
    const place = useRef<HTMLDivElement>(null);
    const chart = useRef<Promise<Drawn<{ rows: PolicyResult[]; level: number }>> | null>(null);
    useEffect(() => {
        const element = place.current;
        if (rows === null || element === null) return;
        chart.current ??= import('../chart/service.ts').then((module) => module.drawService(element));
        let stale = false;
        void chart.current.then((drawn) => {
            if (!stale) drawn.update({ rows, level });
        });
        return () => {
            stale = true;
        };
    }, [rows, level]);
    useEffect(() => () => void chart.current?.then((drawn) => drawn.dispose()), []);
    return (
        <div class="chart-place service-chart">
            {rows === null && <Skeleton shape="chart" />}
            <div
                ref={place}
                class="chart"
                role="img"
                aria-label="Cost of stock, orders and shortages by service level; the figures for the level chosen are below."
            />
        </div>
    );
}
