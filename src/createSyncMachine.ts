import { fromCallback } from 'xstate'
import type {
  AnyActorRef,
  AnyEventObject,
  CallbackActorLogic,
  MetaObject,
  ParameterizedObject,
  StateMachine,
  StateSchema,
} from 'xstate'
import { isWaitOver } from '../machines/setup.ts'
import type { Rest, SyncContext, SyncInput, SyncOutput } from '../machines/setup.ts'
import { syncMachineOf } from '../machines/syncMachine.ts'
import { runEngine } from './engine.ts'
import { errorText } from './errors.ts'
import type { Settings, SyncOptions } from './options.ts'
import { settingsFrom } from './options.ts'
import type { Push } from './push/contract.ts'
import type { Command, EngineCommand, OutboxEvent, Warning } from './report.ts'
import type { Storage } from './storage.ts'
import { createStorage } from './storage.ts'

/** Where a sync machine can be. */
export type SyncStateValue = { draining: 'pushing' | 'stopping' } | { idle: Rest } | 'backoff' | 'stopped'

/**
 * A machine that drains an outbox of payloads `P`. Its events are the commands; what its engine reports is private. `provide` may
 * replace the delays named here and the actor `engine`.
 */
export type SyncMachine<P> = StateMachine<
  SyncContext,
  Command<P>,
  { engine?: AnyActorRef },
  { src: 'engine'; logic: CallbackActorLogic<EngineCommand<P>, SyncInput>; id: 'engine' },
  ParameterizedObject,
  ParameterizedObject,
  'idlePoll' | 'stopLimit',
  SyncStateValue,
  string,
  SyncInput | undefined,
  SyncOutput,
  OutboxEvent<P>,
  MetaObject,
  StateSchema
>

/**
 * A sync machine for these options: `createActor(machine).start()` runs it.
 * @throws OutboxError `OUTBOX_OPTION` naming the option, the rule and what came.
 */
export function createSyncMachine<P>(options: SyncOptions<P>): SyncMachine<P> {
  const settings = settingsFrom(options)
  return machineFor(settings, createStorage(settings))
}

/**
 * The machine for settings and the storage that its actors share.
 * @param pushTo - makes the push of an actor that is given a url; without it, as with a push of its own, a url is of no use.
 */
export function machineFor<P>(
  settings: Settings<P>,
  storage: Storage,
  pushTo?: (url: string) => Push<P>,
): SyncMachine<P> {
  const machine = syncMachineOf<P>().provide({
    actors: {
      engine: fromCallback<EngineCommand<P>, SyncInput, AnyEventObject>(({ input, receive, sendBack }) => {
        const { push, warning } = pushFor(settings.push, input, pushTo)
        const { name = settings.name } = input
        const end = runEngine({ ...settings, name, push }, storage, {
          send: sendBack,
          receive,
        })
        if (warning !== undefined) sendBack({ type: 'engine.reports', events: [warning] })
        return end
      }),
    },
    delays: { idlePoll: settings.idlePollMs, stopLimit: settings.stopLimitMs },
    guards: { isWaitOver: ({ context }) => isWaitOver(context, settings.clock.now()) },
  })
  return machine as unknown as SyncMachine<P>
}

/** The push of an actor: the machine's own, or one to the url of the input. Must not throw: it runs inside the actor. */
function pushFor<P>(
  own: Push<P> | undefined,
  { url }: SyncInput,
  pushTo: ((url: string) => Push<P>) | undefined,
): { readonly push: Push<P> | undefined; readonly warning?: Warning } {
  if (url === undefined) return { push: own }
  if (pushTo === undefined) {
    return { push: own, warning: optionWarning('`input.url` is not used: this machine has its own push') }
  }
  try {
    return { push: pushTo(url) }
  } catch (error) {
    return { push: own, warning: optionWarning(`\`input.url\` cannot be used: ${errorText(error)}`) }
  }
}

function optionWarning(message: string): Warning {
  return { type: 'warning', origin: 'here', code: 'OUTBOX_OPTION', message }
}
