const [width, plotHeight, left, top, gap] = [760, 90, 70, 44, 34]

const series = [
  { name: 'heapMb', label: 'heap after a collection, MB', colour: '#2563eb' },
  { name: 'rssMb', label: 'resident memory, MB', colour: '#7c3aed' },
  { name: 'handles', label: 'open handles and timers', colour: '#0f766e' },
  { name: 'files', label: 'files in the directory', colour: '#b45309' },
  { name: 'diskMb', label: 'bytes on the disk, MB', colour: '#be123c' },
]

/** Five curves over the same time, one above the other, each from 0 to its greatest value. */
export function chartOf(samples, everyMs, title) {
  const height = top + series.length * (plotHeight + gap)
  const minutes = (samples.length * everyMs) / 60_000
  const plots = series.map(({ name, label, colour }, place) => {
    const y = top + place * (plotHeight + gap)
    const values = samples.map((each) => each[name])
    const most = Math.max(...values, 1e-9)
    const points = values.map((value, index) => {
      const x = left + ((width - left - 20) * index) / Math.max(values.length - 1, 1)
      return `${x.toFixed(1)},${(y + plotHeight - (plotHeight * value) / most).toFixed(1)}`
    })
    return [
      `<line x1="${left}" x2="${width - 20}" y1="${y + plotHeight}" y2="${y + plotHeight}" stroke="#9ca3af"/>`,
      `<polyline points="${points.join(' ')}" fill="none" stroke="${colour}" stroke-width="1.5"/>`,
      text(left, y - 5, label, 'start', colour),
      text(left - 6, y + 8, shown(most), 'end'),
      text(left - 6, y + plotHeight, '0', 'end'),
    ].join('\n')
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${width} ${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(8, 20, title, 'start', '#111827', 14)}
${plots.join('\n')}
${text(left, height - 14, '0', 'middle')}
${text(width - 20, height - 14, `${shown(minutes)} min`, 'end')}
</svg>
`
}

const shown = (value) => (value >= 100 ? String(Math.round(value)) : String(Math.round(value * 10) / 10))

function text(x, y, content, anchor, fill = '#374151', size = 12) {
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}">${content}</text>`
}
