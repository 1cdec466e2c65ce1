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
  const { notebooks, serverIds } = useView()
  const isSignedOut = useIsSignedOut()
  const [chosenId, setChosenId] = useState('')
  const id = serverIds[chosenId] ?? chosenId
  const notebook = notebooks.find((one) => one.id === id) ?? notebooks[0]
  return (
    <div className="app">
      <Masthead />
      <main className="desk">
        <div className="desk-sync">
          {isSignedOut && <SignInAgain />}
          <SyncCard />
        </div>
        <Shelf chosen={notebook} onChoose={setChosenId} />
        {/* By what was chosen: the page, and what is being written on it, outlives the id that the server gives. */}
        <NotebookPage key={chosenId} notebook={notebook} />
        <Switches notebook={notebook} />
      </main>
    </div>
  )
}
