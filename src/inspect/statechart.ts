/** The statechart of the sync machine as an SVG; `npm run docs` draws it from the machine. */
export const statechartSvg = `<svg xmlns="http://www.w3.org/2000/svg" class="machine-chart" viewBox="0 0 1118 522" width="1118" height="522" role="img" aria-label="Statechart of sync">
<style>
.machine-chart{--paper:var(--chart-paper,#fff);--group:var(--chart-group,#f4f6fa);--leaf:var(--chart-leaf,#fff);--edge:var(--chart-edge,#c3ccd9);--ink:var(--chart-ink,#1b2436);--soft:var(--chart-soft,#5b6880);--line:var(--chart-line,#8592a8);--pill:var(--chart-pill,#e9edf5);--lit:var(--chart-lit,#2563eb);--lit-fill:var(--chart-lit-fill,#dbe7ff);font-family:ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue",Arial,sans-serif}
@media (prefers-color-scheme:dark){.machine-chart{--paper:var(--chart-paper,#0f1521);--group:var(--chart-group,#161e2d);--leaf:var(--chart-leaf,#1f2a3d);--edge:var(--chart-edge,#3a475d);--ink:var(--chart-ink,#e8edf6);--soft:var(--chart-soft,#9aa8bf);--line:var(--chart-line,#71809a);--pill:var(--chart-pill,#243046);--lit:var(--chart-lit,#7fb0ff);--lit-fill:var(--chart-lit-fill,#1e3a6b)}}
.machine-chart .paper{fill:var(--paper)}
.machine-chart .state>rect{fill:var(--leaf);stroke:var(--edge);stroke-width:1.5}
.machine-chart .group>rect{fill:var(--group)}
.machine-chart .final>.ring{fill:none;stroke-width:1}
.machine-chart .name{fill:var(--ink);font-size:15px;font-weight:650}
.machine-chart .inner,.machine-chart .label,.machine-chart .any text{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px;fill:var(--soft)}
.machine-chart .line{fill:none;stroke:var(--line);stroke-width:1.5}
.machine-chart .head,.machine-chart .dot,.machine-chart .choice{fill:var(--line)}
.machine-chart .pill{fill:var(--pill)}
.machine-chart .label{fill:var(--ink)}
.machine-chart .any rect{fill:none;stroke:var(--line);stroke-width:1.5;stroke-dasharray:4 3}
.machine-chart .rule{stroke:var(--edge);stroke-width:1}
.machine-chart .note{fill:var(--soft);font-size:12px}
.machine-chart .note tspan{fill:var(--ink);font-family:ui-monospace,"SF Mono",Menlo,Consolas,"DejaVu Sans Mono",monospace;font-size:11px}
.machine-chart [data-lit]>rect{stroke:var(--lit);stroke-width:2.5}
.machine-chart [data-lit=around]>rect{stroke-width:1.5}
.machine-chart .leaf[data-lit]>rect,.machine-chart .final[data-lit]>rect,.machine-chart [data-lit]>.pill{fill:var(--lit-fill)}
.machine-chart [data-lit]>.pill{stroke-width:1.5}
.machine-chart [data-lit]>.line{stroke:var(--lit);stroke-width:2.5}
.machine-chart [data-lit]>.head{fill:var(--lit)}
.machine-chart .final[data-lit]>.ring{fill:none}
</style>
<rect class="paper" width="1118" height="522" rx="14"/>
<g class="state group" data-state="draining"><title>A pass of the engine is under way, oldest entry first.</title>
<rect x="87.3" y="139" width="169" height="162" rx="14"/>
<text class="name" x="105.3" y="166">draining</text>
</g>
<g class="state leaf" data-state="draining.pushing"><title>Pushes until nothing is due; only the engine says when that is.</title>
<rect x="133.3" y="183" width="105" height="40" rx="10"/>
<text class="name" x="185.8" y="208" text-anchor="middle">pushing</text>
</g>
<g class="start"><circle class="dot" cx="105.30000000000001" cy="203" r="6"/><path class="line" d="M105.30000000000001 203L133.3 203"/><path class="head" d="M133.3 203L125.3 207L125.3 199Z"/></g>
<g class="state leaf" data-state="draining.stopping"><title>Aborts the push in flight, settles what is known, closes the store.</title>
<rect x="133.3" y="243" width="105" height="40" rx="10"/>
<text class="name" x="185.8" y="268" text-anchor="middle">stopping</text>
</g>
<g class="state leaf" data-state="backoff"><title>The first entry waits for its next try.</title>
<rect x="463.8" y="292" width="96" height="40" rx="10"/>
<text class="name" x="511.8" y="317" text-anchor="middle">backoff</text>
</g>
<g class="state group" data-state="idle"><title>Nothing is pushed; the substate says why.</title>
<rect x="769" y="88" width="300" height="282" rx="14"/>
<text class="name" x="787" y="115">idle</text>
</g>
<g class="state leaf" data-state="idle.ready"><title>Everything has been pushed; looks again after a while.</title>
<rect x="787" y="245" width="122" height="56" rx="10"/>
<text class="name" x="848" y="270" text-anchor="middle">ready</text>
<text class="inner" x="848" y="286" text-anchor="middle">after idlePoll</text>
</g>
<g class="state leaf" data-state="idle.paused"><title>Somebody paused the outbox; it stays so after a restart.</title>
<rect x="929" y="132" width="122" height="40" rx="10"/>
<text class="name" x="990" y="157" text-anchor="middle">paused</text>
</g>
<g class="state leaf" data-state="idle.held"><title>The remote refuses everything until somebody acts: sign in again, then resume.</title>
<rect x="929" y="252" width="122" height="40" rx="10"/>
<text class="name" x="990" y="277" text-anchor="middle">held</text>
</g>
<g class="state leaf" data-state="idle.offline"><title>The platform says offline; it may be wrong, so now and then one pass tries.</title>
<rect x="929" y="192" width="122" height="40" rx="10"/>
<text class="name" x="990" y="217" text-anchor="middle">offline</text>
</g>
<g class="state leaf" data-state="idle.standby"><title>Another process or tab drains this outbox; this one takes over when that ends.</title>
<rect x="929" y="312" width="122" height="40" rx="10"/>
<text class="name" x="990" y="337" text-anchor="middle">standby</text>
</g>
<g class="state final" data-state="stopped"><title>Ended; the entries are in the store.</title>
<rect x="466" y="369" width="96" height="40" rx="10"/>
<rect class="ring" x="470" y="373" width="88" height="32" rx="7"/>
<text class="name" x="514" y="394" text-anchor="middle">stopped</text>
</g>
<g class="start"><path class="line" d="M32 253L87.3 253"/><path class="head" d="M87.3 253L79.3 257L79.3 249Z"/></g>
<circle class="dot" cx="26" cy="253" r="6"/>
<path class="choice" d="M898 321l11 11l-11 11l-11 -11Z"/>
<g class="any"><rect x="769" y="392" width="85" height="26" rx="13"/><text x="811.5" y="409" text-anchor="middle">any state</text></g>
<g class="transition" data-from="" data-to="draining.stopping" data-on="stop"><path class="line" d="M769 409L762 409Q755 409 755 418L755 427Q755 436 746 436L55 436Q46 436 46 427L46 272Q46 263 55 263L133.3 263"/><path class="head" d="M133.3 263L125.3 267L125.3 259Z"/>
<rect class="pill" x="338" y="423" width="45" height="24" rx="8"/>
<text class="label" x="360.5" y="439" text-anchor="middle">stop</text>
</g>
<g class="transition" data-from="" data-to="stopped" data-on="xstate.error.actor.engine"><path class="line" d="M769 401L762 401Q755 401 755 395L755 395Q755 389 746 389L562 389"/><path class="head" d="M562 389L570 385L570 393Z"/>
<rect class="pill" x="618.5" y="376" width="106" height="24" rx="8"/>
<text class="label" x="671.5" y="392" text-anchor="middle">engine failed</text>
</g>
<g class="transition" data-from="draining.pushing" data-to="idle" data-on="engine.drained engine.halted engine.held engine.standby"><path class="line" d="M238.3 196.3L252.3 196.1Q261.3 196 270.3 196L746 196Q755 196 755 205L755 293Q755 302 760 302L769 302"/><path class="head" d="M769 302L761 306L761 298Z"/>
<rect class="pill" x="458" y="159" width="112" height="72" rx="8"/>
<text class="label" x="514" y="175" text-anchor="middle">engine.drained</text>
<text class="label" x="514" y="191" text-anchor="middle">engine.halted</text>
<text class="label" x="514" y="207" text-anchor="middle">engine.held</text>
<text class="label" x="514" y="223" text-anchor="middle">engine.standby</text>
</g>
<g class="transition" data-from="draining.pushing" data-to="backoff" data-on="engine.waiting"><path class="line" d="M238.3 209.7L252.3 209.9Q261.3 210 270.3 210L278 210Q287 210 287 219L287 296Q287 305 296 305L463.8 305"/><path class="head" d="M463.8 305L455.8 309L455.8 301Z"/>
<rect class="pill" x="304.5" y="292" width="112" height="24" rx="8"/>
<text class="label" x="360.5" y="308" text-anchor="middle">engine.waiting</text>
</g>
<g class="transition" data-from="draining.stopping" data-to="stopped" data-on="engine.closed xstate.after.stopLimit.sync.draining.stopping"><path class="line" d="M238.3 263L268 263Q277 263 277 272L277 380Q277 389 286 389L466 389"/><path class="head" d="M466 389L458 393L458 385Z"/>
<rect class="pill" x="301" y="368" width="119" height="40" rx="8"/>
<text class="label" x="360.5" y="384" text-anchor="middle">engine.closed</text>
<text class="label" x="360.5" y="400" text-anchor="middle">after stopLimit</text>
</g>
<g class="transition" data-from="backoff" data-to="draining" data-on="engine.removed xstate.after.backoff.sync.backoff always"><path class="line" d="M463.8 319L443 319Q434 319 434 328L434 343Q434 352 425 352L65 352Q56 352 56 343L56 282Q56 273 65 273L87.3 273"/><path class="head" d="M87.3 273L79.3 277L79.3 269Z"/>
<rect class="pill" x="70" y="323" width="193" height="56" rx="8"/>
<text class="label" x="166.5" y="339" text-anchor="middle">engine.removed</text>
<text class="label" x="166.5" y="355" text-anchor="middle">after backoff [isWaitOver]</text>
<text class="label" x="166.5" y="371" text-anchor="middle">always [isCutShort]</text>
</g>
<g class="transition" data-from="backoff" data-to="backoff" data-on="xstate.after.backoff.sync.backoff"><path class="line" d="M495.8 292L495.8 287Q495.8 282 504.8 282L518.8 282Q527.8 282 527.8 283L527.8 292"/><path class="head" d="M527.8 292L523.8 284L531.8 284Z"/>
<rect class="pill" x="452.3" y="254" width="119" height="24" rx="8"/>
<text class="label" x="511.8" y="270" text-anchor="middle">after backoff ↻</text>
</g>
<g class="transition" data-from="backoff" data-to="idle" data-on="always"><path class="line" d="M559.8 312L769 312"/><path class="head" d="M769 312L761 316L761 308Z"/>
<rect class="pill" x="602" y="299" width="139" height="24" rx="8"/>
<text class="label" x="671.5" y="315" text-anchor="middle">always [isResting]</text>
</g>
<g class="transition" data-from="idle" data-to="draining" data-on="always"><path class="line" d="M1069 232L1089 232Q1098 232 1098 223L1098 42Q1098 33 1089 33L55 33Q46 33 46 42L46 234Q46 243 55 243L87.3 243"/><path class="head" d="M87.3 243L79.3 247L79.3 239Z"/>
<rect class="pill" x="448" y="20" width="132" height="24" rx="8"/>
<text class="label" x="514" y="36" text-anchor="middle">always [canDrain]</text>
</g>
<g class="transition" data-from="idle" data-to="idle.paused" data-on="always"><path class="line" d="M909 332L914 332Q919 332 919 323L919 161Q919 152 920 152L929 152"/><path class="head" d="M929 152L921 156L921 148Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.held" data-on="always"><path class="line" d="M909 332L914 332Q919 332 919 323L919 281Q919 272 920 272L929 272"/><path class="head" d="M929 272L921 276L921 268Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.offline" data-on="always"><path class="line" d="M909 332L914 332Q919 332 919 323L919 221Q919 212 920 212L929 212"/><path class="head" d="M929 212L921 216L921 208Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.standby" data-on="always"><path class="line" d="M909 332L929 332"/><path class="head" d="M929 332L921 336L921 328Z"/>
</g>
<g class="transition" data-from="idle.offline" data-to="draining" data-on="xstate.after.idlePoll.sync.idle.offline"><path class="line" d="M1051 212L1079 212Q1088 212 1088 203L1088 81Q1088 72 1079 72L65 72Q56 72 56 81L56 224Q56 233 65 233L87.3 233"/><path class="head" d="M87.3 233L79.3 237L79.3 229Z"/>
<rect class="pill" x="458" y="59" width="112" height="24" rx="8"/>
<text class="label" x="514" y="75" text-anchor="middle">after idlePoll</text>
</g>
<path class="rule" d="M20 468H1098"/>
<text class="note" x="24" y="490">In every state: <tspan>enqueue</tspan> · <tspan>enqueueAll</tspan> · <tspan>wake</tspan> · <tspan>flush</tspan> · <tspan>retry</tspan> · <tspan>pause</tspan> · <tspan>resume</tspan> · <tspan>offline</tspan> · <tspan>online</tspan></text>
<text class="note" x="24" y="508">These go to the engine or set flags; “always” follows from the flags. The reports of the engine do the same where no arrow names them.</text>
</svg>
`
