import { ensurePrismaClient } from "../../scripts/prisma-client.mjs";

/** For tests that need no store, but code that knows one. */
export default ensurePrismaClient;
