/** Lists of entries, dead letters, audit records and events. */
export const listStyles = `
.list { display: grid; gap: 12px; }
.list-head { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px; min-height: 34px; }
.list-note { color: var(--muted); font-size: .9rem; }
.pager { display: flex; flex-wrap: wrap; align-items: center; gap: 6px; margin-left: auto; }
.pager-range { font-size: .85rem; color: var(--muted); padding: 0 8px; font-variant-numeric: tabular-nums; }
.rows { border: 1px solid var(--line); border-radius: 14px; background: var(--surface); overflow: hidden; }
.row { display: flex; gap: 10px 16px; align-items: flex-start; justify-content: space-between; padding: 13px 18px; }
.row + .row { border-top: 1px solid var(--line); }
.row[data-tone] { box-shadow: inset 3px 0 0 var(--tone); }
.row-main { flex: 1; min-width: 0; }
.row-buttons { display: flex; gap: 8px; flex: none; }
.row-id { display: flex; flex-wrap: wrap; align-items: center; gap: 4px 10px; overflow-wrap: anywhere; }
.row-id .mono { color: var(--ink); }
.badge { font-size: .74rem; font-weight: 650; padding: 1px 9px; border-radius: 99px; color: var(--accent); border: 1px solid currentColor; }
.badge.bad { color: var(--bad); }
.facts { display: flex; flex-wrap: wrap; gap: 4px 8px; margin-top: 3px; }
.facts > p { flex-basis: 100%; }
.fact-line { display: flex; flex-wrap: wrap; gap: 2px 14px; font-size: .86rem; color: var(--muted); font-variant-numeric: tabular-nums; }
.fact-line [data-tone] { color: var(--tone); }
.reason { margin-top: 4px; color: var(--bad); overflow-wrap: anywhere; }
.fact-error { font-size: .88rem; color: var(--bad); overflow-wrap: anywhere; }
.json { font: .82rem/1.45 var(--mono); color: var(--ink); background: var(--raised); border-radius: 7px; padding: 3px 9px; width: fit-content; max-width: 100%; white-space: pre-wrap; overflow-wrap: anywhere; }
.json span { color: var(--muted); }

.timeline { position: relative; background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 8px 18px; }
.record { position: relative; display: grid; grid-template-columns: 7.2rem minmax(0, 1fr); gap: 0 34px; padding: 9px 0; }
.record::before { content: ''; position: absolute; left: calc(7.2rem + 16px); top: 0; bottom: 0; width: 2px; background: var(--line); }
.record::after { content: ''; position: absolute; left: calc(7.2rem + 12px); top: 16px; width: 10px; height: 10px; border-radius: 50%; background: var(--tone); box-shadow: 0 0 0 3px var(--surface); }
.record:first-child::before { top: 18px; }
.record:last-child::before { bottom: calc(100% - 18px); }
.record-time { color: var(--muted); padding-top: 1px; font-variant-numeric: tabular-nums; }
.record-verb { color: var(--tone); font-weight: 650; }

.events { display: grid; gap: 2px; }
.view-events .events { background: var(--surface); border: 1px solid var(--line); border-radius: 14px; padding: 8px; }
.event-button { appearance: none; width: 100%; font: inherit; text-align: left; color: var(--ink); background: none; border: 0; border-radius: 9px; padding: 6px 10px; cursor: pointer; display: grid; grid-template-columns: 7rem minmax(0, 1fr) auto; gap: 0 12px; align-items: baseline; }
.event-button:hover { background: var(--raised); }
.event-button[aria-current] { background: color-mix(in srgb, var(--accent) 13%, transparent); }
.event-button time { color: var(--muted); font-variant-numeric: tabular-nums; }
.event-title { font-weight: 550; overflow-wrap: anywhere; }
.event[data-tone='good'] .event-title, .event[data-tone='bad'] .event-title, .event[data-tone='wait'] .event-title { color: var(--tone); }
.event-move { font: .8rem var(--mono); color: var(--muted); }
.event-details { grid-column: 2 / -1; font-size: .84rem; color: var(--muted); white-space: pre-line; overflow-wrap: anywhere; }
.event-gap { padding: 4px 10px; font-size: .84rem; color: var(--muted); border-left: 3px dotted var(--edge); margin-left: 12px; }
.panel .event-button { grid-template-columns: minmax(0, 1fr) auto; padding: 6px 8px; }
.panel .event-button time { grid-column: 1; grid-row: 1; white-space: nowrap; }
.panel .event-move { grid-column: 1 / -1; grid-row: 3; }
.panel .event-title, .panel .event-details { grid-column: 1 / -1; }
.panel .event-details { display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
@media (max-width: 720px) {
  .row { padding: 12px 14px; }
  .row-buttons { flex-direction: column; }
  .record { grid-template-columns: minmax(0, 1fr); padding-left: 24px; }
  .record::before { left: 4px; }
  .record::after { left: 0; }
  .event-button { grid-template-columns: minmax(0, 1fr) auto; }
  .event-button .event-title, .event-button .event-details { grid-column: 1 / -1; }
  .event-button .event-move { grid-row: 1; grid-column: 2; }
  .pager { margin-left: 0; }
}
`
