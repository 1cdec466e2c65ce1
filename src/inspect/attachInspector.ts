import type { AnyActorRef, InspectionEvent } from 'xstate'
import { contained } from '../contained.ts'
import type { Observed, StepOptions } from './observeSteps.ts'
import { actorOf } from './observeSteps.ts'
import { redactedEvent, redactedSnapshot } from './statelyOptions.ts'

/** An inspector of `@statelyai/inspect`, or any other with XState's observer. */
export interface AttachableInspector {
  readonly inspect: { next?: ((event: InspectionEvent) => void) | undefined }
}

/**
 * Shows an outbox in an inspector, also one that has long been running: first the machine with its definition, then what happens.
 * The inspector is told of the outbox and its engine alone, without payloads unless asked for; what it throws stays out of the
 * outbox. Returns what ends it.
 */
export function attachInspector(
  observed: Observed,
  { inspect }: AttachableInspector,
  { payloads = false }: StepOptions = {},
): () => void {
  const actor = actorOf(observed)
  const rootId = rootOf(actor).sessionId
  const tell = contained((event: InspectionEvent) => inspect.next?.(event))

  function introduce(ref: AnyActorRef): void {
    const { id, sessionId } = ref
    const parent = parentOf(ref)
    const { config } = (ref as { readonly logic?: { readonly config?: unknown } }).logic ?? {}
    const getSnapshot = () => redactedSnapshot(ref.getSnapshot())
    const facade = { id, sessionId, _parent: parent && { sessionId: parent.sessionId }, logic: { config }, getSnapshot }
    tell({ type: '@xstate.actor', rootId, actorRef: facade } as unknown as InspectionEvent)
  }

  const subscription = actor.system.inspect((event: InspectionEvent) => {
    const ref = event.actorRef as AnyActorRef
    if (ref !== actor && parentOf(ref) !== actor) return
    if (event.type === '@xstate.actor') introduce(ref)
    else if (event.type === '@xstate.event') tell({ ...event, event: redactedEvent(event.event, payloads) })
    else if (event.type === '@xstate.snapshot')
      tell({
        ...event,
        event: redactedEvent(event.event, payloads),
        snapshot: redactedSnapshot(event.snapshot) as typeof event.snapshot,
      })
  })
  introduce(actor)
  for (const child of Object.values(childrenOf(actor))) introduce(child)
  return () => subscription.unsubscribe()
}

function childrenOf(actor: AnyActorRef): Readonly<Record<string, AnyActorRef>> {
  return (actor.getSnapshot() as { readonly children?: Record<string, AnyActorRef> }).children ?? {}
}

function parentOf({ _parent: parent }: AnyActorRef): AnyActorRef | undefined {
  return parent
}

function rootOf(actor: AnyActorRef): AnyActorRef {
  const parent = parentOf(actor)
  return parent === undefined ? actor : rootOf(parent)
}
