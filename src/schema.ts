/** A validator of payloads: whatever implements Standard Schema v1, as Zod, Valibot and ArkType do. */
export interface Schema<P> {
  readonly '~standard': {
    readonly version: 1
    readonly vendor: string
    readonly validate: (value: unknown) => SchemaResult<P> | Promise<SchemaResult<P>>
  }
}

type SchemaResult<P> = { readonly value: P; readonly issues?: undefined } | { readonly issues: readonly SchemaIssue[] }

interface SchemaIssue {
  readonly message: string
  readonly path?: readonly (PropertyKey | { readonly key: PropertyKey })[] | undefined
}

/** The value as the schema gives it back; throws an error that says what is wrong, and where. */
export async function validated<P>(value: unknown, schema: Schema<P>): Promise<P> {
  const result = await schema['~standard'].validate(value)
  if (result.issues === undefined) return result.value
  throw new Error(result.issues.map(issueText).join('; '))
}

function issueText({ message, path = [] }: SchemaIssue): string {
  const keys = path.map((part) => String(typeof part === 'object' ? part.key : part))
  return `${['payload', ...keys].join('.')}: ${message}`
}
