import { ensurePrismaClient } from "../../scripts/prisma-client.mjs";

/** For tests that need no store, but import code that imports Prisma's client. */
export default ensurePrismaClient;
