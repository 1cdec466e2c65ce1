/** What tests of stores share with the contract suite. */
export {
  delivered,
  died,
  draft,
  drafts,
  expectBalance,
  headOf,
  pendingIds,
  retried,
  skipped,
  deadIds,
  deliverAll,
  killAll,
  leased,
} from '../../src/testing/contract/bench.ts'
