/** Colours and fonts, in light and dark; `data-tone` chooses the colour of what is said. */
export const tokens = `
:host {
  --sans: system-ui, -apple-system, 'Segoe UI', Roboto, 'Helvetica Neue', sans-serif;
  --mono: ui-monospace, 'SF Mono', SFMono-Regular, Menlo, Consolas, 'DejaVu Sans Mono', monospace;
  color-scheme: light dark;
  --ground: #f4f5f8; --surface: #ffffff; --raised: #eceef3; --ink: #14171f; --muted: #565d6d; --line: #dfe2ea; --edge: #c3c8d4;
  --accent: #4338ca; --solid: #4f46e5; --solid-hover: #4338ca; --solid-bad: #c02631; --solid-bad-hover: #a11d27;
  --good: #0b7a4b; --bad: #b3202c; --wait: #8f5300; --quiet: #515a6b;
  --work: #1f55d6; --pause: #6a43b5; --other: #0b6e84;
}
@media (prefers-color-scheme: dark) {
  :host {
    --ground: #0c0e14; --surface: #141823; --raised: #1f2533; --ink: #eef1f7; --muted: #a2abbd; --line: #262d3c; --edge: #3a4357;
    --accent: #a5b0ff; --solid: #5a52ea; --solid-hover: #6c65f0; --solid-bad: #c8323d; --solid-bad-hover: #d8434e;
    --good: #52d49b; --bad: #ff8a90; --wait: #fbbf5a; --quiet: #a9b3c5;
    --work: #7fb0ff; --pause: #c5aefa; --other: #62d2e6;
  }
}
[data-tone='draining'] { --tone: var(--work); }
[data-tone='backoff'], [data-tone='wait'] { --tone: var(--wait); }
[data-tone='ready'], [data-tone='good'] { --tone: var(--good); }
[data-tone='paused'] { --tone: var(--pause); }
[data-tone='held'], [data-tone='bad'] { --tone: var(--bad); }
[data-tone='standby'] { --tone: var(--other); }
[data-tone='offline'], [data-tone='stopped'], [data-tone='plain'] { --tone: var(--quiet); }
`
