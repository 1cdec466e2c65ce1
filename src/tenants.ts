/** Who uses which storage place in this process: two outboxes on one place would push each other's entries. */
const tenants = new Map<unknown, Map<unknown, number>>()

/** Moves into a place; answers whether somebody with another push lives there, and what moves out again. */
export function moveIn(place: unknown, push: unknown): { readonly isShared: boolean; moveOut(): void } {
  const pushes = tenants.get(place) ?? new Map<unknown, number>()
  tenants.set(place, pushes)
  const isShared = [...pushes.keys()].some((other) => other !== push)
  pushes.set(push, (pushes.get(push) ?? 0) + 1)
  let isIn = true
  return {
    isShared,
    moveOut() {
      if (!isIn) return
      isIn = false
      const left = (pushes.get(push) ?? 1) - 1
      if (left > 0) pushes.set(push, left)
      else pushes.delete(push)
      if (pushes.size === 0) tenants.delete(place)
    },
  }
}
