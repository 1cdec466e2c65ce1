import type { Status } from 'xstate-outbox'
import type { Notebook } from '../protocol.ts'
import type { Mark, Refused } from './desk/view.ts'

/** What the sync card says first: one line, and one sentence under it. */
export interface Wording {
  readonly tone: 'calm' | 'busy' | 'waiting' | 'alarm'
  readonly headline: string
  readonly sentence: string
}

/** The status in words for somebody who only wants to write notes. Nothing in it counts down: screen readers read it out. */
export function wordingOf(status: Pick<Status, 'reason' | 'pending' | 'dead'>): Wording {
  const { reason, pending, dead } = status
  const changes = counted(pending, 'change')
  switch (reason) {
    case 'ready':
      return dead === 0
        ? { tone: 'calm', headline: 'Everything is saved', sentence: 'The server has all of your notes.' }
        : {
            tone: 'alarm',
            headline: dead === 1 ? 'One thing to look at' : `${dead} things to look at`,
            sentence: `The server has refused ${counted(dead, 'change')}.`,
          }
    case 'pushing':
    case 'stopping':
    case 'stopped':
      return pending === 0
        ? { tone: 'calm', headline: 'Looking around', sentence: 'Seeing whether anything is left to send.' }
        : { tone: 'busy', headline: 'Sending', sentence: `${changes} to go, the oldest first.` }
    case 'offline':
      return {
        tone: 'waiting',
        headline: 'You are offline',
        sentence:
          pending === 0 ? 'Write on: it is sent when you are back.' : `${keptHere(pending)}, sent when you are back.`,
      }
    case 'standby':
      if (pending === 0) return wordingOf({ ...status, reason: 'ready' })
      return {
        tone: 'busy',
        headline: 'Another window is sending',
        sentence: `${changes} to go; this one only watches.`,
      }
    case 'held':
      return { tone: 'waiting', headline: 'Sending is on hold', sentence: `${keptHere(pending)}.` }
    case 'paused':
      return { tone: 'waiting', headline: 'Paused', sentence: `${keptHere(pending)}.` }
    case 'server':
      return {
        tone: 'waiting',
        headline: 'The server is busy',
        sentence: `It asked for a moment. ${keptHere(pending)}.`,
      }
    case 'backoff':
    case 'notBefore':
      return {
        tone: 'waiting',
        headline: 'Waiting for the server',
        sentence: `Trying again by itself. ${keptHere(pending)}.`,
      }
    case 'store':
      return {
        tone: 'alarm',
        headline: 'This device is in trouble',
        sentence: 'Its storage failed; trying again by itself.',
      }
    default:
      return reason satisfies never
  }
}

/** The words on a mark. */
export const markWords: Readonly<Record<Mark, string>> = {
  synced: 'Synced',
  waiting: 'Waiting',
  sending: 'Sending',
  retrying: 'Trying again',
  failed: 'Refused',
}

/** What a refused change was going to do. */
export function deedOf({ change }: Refused, notebooks: readonly Notebook[]): string {
  if (change.kind === 'addNotebook') return 'A new notebook'
  if (change.kind === 'removeNote') return 'The removal of a note'
  const notebook = notebooks.find(({ id }) => id === change.notebookId)
  return notebook === undefined ? 'A note' : `A note in ${notebook.name}`
}

/** The reason of a refusal as a sentence, without the numbers of HTTP. */
export function plainReason(reason: string): string {
  const plain = reason.replace(/^answered \d+( [A-Z][a-z]+)*: /, '')
  return `${plain.slice(0, 1).toUpperCase()}${plain.slice(1)}.`
}

export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`
}

function keptHere(pending: number): string {
  return `${counted(pending, 'change')} ${pending === 1 ? 'is' : 'are'} safe on this device`
}
