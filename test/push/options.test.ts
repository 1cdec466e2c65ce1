import { expect, it } from 'vitest'
import { isOutboxError } from '../../src/errors.ts'
import type { HttpPushOptions } from '../../src/push/http.ts'
import { httpPush } from '../../src/push/http.ts'
import type { Note } from './trying.ts'

const url = 'https://api.example.com'
const addressRule = '`url` must be an http or https address, or one relative to a page, got'

it.each([
  [undefined, '`options` must be an object, got undefined'],
  [{}, `${addressRule} undefined`],
  [{ url: '' }, `${addressRule} ""`],
  [{ url: 7 }, `${addressRule} 7`],
  [{ url: 'http://' }, `${addressRule} "http://"`],
  [{ url: 'ftp://example.com' }, `${addressRule} one of "ftp:"`],
  [{ url: 'https://me:s3cret@example.com' }, '`url` must be without user name and password, which belong in `headers`'],
  [{ url: 'https://me:s3cret@exa mple.com' }, `${addressRule} one that cannot be read`],
  [{ url, method: 'GET' }, '`method` must be an HTTP method other than GET, HEAD, CONNECT, TRACE, TRACK, got "GET"'],
  [
    { url, method: 'PO ST' },
    '`method` must be an HTTP method other than GET, HEAD, CONNECT, TRACE, TRACK, got "PO ST"',
  ],
  [{ url, body: 'text' }, '`body` must be a function, got "text"'],
  [{ url, receive: {} }, '`receive` must be a function, got an object'],
  [{ url, classify: [] }, '`classify` must be a function, got an array'],
  [{ url, fetch: null }, '`fetch` must be a function, got null'],
  [{ url, headers: 'a: b' }, '`headers` must be headers or a function that gives them: there are none'],
  [
    { url, headers: { authorization: 7 } },
    '`headers` must be headers or a function that gives them: the header "authorization" has no text as its value',
  ],
  [
    { url, timeoutMs: 5 },
    '`timeoutMs` is no option of httpPush; the options are url, method, headers, body, receive, classify, fetch',
  ],
])('refuses %j, naming the option, the rule and what came', (options, message) => {
  expect(() => httpPush(options as unknown as HttpPushOptions<Note>)).toThrow(
    expect.objectContaining({ code: 'OUTBOX_OPTION', message }),
  )
})

it('refuses a header that cannot be sent without showing its value', () => {
  expect(() => httpPush({ url, headers: { authorization: 'Bearer s3cret\r\nx: y' } })).toThrow(
    expect.toSatisfy((error: Error) => isOutboxError(error, 'OUTBOX_OPTION') && !error.message.includes('s3cret')),
  )
})

it.each([
  { url: '/api/sync' },
  { url: new URL(url) },
  { url: () => url },
  { url, method: 'patch', headers: new Headers({ a: 'b' }), body: undefined },
])('accepts %j', (options) => {
  expect(typeof httpPush(options as HttpPushOptions<Note>)).toBe('function')
})
