import type { Session } from './session.ts'

/** Hands what was seen of a session to the browser as a file, which this page opens again. */
export function saveSession(session: Session): void {
  const text = session.lines().map((line) => `${JSON.stringify(line)}\n`)
  const url = URL.createObjectURL(new Blob(text, { type: 'application/jsonl' }))
  const link = document.createElement('a')
  link.href = url
  link.download = `outbox-${new Date().toISOString().replaceAll(':', '-').slice(0, 19)}.jsonl`
  link.click()
  setTimeout(() => URL.revokeObjectURL(url), 60_000)
}
