/** The statechart of the sync machine as an SVG; `npm run docs` draws it from the machine. */
export const statechartSvg = `<svg xmlns="http://www.w3.org/2000/svg" class="machine-chart" viewBox="0 0 1014 571" width="1014" height="571" role="img" aria-label="Statechart of sync">
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
<rect class="paper" width="1014" height="571" rx="14"/>
<g class="state group" data-state="draining"><title>A pass of the engine is under way, oldest entry first.</title>
<rect x="87.3" y="173" width="169" height="162" rx="14"/>
<text class="name" x="105.3" y="200">draining</text>
</g>
<g class="state leaf" data-state="draining.pushing"><title>Pushes until nothing is due; only the engine says when that is.</title>
<rect x="133.3" y="217" width="105" height="40" rx="10"/>
<text class="name" x="185.8" y="242" text-anchor="middle">pushing</text>
</g>
<g class="start"><circle class="dot" cx="105.30000000000001" cy="237" r="6"/><path class="line" d="M105.30000000000001 237L133.3 237"/><path class="head" d="M133.3 237L125.3 241L125.3 233Z"/></g>
<g class="state leaf" data-state="draining.stopping"><title>Aborts the push in flight, settles what is known, closes the store.</title>
<rect x="133.3" y="277" width="105" height="40" rx="10"/>
<text class="name" x="185.8" y="302" text-anchor="middle">stopping</text>
</g>
<g class="state leaf" data-state="backoff"><title>The first entry waits for its next try.</title>
<rect x="453.8" y="231" width="96" height="40" rx="10"/>
<text class="name" x="501.8" y="256" text-anchor="middle">backoff</text>
</g>
<g class="state group" data-state="idle"><title>Nothing is pushed; the substate says why.</title>
<rect x="765" y="88" width="200" height="358" rx="14"/>
<text class="name" x="783" y="115">idle</text>
</g>
<g class="state leaf" data-state="idle.ready"><title>Everything has been pushed; looks again after a while.</title>
<rect x="825" y="312" width="122" height="56" rx="10"/>
<text class="name" x="886" y="337" text-anchor="middle">ready</text>
<text class="inner" x="886" y="353" text-anchor="middle">after idlePoll</text>
</g>
<g class="state leaf" data-state="idle.paused"><title>Somebody paused the outbox; it stays so after a restart.</title>
<rect x="825" y="132" width="122" height="40" rx="10"/>
<text class="name" x="886" y="157" text-anchor="middle">paused</text>
</g>
<g class="state leaf" data-state="idle.held"><title>The remote refuses everything until somebody acts: sign in again, then resume.</title>
<rect x="825" y="252" width="122" height="40" rx="10"/>
<text class="name" x="886" y="277" text-anchor="middle">held</text>
</g>
<g class="state leaf" data-state="idle.offline"><title>The platform says offline; it may be wrong, so now and then one pass tries.</title>
<rect x="825" y="192" width="122" height="40" rx="10"/>
<text class="name" x="886" y="217" text-anchor="middle">offline</text>
</g>
<g class="state leaf" data-state="idle.standby"><title>Another process or tab drains this outbox; this one takes over when that ends.</title>
<rect x="825" y="388" width="122" height="40" rx="10"/>
<text class="name" x="886" y="413" text-anchor="middle">standby</text>
</g>
<g class="state final" data-state="stopped"><title>Ended; the entries are in the store.</title>
<rect x="456" y="418" width="96" height="40" rx="10"/>
<rect class="ring" x="460" y="422" width="88" height="32" rx="7"/>
<text class="name" x="504" y="443" text-anchor="middle">stopped</text>
</g>
<g class="start"><path class="line" d="M32 287L87.3 287"/><path class="head" d="M87.3 287L79.3 291L79.3 283Z"/></g>
<circle class="dot" cx="26" cy="287" r="6"/>
<path class="choice" d="M794 141l11 11l-11 11l-11 -11Z"/>
<g class="any"><rect x="765" y="468" width="85" height="26" rx="13"/><text x="807.5" y="485" text-anchor="middle">any state</text></g>
<g class="transition" data-from="" data-to="draining.stopping" data-on="stop"><path class="line" d="M765 485L55 485Q46 485 46 476L46 306Q46 297 55 297L133.3 297"/><path class="head" d="M133.3 297L125.3 301L125.3 293Z"/>
<rect class="pill" x="328" y="472" width="45" height="24" rx="8"/>
<text class="label" x="350.5" y="488" text-anchor="middle">stop</text>
</g>
<g class="transition" data-from="" data-to="stopped" data-on="xstate.error.actor.engine"><path class="line" d="M765 477L758 477Q751 477 751 468L751 447Q751 438 742 438L552 438"/><path class="head" d="M552 438L560 434L560 442Z"/>
<rect class="pill" x="614.5" y="425" width="106" height="24" rx="8"/>
<text class="label" x="667.5" y="441" text-anchor="middle">engine failed</text>
</g>
<g class="transition" data-from="draining.pushing" data-to="idle" data-on="engine.drained engine.halted engine.held engine.standby"><path class="line" d="M238.3 230.3L252.3 230.1Q261.3 230 269.2 230L269.2 230Q277 230 277 221L277 144Q277 135 286 135L575 135Q584 135 593 135L765 135"/><path class="head" d="M765 135L757 139L757 131Z"/>
<rect class="pill" x="448" y="98" width="112" height="72" rx="8"/>
<text class="label" x="504" y="114" text-anchor="middle">engine.drained</text>
<text class="label" x="504" y="130" text-anchor="middle">engine.halted</text>
<text class="label" x="504" y="146" text-anchor="middle">engine.held</text>
<text class="label" x="504" y="162" text-anchor="middle">engine.standby</text>
</g>
<g class="transition" data-from="draining.pushing" data-to="backoff" data-on="engine.waiting"><path class="line" d="M238.3 243.7L252.3 243.9Q261.3 244 270.3 244L453.8 244"/><path class="head" d="M453.8 244L445.8 248L445.8 240Z"/>
<rect class="pill" x="294.5" y="231" width="112" height="24" rx="8"/>
<text class="label" x="350.5" y="247" text-anchor="middle">engine.waiting</text>
</g>
<g class="transition" data-from="draining.stopping" data-to="stopped" data-on="engine.closed xstate.after.stopLimit.sync.draining.stopping"><path class="line" d="M238.3 297L268 297Q277 297 277 306L277 429Q277 438 286 438L456 438"/><path class="head" d="M456 438L448 442L448 434Z"/>
<rect class="pill" x="291" y="417" width="119" height="40" rx="8"/>
<text class="label" x="350.5" y="433" text-anchor="middle">engine.closed</text>
<text class="label" x="350.5" y="449" text-anchor="middle">after stopLimit</text>
</g>
<g class="transition" data-from="backoff" data-to="draining" data-on="engine.removed xstate.after.backoff.sync.backoff always"><path class="line" d="M453.8 258L433 258Q424 258 424 267L424 377Q424 386 415 386L65 386Q56 386 56 377L56 316Q56 307 65 307L87.3 307"/><path class="head" d="M87.3 307L79.3 311L79.3 303Z"/>
<rect class="pill" x="70" y="357" width="193" height="56" rx="8"/>
<text class="label" x="166.5" y="373" text-anchor="middle">engine.removed</text>
<text class="label" x="166.5" y="389" text-anchor="middle">after backoff [isWaitOver]</text>
<text class="label" x="166.5" y="405" text-anchor="middle">always [isCutShort]</text>
</g>
<g class="transition" data-from="backoff" data-to="backoff" data-on="xstate.after.backoff.sync.backoff"><path class="line" d="M485.8 231L485.8 226Q485.8 221 494.8 221L508.8 221Q517.8 221 517.8 222L517.8 231"/><path class="head" d="M517.8 231L513.8 223L521.8 223Z"/>
<rect class="pill" x="442.3" y="193" width="119" height="24" rx="8"/>
<text class="label" x="501.8" y="209" text-anchor="middle">after backoff ↻</text>
</g>
<g class="transition" data-from="backoff" data-to="idle" data-on="always"><path class="line" d="M549.8 251L742 251Q751 251 751 242L751 151Q751 142 756 142L765 142"/><path class="head" d="M765 142L757 146L757 138Z"/>
<rect class="pill" x="598" y="238" width="139" height="24" rx="8"/>
<text class="label" x="667.5" y="254" text-anchor="middle">always [isResting]</text>
</g>
<g class="transition" data-from="idle" data-to="draining" data-on="always"><path class="line" d="M965 222L985 222Q994 222 994 213L994 42Q994 33 985 33L55 33Q46 33 46 42L46 268Q46 277 55 277L87.3 277"/><path class="head" d="M87.3 277L79.3 281L79.3 273Z"/>
<rect class="pill" x="438" y="20" width="132" height="24" rx="8"/>
<text class="label" x="504" y="36" text-anchor="middle">always [canDrain]</text>
</g>
<g class="transition" data-from="idle" data-to="idle.paused" data-on="always"><path class="line" d="M805 152L825 152"/><path class="head" d="M825 152L817 156L817 148Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.held" data-on="always"><path class="line" d="M805 152L810 152Q815 152 815 161L815 263Q815 272 816 272L825 272"/><path class="head" d="M825 272L817 276L817 268Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.offline" data-on="always"><path class="line" d="M805 152L810 152Q815 152 815 161L815 203Q815 212 816 212L825 212"/><path class="head" d="M825 212L817 216L817 208Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.standby" data-on="always"><path class="line" d="M805 152L810 152Q815 152 815 161L815 399Q815 408 816 408L825 408"/><path class="head" d="M825 408L817 412L817 404Z"/>
</g>
<g class="transition" data-from="idle" data-to="idle.ready" data-on="always"><path class="line" d="M805 152L810 152Q815 152 815 161L815 331Q815 340 816 340L825 340"/><path class="head" d="M825 340L817 344L817 336Z"/>
</g>
<g class="transition" data-from="idle.offline" data-to="draining" data-on="xstate.after.idlePoll.sync.idle.offline"><path class="line" d="M947 212L975 212Q984 212 984 203L984 81Q984 72 975 72L65 72Q56 72 56 81L56 258Q56 267 65 267L87.3 267"/><path class="head" d="M87.3 267L79.3 271L79.3 263Z"/>
<rect class="pill" x="448" y="59" width="112" height="24" rx="8"/>
<text class="label" x="504" y="75" text-anchor="middle">after idlePoll</text>
</g>
<path class="rule" d="M20 517H994"/>
<text class="note" x="24" y="539">In every state: <tspan>enqueue</tspan> · <tspan>enqueueAll</tspan> · <tspan>wake</tspan> · <tspan>flush</tspan> · <tspan>retry</tspan> · <tspan>pause</tspan> · <tspan>resume</tspan> · <tspan>offline</tspan> · <tspan>online</tspan></text>
<text class="note" x="24" y="557">These go to the engine or set flags; “always” follows from the flags. The reports of the engine do the same where no arrow names them.</text>
</svg>
`
