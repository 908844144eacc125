export function ensurePrismaClient(): Promise<void>;
