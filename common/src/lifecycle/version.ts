// pure
/**
 * The version of Iris that this process is of, as it tells others.
 */
export const irisVersion = '0.1.0'
