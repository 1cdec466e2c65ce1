import { writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { medianOf } from './median.js'

/** Writes two charts: who is how fast, and what a backlog does to that. */
export function writeCharts({ backlogs, contestants }, directory) {
  const all = Object.values(contestants).filter(({ runs }) => runs.length > 0)
  const seriesOf = (fields) => fields.map(([label, field]) => ({ label, of: ({ runs }) => medianOf(runs, field) }))
  const speed = seriesOf([
    ['enqueue, 100 callers', 'callers'],
    ['enqueue, one by one', 'oneByOne'],
    ['drain', 'drain'],
  ])
  const backlog = seriesOf(backlogs.map((size) => [`${size.toLocaleString('en')} wait`, `drain${size}`]))
  writeFileSync(join(directory, 'performance-speed.svg'), barChart('Entries per second', all, speed))
  const waiting = all.filter((each) => backlog.some(({ of }) => of(each) !== undefined))
  writeFileSync(
    join(directory, 'performance-backlog.svg'),
    barChart('Entries drained per second, by how many wait', waiting, backlog),
  )
}

const colours = ['#2563eb', '#93c5fd', '#0f766e']
const [labelWidth, plotWidth, barHeight, gap, top] = [270, 520, 12, 12, 64]

/** Horizontal bars on a logarithmic scale. */
function barChart(title, rows, series) {
  const values = rows.flatMap((row) => series.map(({ of }) => of(row))).filter((value) => value !== undefined)
  const least = 10 ** Math.floor(Math.log10(Math.min(...values)))
  const most = 10 ** Math.ceil(Math.log10(Math.max(...values)))
  const span = Math.log10(most) - Math.log10(least)
  const x = (value) => labelWidth + (plotWidth * (Math.log10(value) - Math.log10(least))) / span
  const rowHeight = series.length * barHeight + gap
  const height = top + rows.length * rowHeight + 12
  const marks = []
  for (let mark = least; mark <= most; mark *= 10) {
    marks.push(
      `<line x1="${x(mark)}" x2="${x(mark)}" y1="${top - 6}" y2="${height - 12}" stroke="#e5e7eb"/>`,
      text(x(mark), top - 10, mark.toLocaleString('en'), 'middle', '#6b7280'),
    )
  }
  const legend = series.map(({ label }, index) => {
    const at = labelWidth + index * 170
    return `<rect x="${at}" y="28" width="10" height="10" fill="${colours[index]}"/>${text(at + 15, 37, label)}`
  })
  const bars = rows.flatMap((row, index) => {
    const y = top + index * rowHeight
    const name = text(labelWidth - 8, y + (series.length * barHeight) / 2 + 4, row.name, 'end')
    const ofRow = series.map(({ of }, place) => {
      const value = of(row)
      if (value === undefined) return ''
      const at = y + place * barHeight
      const width = Math.max(x(value) - labelWidth, 1).toFixed(1)
      const bar = `<rect x="${labelWidth}" y="${at}" width="${width}" height="${barHeight - 2}" fill="${colours[place]}"/>`
      return bar + text(x(value) + 4, at + 9, Math.round(value).toLocaleString('en'), 'start', '#374151', 10)
    })
    return [name, ...ofRow]
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 ${labelWidth + plotWidth + 70} ${height}" font-family="sans-serif">
<rect width="100%" height="100%" fill="#ffffff"/>
${text(8, 20, `${title} (logarithmic; 1 KB entries)`, 'start', '#111827', 14)}
${[...legend, ...marks, ...bars].filter((each) => each !== '').join('\n')}
</svg>
`
}

function text(x, y, content, anchor = 'start', fill = '#111827', size = 12) {
  const escaped = content.replaceAll('&', '&amp;').replaceAll('<', '&lt;')
  return `<text x="${x}" y="${y}" font-size="${size}" text-anchor="${anchor}" fill="${fill}">${escaped}</text>`
}
