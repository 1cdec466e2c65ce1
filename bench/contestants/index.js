/** Everyone who takes part, by the name that the command line uses. Each is loaded in its own process only. */
export const contestants = {
  store: () => import('./outbox.js').then((each) => each.outboxStore),
  handle: () => import('./outbox.js').then((each) => each.outboxHandle),
  machine: () => import('./outbox.js').then((each) => each.outboxMachine),
  bare: () => import('./bareFile.js').then((each) => each.bareFile),
  sqliteFull: () => import('./sqlite.js').then((each) => each.sqliteFull),
  sqliteFullGathered: () => import('./sqlite.js').then((each) => each.sqliteFullGathered),
  sqliteNormal: () => import('./sqlite.js').then((each) => each.sqliteNormal),
  plainjob: () => import('./plainjob.js').then((each) => each.plainjob),
  betterQueue: () => import('./betterQueue.js').then((each) => each.betterQueue),
  liteque: () => import('./liteque.js').then((each) => each.liteque),
  bullmqAlways: () => import('./bullmq.js').then((each) => each.bullmqAlways),
  bullmqEverySecond: () => import('./bullmq.js').then((each) => each.bullmqEverySecond),
  jetStream: () => import('./jetStream.js').then((each) => each.jetStream),
}
