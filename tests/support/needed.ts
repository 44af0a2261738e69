/**
 * What a test needs of the machine.
 * Takes the reason why it is missing. Gives the reason, for tests that are then skipped; where every test is
 * wanted (`IRIS_TEST_ALL=1`, as in continuous integration) throws it.
 */

/** Null stays null: nothing is missing. */
export function skippedFor(missing: string | null): string | null {
  if (missing === null || process.env['IRIS_TEST_ALL'] !== '1') return missing
  throw new Error(`${missing}. IRIS_TEST_ALL=1 allows no test to be skipped.`)
}
