/** Asking for random bytes costs far more than the bytes, so they are fetched for many ids at once. */
const idsPerFetch = 256
const randomBytesPerId = 10
let pool = new Uint8Array(0)
let used = 0

/**
 * A new UUIDv7: 48 bits of epoch ms, 74 random bits.
 * @see RFC 9562, section 5.7
 */
export function uuidv7(): string {
  if (used >= pool.length) {
    pool = crypto.getRandomValues(new Uint8Array(idsPerFetch * randomBytesPerId))
    used = 0
  }
  const time = Date.now().toString(16).padStart(12, '0')
  const [a = 0, b = 0, c = 0, ...rest] = pool.subarray(used, (used += randomBytesPerId))
  const tail = rest.map(hexOf).join('')
  return [
    time.slice(0, 8),
    time.slice(8),
    hexOf(0x70 | (a & 0x0f)) + hexOf(b),
    hexOf(0x80 | (c & 0x3f)) + tail.slice(0, 2),
    tail.slice(2),
  ].join('-')
}

function hexOf(byte: number): string {
  return byte.toString(16).padStart(2, '0')
}
