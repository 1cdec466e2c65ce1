/** Rows under a head as a Markdown table, numbers to the right. */
export function table(head, rows) {
  const widths = head.map((title, column) => Math.max(...[head, ...rows].map((row) => String(row[column]).length), 3))
  const line = (cells) =>
    `| ${cells.map((cell, column) => (column === 0 ? String(cell).padEnd(widths[column]) : String(cell).padStart(widths[column]))).join(' | ')} |`
  const rule = `| ${widths.map((width, column) => (column === 0 ? '-'.repeat(width) : `${'-'.repeat(width - 1)}:`)).join(' | ')} |`
  return `${[line(head), rule, ...rows.map(line)].join('\n')}\n`
}
