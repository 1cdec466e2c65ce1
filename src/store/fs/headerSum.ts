/** Tables by which four bytes are summed at a time: the first for a byte, each other for a byte with one more zero byte behind it. */
const byByte = Uint32Array.from({ length: 256 }, (_, byte) => {
  let crc = byte
  for (let bit = 0; bit < 8; bit += 1) crc = crc & 1 ? (crc >>> 1) ^ 0xedb88320 : crc >>> 1
  return crc
})
const behindOne = oneFurther(byByte)
const behindTwo = oneFurther(behindOne)
const behindThree = oneFurther(behindTwo)

function oneFurther(table: Uint32Array): Uint32Array {
  return table.map((crc) => (crc >>> 8) ^ (byByte[crc & 0xff] ?? 0))
}

/** How many bytes of a header are summed. */
export const summedLength = 60

/** CRC-32 of the 60 bytes at `at`: so few that calling zlib takes longer. */
export function headerSum(data: Uint8Array, at: number): number {
  let crc = -1
  for (let index = at; index < at + summedLength; index += 4) {
    crc ^=
      (data[index] ?? 0) |
      ((data[index + 1] ?? 0) << 8) |
      ((data[index + 2] ?? 0) << 16) |
      ((data[index + 3] ?? 0) << 24)
    crc =
      (behindThree[crc & 0xff] ?? 0) ^
      (behindTwo[(crc >>> 8) & 0xff] ?? 0) ^
      (behindOne[(crc >>> 16) & 0xff] ?? 0) ^
      (byByte[crc >>> 24] ?? 0)
  }
  return ~crc >>> 0
}
