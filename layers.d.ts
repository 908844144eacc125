/** From top to bottom: names of files and folders in src/. */
export const layers: readonly (readonly string[])[];
