/** A change of 1,024 bytes as JSON. */
export function payloadOf(number) {
  return { number, text: filler.slice(String(number).length) }
}

const bytes = 1_024
const filler = 'lorem ipsum dolor sit amet '
  .repeat(bytes)
  .slice(0, bytes - JSON.stringify({ number: '', text: '' }).length + 2)
