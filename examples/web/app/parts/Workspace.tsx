import { useState } from 'react'
import { useIsSignedOut, useView } from '../desk/useDesk.ts'
import { Masthead } from './Masthead.tsx'
import { NotebookPage } from './NotebookPage.tsx'
import { Shelf } from './Shelf.tsx'
import { SignInAgain } from './SignInAgain.tsx'
import { Switches } from './Switches.tsx'
import { SyncCard } from './SyncCard.tsx'

/** Everything that one account sees. */
export function Workspace() {
  const { notebooks } = useView()
  const isSignedOut = useIsSignedOut()
  const [place, setPlace] = useState(0)
  // By place, not by id: a notebook keeps its place when the server gives it another id.
  const notebook = notebooks[place] ?? notebooks[0]
  return (
    <div className="app">
      <Masthead />
      <main className="desk">
        <div className="desk-sync">
          {isSignedOut && <SignInAgain />}
          <SyncCard />
        </div>
        <Shelf chosen={notebook} onChoose={(chosen) => setPlace(notebooks.indexOf(chosen))} />
        <NotebookPage notebook={notebook} />
        <Switches notebook={notebook} />
      </main>
    </div>
  )
}
