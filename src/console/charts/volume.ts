// Events over time, stacked by what became of them: an SVG made on the server, readable in light and dark.
import type { Disposition } from '../../core/deciding/intake.ts';
import type { VolumeRow } from '../../store/reports/volume.ts';

/** Okabe and Ito's hues, which all readers can tell apart, each with a pattern of its own in the order of the stack. */
const series: readonly (readonly [disposition: Disposition, colour: string])[] = [
  ['applied', '#0072b2'],
  ['echo', '#56b4e9'],
  ['duplicate', '#999999'],
  ['stale', '#e69f00'],
  ['parked', '#f0e442'],
  ['refused', '#d55e00'],
  ['quarantined', '#cc79a7'],
];

/** `buckets` are the beginnings of hours or days, in order; those without events stand empty. */
export async function volumeChart(rows: readonly VolumeRow[], buckets: readonly string[]): Promise<string> {
  const [{ init, use }, { BarChart }, { AriaComponent, GridComponent, LegendComponent }, { SVGRenderer }] =
    await Promise.all([
      import('echarts/core'),
      import('echarts/charts'),
      import('echarts/components'),
      import('echarts/renderers'),
    ]);
  use([BarChart, GridComponent, LegendComponent, AriaComponent, SVGRenderer]);
  const counts = new Map(rows.map((row) => [`${row.at} ${row.disposition}`, row.count]));
  const chart = init(null, null, { renderer: 'svg', ssr: true, width: 1120, height: 300 });
  try {
    const ink = { color: 'var(--ink)' };
    chart.setOption({
      animation: false,
      grid: { left: 8, right: 8, top: 36, bottom: 4, outerBoundsMode: 'same', outerBoundsContain: 'axisLabel' },
      legend: { top: 0, left: 0, textStyle: ink, itemGap: 16, itemWidth: 14, itemHeight: 10 },
      xAxis: {
        type: 'category',
        data: buckets.map((at) =>
          buckets.length > 1 && buckets.every((one) => one.endsWith('00:00')) ? at.slice(5, 10) : at.slice(11, 16),
        ),
        axisLabel: ink,
        axisTick: { show: false },
        axisLine: { lineStyle: { color: 'var(--hair)' } },
      },
      yAxis: { type: 'value', minInterval: 1, axisLabel: ink, splitLine: { lineStyle: { color: 'var(--hair)' } } },
      series: series.map(([disposition, color]) => ({
        name: disposition,
        type: 'bar',
        stack: 'events',
        barMaxWidth: 46,
        itemStyle: { color, borderColor: 'var(--paper)', borderWidth: 1 },
        data: buckets.map((at) => counts.get(`${at} ${disposition}`) ?? 0),
      })),
    });
    return withColours(chart.renderToSVGString());
  } finally {
    // One that is not disposed of keeps the process alive for ever.
    chart.dispose();
  }
}

const colours = `<style>svg{--ink:#1b2330;--hair:#d3d9e0;--paper:#fff}@media (prefers-color-scheme:dark){svg{--ink:#e8edf3;--hair:#333d4a;--paper:#12161c}}</style>`;

const withColours = (svg: string): string => svg.replace(/(<svg[^>]*>)/, `$1${colours}`);
