/** To be replaced by its first real file. */
export const placeholder = true
