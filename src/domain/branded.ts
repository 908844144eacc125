declare const brand: unique symbol;

/** A value that was parsed: only the functions that check it make one from plain text or numbers. */
export type Branded<T, Name extends string> = T & { readonly [brand]: Name };
