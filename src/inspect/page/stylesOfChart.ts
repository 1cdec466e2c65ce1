/** The drawn machine, and what was done over time. */
export const chartStyles = `
.overview { display: grid; grid-template-columns: minmax(0, 1fr) minmax(290px, 25%); gap: 16px; align-items: start; }
.panel { background: var(--surface); border: 1px solid var(--line); border-radius: 16px; padding: 18px; min-width: 0; }
.panel-chart { grid-row: span 2; }
.panel h2 { font-size: .95rem; font-weight: 650; margin-bottom: 10px; }
.drawing { overflow-x: auto; border-radius: 10px; }
.drawing svg { display: block; width: 100%; min-width: 780px; height: auto; }
.drawing { --chart-paper: transparent; --chart-group: var(--ground); --chart-leaf: var(--surface); --chart-edge: var(--edge); --chart-ink: var(--ink); --chart-soft: var(--muted); --chart-line: color-mix(in srgb, var(--muted) 60%, var(--edge)); --chart-pill: var(--raised); --chart-lit: var(--tone, var(--accent)); --chart-lit-fill: color-mix(in oklab, var(--tone, var(--accent)) 20%, var(--surface)); }
.machine-chart .state > rect, .machine-chart .line, .machine-chart .head { transition: fill .25s, stroke .25s; }
.remaining rect { fill: var(--tone); }
.remaining text { fill: var(--surface); font: 700 14px var(--sans); font-variant-numeric: tabular-nums; }
.chart figcaption { display: flex; justify-content: space-between; gap: 12px; font-size: .95rem; font-weight: 650; }
.chart-peak { color: var(--muted); font-weight: 500; font-size: .85rem; font-variant-numeric: tabular-nums; }
.chart svg { display: block; width: 100%; height: 132px; margin: 10px 0; }
.chart-axis { stroke: var(--line); stroke-width: 1; vector-effect: non-scaling-stroke; }
[data-series='enqueued'] { --series: var(--accent); }
[data-series='delivered'] { --series: var(--good); }
[data-series='failed'] { --series: var(--bad); }
.bar { fill: var(--series); }
.legend { display: flex; flex-wrap: wrap; gap: 4px 16px; font-size: .82rem; color: var(--muted); }
.legend li { display: flex; align-items: center; gap: 6px; }
.legend b { color: var(--ink); font-variant-numeric: tabular-nums; }
.swatch { width: 10px; height: 10px; border-radius: 3px; background: var(--series); }
.legend-bin { margin-left: auto; }
@media (max-width: 1000px) {
  .overview { grid-template-columns: minmax(0, 1fr); }
  .panel { padding: 14px; }
}
`
