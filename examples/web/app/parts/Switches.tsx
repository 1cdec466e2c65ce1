import type { Notebook, Trouble } from '../../protocol.ts'
import { troubles } from '../../protocol.ts'
import { useChanges } from '../desk/useChanges.ts'
import { signEverybodyOut, switchServer } from '../sync/server.ts'
import { useServerState } from './useServerState.ts'

const words: Readonly<Record<Trouble, readonly [name: string, what: string]>> = {
  none: ['Works', 'answers at once'],
  down: ['Down', 'cuts every connection'],
  slow: ['Slow', 'takes its time over each change'],
  busy: ['Busy', '503, come back in 5 s'],
  mute: ['Mute', 'takes a change, and its answer is lost'],
}

const backlog = Array.from({ length: 10 }, (_, index) => `Note ${index + 1} of ten`)

/** The server's switches: break it, and watch what the outbox makes of it. */
export function Switches({ notebook }: { readonly notebook: Notebook | undefined }) {
  const { writeNotes } = useChanges()
  const { server, isOutOfReach, change } = useServerState()
  return (
    <section className="switches" aria-labelledby="switches">
      <h2 className="label" id="switches">
        Break the server
      </h2>
      <fieldset className="choices" disabled={server === undefined}>
        <legend className="hidden">What the server does</legend>
        {troubles.map((trouble) => (
          <label key={trouble} className="choice">
            <input
              type="radio"
              name="trouble"
              checked={server?.trouble === trouble}
              onChange={() => change(() => switchServer({ trouble }), { trouble })}
            />
            <span className="choice-name">{words[trouble][0]}</span>
            <span className="choice-what">{words[trouble][1]}</span>
          </label>
        ))}
      </fieldset>
      <label className="choice choice-alone">
        <input
          type="checkbox"
          className="switch"
          checked={server?.refusesCoffee ?? false}
          disabled={server === undefined}
          onChange={(event) => {
            const refusesCoffee = event.target.checked
            change(() => switchServer({ refusesCoffee }), { refusesCoffee })
          }}
        />
        <span className="choice-name">Refuse coffee</span>
        <span className="choice-what">400 for what mentions it</span>
      </label>
      <button type="button" className="button wide" onClick={() => change(signEverybodyOut)}>
        Sign everybody out
      </button>
      {notebook !== undefined && (
        <button type="button" className="button wide" onClick={() => void writeNotes(notebook.id, backlog)}>
          Write ten notes at once
        </button>
      )}
      <dl className="counts">
        <div>
          <dt>taken</dt>
          <dd>{server?.taken ?? '–'}</dd>
        </div>
        <div>
          <dt>came again</dt>
          <dd>{server?.repeated ?? '–'}</dd>
        </div>
        <div>
          <dt>refused</dt>
          <dd>{server?.refused ?? '–'}</dd>
        </div>
      </dl>
      <p className="hint" role="status">
        {isOutOfReach ? 'The switches are on the server, which is out of reach.' : ''}
      </p>
    </section>
  )
}
