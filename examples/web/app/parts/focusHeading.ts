/** Gives the focus to the heading of the notebook, when what had it is going away. */
export function focusHeading(): void {
  document.getElementById('notebook')?.focus()
}
