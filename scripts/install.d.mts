export function dependenciesAreComplete(root: string, scope?: { production: boolean }): boolean;
export function installDependencies(root: string): Promise<void>;
