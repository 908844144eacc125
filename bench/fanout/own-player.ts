/** The player that a viewer follows; viewers are numbered from 0. */
export const ownPlayer = (index: number): string => `own${index}`;
