/** What the browser estimates; empty where it does not tell. Never rejects. */
export async function estimate(storage: StorageManager): Promise<StorageEstimate> {
  try {
    return await storage.estimate()
  } catch {
    // Not knowing is an answer: the estimate is missing in the result.
    return {}
  }
}
