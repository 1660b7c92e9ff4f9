/** The machine's own chance, where none is handed in. */
export const machineRandom = (): number => Math.random();
