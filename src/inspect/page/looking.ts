import type { InspectorSource, Order } from '../source.ts'
import type { Question } from './confirmDialog.ts'
import type { Frame } from './session.ts'

/** What every view is told: what to show, and how to act. */
export interface Looking {
  readonly source: InspectorSource
  /** The step that is looked at. */
  readonly frame: Frame
  /** What time it is there, epoch ms. */
  readonly now: number
  /** Whether a person may act. */
  readonly control: boolean
  readonly onOrder: (order: Order) => void
  /** Asks before something is destroyed. */
  readonly onAsk: (question: Question) => void
}
