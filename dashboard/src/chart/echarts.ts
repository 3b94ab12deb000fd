// The parts of ECharts that are used, and what both charts share: size, theme, end.

import { BarChart, LineChart, ScatterChart } from 'echarts/charts';
import { DataZoomComponent, GridComponent, LegendComponent, MarkLineComponent, TooltipComponent } from 'echarts/components';
import { init, use, type ECharts, type EChartsCoreOption } from 'echarts/core';
import { CanvasRenderer } from 'echarts/renderers';

use([
    BarChart,
    LineChart,
    ScatterChart,
    DataZoomComponent,
    GridComponent,
    LegendComponent,
    MarkLineComponent,
    TooltipComponent,
    CanvasRenderer,
]);

export type { ECharts, EChartsCoreOption };

export interface Drawn<State> {
    update: (state: State) => void;
    dispose: () => void;
}

export interface Palette {
    text: string;
    muted: string;
    line: string;
    surface: string;
    demand: string;
    forecast: string;
    override: string;
    cost: string;
}

/** The colours in force: they are defined once, in base.css. */
export function palette(): Palette {
    const style = getComputedStyle(document.documentElement);
    const color = (name: string): string => style.getPropertyValue(`--${name}`).trim();
    return {
        text: color('text'),
        muted: color('muted'),
        line: color('line'),
        surface: color('surface'),
        demand: color('demand'),
        forecast: color('forecast'),
        override: color('override'),
        cost: color('cost'),
    };
}

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Liberation Sans", sans-serif';

/** What stands for a line in a legend: the line's own style. */
export const KEYS = {
    line: 'path://M0,3 h20 v3 h-20 z',
    dashed: 'path://M0,3 h8 v3 h-8 z M12,3 h8 v3 h-8 z',
    dotted: 'path://M0,3 h4 v3 h-4 z M8,3 h4 v3 h-4 z M16,3 h4 v3 h-4 z',
    band: 'path://M0,0 h20 v9 h-20 z',
};

/** Draws `option(state)` into the element; again when the state, the theme or the element's size changes. */
export function drawn<State>(
    element: HTMLElement,
    option: (state: State, palette: Palette, width: number) => EChartsCoreOption,
    onInit: (chart: ECharts, latest: () => State | null) => void = () => {},
): Drawn<State> {
    const chart = init(element);
    let latest: State | null = null;
    const draw = (): void => {
        if (latest !== null) {
            chart.setOption(option(latest, palette(), element.clientWidth), { notMerge: true });
        }
    };
    const sizes = new ResizeObserver(() => {
        chart.resize();
        draw();
    });
    sizes.observe(element);
    const themes = new MutationObserver(draw);
    themes.observe(document.documentElement, { attributeFilter: ['data-theme'] });
    onInit(chart, () => latest);
    return {
        update(state) {
            latest = state;
            draw();
        },
        dispose() {
            sizes.disconnect();
            themes.disconnect();
            chart.dispose();
        },
    };
}

/** A tooltip as elements, not as HTML text: no markup from data, no inline styles for the policy to refuse. */
export function tooltip(title: string, rows: [string, string][]): HTMLElement {
    const box = document.createElement('div');
    box.className = 'tip';
    const head = document.createElement('strong');
    head.textContent = title;
    box.append(head);
    for (const [name, value] of rows) {
        const row = document.createElement('div');
        const label = document.createElement('span');
        const figure = document.createElement('span');
        label.textContent = name;
        figure.textContent = value;
        row.append(label, figure);
        box.append(row);
    }
    return box;
}
