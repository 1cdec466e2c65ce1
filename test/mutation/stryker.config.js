// MUTATE chooses what is changed, and the tests that should notice: see `run.js`; MUTATE_ONLY names files, or ranges, of it.
const areas = {
  queue: ['src/{drain,engine,pass,outcome,settle,lease,heads,flight}.ts', 'machines/*.ts'],
  fs: ['src/store/fs/*.ts'],
}
const area = process.env.MUTATE ?? 'queue'

/** @type {import('@stryker-mutator/api/core').PartialStrykerOptions} */
// oxlint-disable-next-line import/no-default-export -- StrykerJS asks for one
export default {
  testRunner: 'vitest',
  vitest: { configFile: 'test/mutation/vitest.config.ts', related: false },
  mutate: process.env.MUTATE_ONLY?.split(',') ?? areas[area],
  // Texts are messages, or types that the compiler checks.
  mutator: { excludedMutations: ['StringLiteral'] },
  ignorePatterns: [
    '/dist',
    '/bench',
    '/docs/*.svg',
    '/.git',
    '/examples',
    '/test/mutation/node_modules',
    '/test/browser',
    '/test/packed',
  ],
  coverageAnalysis: 'perTest',
  ignoreStatic: true,
  disableTypeChecks: false,
  // TypeScript 7 has no API in JavaScript, which StrykerJS wants for rewriting a tsconfig: it is told of one that is not there.
  tsconfigFile: 'none.json',
  concurrency: Number(process.env.STRYKER_CONCURRENCY ?? 1),
  timeoutMS: process.env.MUTATE_ROUND === 'all' ? 10_000 : 2_500,
  tempDirName: '.stryker',
  reporters: ['json', 'progress-append-only'],
  jsonReporter: { fileName: `coverage/mutants-${area}-${process.env.MUTATE_ROUND}.json` },
  plugins: ['@stryker-mutator/vitest-runner'],
}
