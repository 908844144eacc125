import Fastify from "fastify";
import { readFileSync } from "node:fs";
import { makeExecutableSchema } from "@graphql-tools/schema";
import { createApolloServer } from "../../src/graphql/apollo.ts";
import { registerHttpOperations } from "../../src/graphql/http-operations.ts";
import { PreparedOperations } from "../../src/graphql/prepared-operations.ts";
import { DocumentLimits } from "../../src/graphql/limits.ts";
import { SafeInt } from "../../src/graphql/safe-int.ts";
import { DateTime } from "../../src/graphql/date-time.ts";
import { presentError } from "../../src/graphql/errors.ts";
const rows = Array.from({length:100},(_,i)=>({board:"main",rank:i+1,userId:"user"+i,score:1000}));
const schema = makeExecutableSchema({ typeDefs: readFileSync("schema.graphql","utf8"), resolvers: { SafeInt, DateTime, Query: { topScores: (_:any,{limit}:any)=>rows.slice(0,limit), playerScore: (_:any,{userId}:any)=>({...rows[0],userId}), scoresAround: ()=>rows } } });
const n = () => undefined;
const metrics: any = { errors: { inc: n }, operationDuration: { startTimer: () => n, labels: () => ({ observe: n }) } };
const log: any = { error: (o:any,m:any)=>console.log("LOG",m,o?.err?.message), warn: n, info: n, debug: n };
const prepared = new PreparedOperations({ schema, present: (e:any)=>presentError({...e.toJSON(),extensions:{code:"INTERNAL_SERVER_ERROR"}},e), now: () => performance.now() });
const apollo = createApolloServer({ schema, prepared, trusted: undefined, introspection: true, metrics, logger: log, log });
await apollo.start();
const app = Fastify();
registerHttpOperations(app, { path: "/graphql", apollo, prepared, authenticator: { authenticate: () => ({ role: "none" }) } as any, limits: new DocumentLimits(schema), proxies: { callerOf: () => "x" } as any, welcome: ((_r:any,_p:any,d:any)=>d()) as any, metrics });
const get = async (qs: string, headers: any = {}) => { const t=performance.now(); const r = await app.inject({ method: "GET", url: "/graphql?"+qs, headers: { "graphql-require-preflight":"1", ...headers } }); return [r.statusCode, r.body.length, r.body.slice(0,150), (performance.now()-t).toFixed(0)+"ms"]; };
const post = async (body: any, headers: any = {}) => { const r = await app.inject({ method: "POST", url: "/graphql", payload: body, headers }); return [r.statusCode, r.body.length, r.body.slice(0,160)]; };
const rep = (n: number, f: (i: number) => string) => Array.from({ length: n }, (_, i) => f(i)).join(" ");
const big = `{${rep(20,(i)=>`a${i}:topScores(limit:100){...F}`)}} fragment F on ScoreEntry{${rep(250,(i)=>`u${i}:userId`)}}`;
console.log("GET plain", big.length, await get("query="+encodeURIComponent(big)));
console.log("GET %FF", await get("query=%23%FF%0A"+encodeURIComponent(big)));
const many = `{${rep(55,(i)=>`a${i}:topScores(limit:100){...F}`)}} fragment F on ScoreEntry{${rep(140,(i)=>`u${i}:userId`)}}`;
console.log("GET %FF many", many.length, await get("query=%23%FF%0A"+encodeURIComponent(many)));
console.log("GET deep variables %FF", await get("query="+encodeURIComponent("query($u:ID!){playerScore(userId:$u){rank}}")+"&variables=%FF"+"%5B".repeat(10)));
console.log("GET deep variables in string", await get("query="+encodeURIComponent("query($u:ID!){playerScore(userId:$u){rank}}")+"&variables=%7B%22x%22:%22%FF%22,%22u%22:"+"[".repeat(6000)+"]".repeat(6000)+"}"));
// NUL key
const q = "query A{topScores(limit:1){rank}}";
for (let i=0;i<6;i++) await post({ query: q, operationName: "A" });
console.log("NUL prepared", await post({ query: "A\0"+q }), "apollo:", await post({ query: "B\0"+q }));
// prototype variables
for (const v of ["toString","constructor","__proto__","hasOwnProperty","length","valueOf"]) {
  for (const [decl, vars] of [[`$${v}:Int=3`, {}],[`$${v}:Int`, {}],[`$${v}:Int!`, {}],[`$${v}:Int!`, JSON.parse(`{"${v}":2}`)]] as any) {
    const query = `query(${decl}){topScores(limit:$${v}){rank}}`; const body: any = { query, variables: vars };
    const payload = `{"query":${JSON.stringify(query)},"variables":${JSON.stringify(vars)}}`;
    const h = {"content-type":"application/json"};
    const first = await post(payload, h); for (let i=0;i<5;i++) await post(payload,h); const last = await post(payload,h);
    if (JSON.stringify(first)!==JSON.stringify(last)) console.log("DIFF", query, JSON.stringify(vars), first, last, !!prepared.get({query}));
  }
}
// clients
console.log("operationName ''", await post({ query: "{topScores(limit:1){rank}}", operationName: "" }));
console.log("nulls", await post({ query: "{topScores(limit:1){rank}}", operationName: null, variables: null, extensions: null }));
import { createHash } from "node:crypto";
const sha256Hash = createHash("sha256").update(q).digest("hex"); const extensions = { persistedQuery: { version: 1, sha256Hash } };
const q2 = "query B{topScores(limit:2){rank}}"; const e2 = { persistedQuery: { version: 1, sha256Hash: createHash("sha256").update(q2).digest("hex") } };
console.log("apq", await post({ extensions: e2 }), await post({ query: q2, extensions: e2 }), await post({ extensions: e2, operationName: "B" }));
import { getIntrospectionQuery } from "graphql";
for (const o of [{}, { specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true }]) console.log("introspection", (await post({ query: getIntrospectionQuery(o as any), operationName: "IntrospectionQuery" })).slice(0,2));
const l = new DocumentLimits(schema); const { parse } = await import("graphql"); const d = parse(getIntrospectionQuery({ specifiedByUrl: true, directiveIsRepeatable: true, schemaDescription: true, inputValueDeprecation: true, oneOf: true } as any)); console.log("cost of full introspection", l.costOf(d, d.definitions[0] as any));
await app.close(); process.exit(0);
