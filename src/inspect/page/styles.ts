import { drawing } from './drawing.ts'
import { chartStyles } from './stylesOfChart.ts'
import { listStyles } from './stylesOfLists.ts'
import { tokens } from './stylesOfTokens.ts'

const frame = `
:host { display: block; color: var(--ink); background: var(--ground); font: 15px/1.5 var(--sans); min-height: 100vh; }
*, *::before, *::after { box-sizing: border-box; }
h1, h2, p, ol, ul, dl, dd, figure, pre { margin: 0; padding: 0; }
ol, ul { list-style: none; }
[hidden] { display: none !important; }
.mono { font-family: var(--mono); font-size: .9em; }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; border-radius: 6px; }

.app { max-width: 1600px; margin: 0 auto; padding: 0 clamp(14px, 2.5vw, 40px) 16px; }
.content { display: grid; grid-template-columns: minmax(0, 1fr); gap: 14px; }

.toolbar { display: flex; flex-wrap: wrap; align-items: center; justify-content: space-between; gap: 10px 20px; padding: 16px 0; }
.title { display: flex; align-items: center; gap: 12px; min-width: 0; }
.logo { width: 32px; height: 32px; flex: none; padding: 5px; border-radius: 9px; background: var(--solid); fill: none; stroke: #fff; stroke-width: 2.6; stroke-linejoin: round; }
h1 { font-size: 1.1rem; font-weight: 650; letter-spacing: -.01em; overflow-wrap: anywhere; }
.condition { display: inline-flex; align-items: center; gap: 7px; flex: none; font-size: .8rem; font-weight: 600; color: var(--muted); padding: 3px 10px; border-radius: 99px; border: 1px solid var(--line); background: var(--surface); }
.condition::before { content: ''; width: 7px; height: 7px; border-radius: 50%; background: var(--muted); }
.condition[data-condition='live']::before { background: var(--good); box-shadow: 0 0 0 3px color-mix(in srgb, var(--good) 22%, transparent); }
.condition[data-condition='lost'] { color: var(--bad); border-color: currentColor; }
.condition[data-condition='lost']::before { background: var(--bad); }
.condition[data-condition='recording']::before { background: var(--accent); border-radius: 2px; }
.toolbar-buttons, .orders { display: flex; flex-wrap: wrap; align-items: center; gap: 8px; }
.note { color: var(--muted); font-size: .85rem; padding: 0 6px; }

.button { appearance: none; font: inherit; font-size: .9rem; font-weight: 600; line-height: 1.2; color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 9px; padding: 8px 14px; cursor: pointer; transition: background .12s, border-color .12s, transform .06s; }
.button:hover:not(:disabled) { background: var(--raised); border-color: var(--muted); }
.button:active:not(:disabled) { transform: translateY(1px); }
.button:disabled { color: var(--muted); background: transparent; border-color: var(--line); cursor: default; }
.button.main:not(:disabled) { color: #fff; background: var(--solid); border-color: transparent; }
.button.main:hover:not(:disabled) { background: var(--solid-hover); }
.button.danger { color: #fff; background: var(--solid-bad); border-color: transparent; }
.button.danger:hover { background: var(--solid-bad-hover); }
.button.danger-text { color: var(--bad); }
.button.quiet { background: transparent; border-color: transparent; color: var(--muted); padding-inline: 10px; }
.button.quiet:hover:not(:disabled) { color: var(--ink); background: var(--raised); border-color: transparent; }
.button.small { font-size: .82rem; padding: 6px 11px; border-radius: 8px; }
.file { position: relative; overflow: hidden; }
.file input { position: absolute; inset: 0; opacity: 0; cursor: pointer; font-size: 0; }
.file:focus-within { outline: 2px solid var(--accent); outline-offset: 2px; }

.hero { display: grid; grid-template-columns: minmax(0, 1fr) auto; gap: 16px 28px; align-items: center; padding: clamp(16px, 2vw, 26px) clamp(16px, 2.2vw, 30px); border-radius: 18px; background: linear-gradient(135deg, color-mix(in oklab, var(--tone) 15%, var(--surface)), color-mix(in oklab, var(--tone) 4%, var(--surface)) 62%); border: 1px solid color-mix(in oklab, var(--tone) 34%, var(--line)); transition: background .3s, border-color .3s; }
.chip { display: inline-flex; align-items: center; gap: 9px; font: 600 .82rem/1 var(--mono); color: var(--tone); }
.dot { width: 10px; height: 10px; border-radius: 50%; background: var(--tone); }
[data-tone='draining'] .dot { animation: pulse 1.2s ease-in-out infinite; }
@keyframes pulse { 50% { box-shadow: 0 0 0 6px color-mix(in srgb, var(--tone) 20%, transparent); } }
.sentence { margin-top: 8px; font-size: clamp(1.35rem, .95rem + 1.5vw, 2.1rem); line-height: 1.18; font-weight: 680; letter-spacing: -.022em; text-wrap: balance; overflow-wrap: anywhere; font-variant-numeric: tabular-nums; }
.last-error { margin-top: 8px; color: var(--muted); font-size: .92rem; overflow-wrap: anywhere; display: -webkit-box; -webkit-line-clamp: 2; -webkit-box-orient: vertical; overflow: hidden; }
.last-error span { color: var(--bad); font-weight: 600; margin-right: 8px; }
.progress { display: flex; align-items: center; gap: 14px; margin-top: 10px; font-size: .9rem; color: var(--muted); font-variant-numeric: tabular-nums; }
progress { appearance: none; flex: 1; max-width: 420px; height: 8px; border: 0; border-radius: 99px; overflow: hidden; background: color-mix(in srgb, var(--tone) 20%, transparent); }
progress::-webkit-progress-bar { background: transparent; }
progress::-webkit-progress-value { background: var(--tone); border-radius: 99px; transition: width .2s; }
progress::-moz-progress-bar { background: var(--tone); border-radius: 99px; }
.countdown { width: clamp(84px, 8vw, 108px); }
.countdown circle { fill: none; stroke-width: 8; }
.countdown-track { stroke: color-mix(in srgb, var(--tone) 20%, transparent); }
.countdown-left { stroke: var(--tone); stroke-linecap: round; transition: stroke-dashoffset .25s linear; }
.countdown-text { fill: var(--ink); font: 650 19px var(--sans); text-anchor: middle; dominant-baseline: middle; font-variant-numeric: tabular-nums; }
.numbers { grid-column: 1 / -1; display: grid; grid-template-columns: repeat(4, minmax(0, 1fr)); gap: 1px; border-radius: 12px; overflow: hidden; background: color-mix(in oklab, var(--tone) 20%, var(--line)); border: 1px solid color-mix(in oklab, var(--tone) 20%, var(--line)); }
.number { padding: 8px 16px 9px; background: var(--surface); min-width: 0; }
.number dt { font-size: .8rem; color: var(--muted); }
.number dd { font-size: clamp(1.1rem, .95rem + .6vw, 1.45rem); line-height: 1.25; font-weight: 650; letter-spacing: -.02em; font-variant-numeric: tabular-nums; white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.number[data-tone='bad'] dd { color: var(--bad); }

.scrubber { display: grid; grid-template-columns: auto minmax(60px, 1fr) auto minmax(0, 15rem) auto; align-items: center; gap: 10px; padding: 8px 12px; border: 1px solid var(--edge); border-radius: 14px; background: color-mix(in srgb, var(--surface) 92%, transparent); backdrop-filter: blur(10px); box-shadow: 0 6px 28px rgb(0 0 0 / .14); position: sticky; bottom: 12px; z-index: 1; }
.scrubber .button { min-width: 36px; }
.scrubber-text { display: flex; flex-wrap: wrap; gap: 0 10px; font-size: .82rem; line-height: 1.35; color: var(--muted); font-variant-numeric: tabular-nums; min-width: 0; }
.scrubber-text b { color: var(--ink); font-weight: 600; }
.scrubber-title { flex-basis: 100%; overflow: hidden; text-overflow: ellipsis; white-space: nowrap; }
input[type='range'] { appearance: none; width: 100%; height: 24px; margin: 0; background: none; cursor: pointer; --track: linear-gradient(to right, var(--solid) var(--done), var(--line) var(--done)); }
input[type='range']::-webkit-slider-runnable-track { height: 6px; border-radius: 99px; background: var(--track); }
input[type='range']::-moz-range-track { height: 6px; border-radius: 99px; background: var(--track); }
input[type='range']::-webkit-slider-thumb { appearance: none; width: 18px; height: 18px; margin-top: -6px; border-radius: 50%; background: var(--solid); border: 3px solid var(--surface); box-shadow: 0 0 0 1px var(--edge); }
input[type='range']::-moz-range-thumb { width: 13px; height: 13px; border-radius: 50%; background: var(--solid); border: 3px solid var(--surface); box-shadow: 0 0 0 1px var(--edge); }
.following:disabled { color: var(--good); border-color: color-mix(in srgb, var(--good) 40%, transparent); }

.tabs { display: flex; gap: 4px; overflow-x: auto; border-bottom: 1px solid var(--line); scrollbar-width: none; }
.tab { appearance: none; font: inherit; font-size: .92rem; font-weight: 600; color: var(--muted); background: none; border: 0; border-bottom: 2px solid transparent; padding: 10px 12px; margin-bottom: -1px; cursor: pointer; white-space: nowrap; }
.tab:hover { color: var(--ink); }
.tab[aria-selected='true'] { color: var(--ink); border-bottom-color: var(--accent); }
.tab:focus-visible { outline-offset: -3px; }
.tab-count { margin-left: 7px; padding: 1px 8px; border-radius: 99px; background: var(--raised); color: var(--muted); font-size: .78rem; font-variant-numeric: tabular-nums; }
.view { min-width: 0; min-height: 50vh; }

.notice { position: fixed; left: 50%; bottom: 20px; transform: translateX(-50%); display: flex; align-items: center; gap: 14px; width: max-content; max-width: min(92vw, 640px); padding: 12px 14px 12px 18px; border-radius: 12px; color: var(--ink); background: var(--surface); border: 1px solid var(--bad); box-shadow: 0 10px 40px rgb(0 0 0 / .28); font-size: .92rem; overflow-wrap: anywhere; z-index: 2; }
.dialog { width: min(92vw, 460px); color: var(--ink); background: var(--surface); border: 1px solid var(--edge); border-radius: 16px; padding: 24px; box-shadow: 0 24px 80px rgb(0 0 0 / .4); }
.dialog::backdrop { background: rgb(8 10 16 / .55); }
.dialog h2 { font-size: 1.15rem; letter-spacing: -.01em; }
.dialog p { margin-top: 8px; color: var(--muted); }
.dialog .dialog-id { color: var(--ink); background: var(--raised); border-radius: 8px; padding: 8px 12px; overflow-wrap: anywhere; }
.dialog-buttons { display: flex; justify-content: flex-end; gap: 10px; margin-top: 20px; }
.empty { text-align: center; padding: clamp(40px, 8vw, 88px) 20px; border: 1px dashed var(--edge); border-radius: 16px; }
.empty-title { font-size: 1.15rem; font-weight: 650; letter-spacing: -.01em; }
.empty-text { margin: 8px auto 0; max-width: 46ch; color: var(--muted); text-wrap: balance; }
.panel .empty { padding: 22px 14px; }
.loading { padding: 40px 0; text-align: center; color: var(--muted); }

@media (min-width: 1100px) {
  .hero { grid-template-columns: minmax(0, 1fr) auto minmax(330px, 27%); }
  .numbers { grid-column: 3; grid-row: 1; grid-template-columns: repeat(2, minmax(0, 1fr)); }
}
@media (max-width: 720px) {
  .wide { position: absolute; clip-path: inset(50%); width: 1px; height: 1px; overflow: hidden; }
  .hero { grid-template-columns: minmax(0, 1fr); }
  .countdown { position: static; width: 84px; }
  .numbers { grid-template-columns: repeat(2, minmax(0, 1fr)); }
  .scrubber { grid-template-columns: auto minmax(0, 1fr) auto auto; }
  .scrubber { bottom: 8px; padding: 6px 8px; gap: 4px 8px; }
  .scrubber-text { grid-row: 2; grid-column: 1 / -1; flex-wrap: nowrap; white-space: nowrap; }
  .scrubber-title { flex-basis: auto; }
}
@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}
`

/** All styles of the page; they hold within its shadow root only. */
export const styles: string = drawing.styles + tokens + frame + chartStyles + listStyles
