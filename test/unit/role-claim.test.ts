import { describe, expect, test } from "vitest";
import { RefusedToken } from "../../src/auth/refused-token.js";
import { roleOf } from "../../src/auth/role-claim.js";

const roleIn = (json: string, claim = "role", defaultRole?: "player") =>
  roleOf(JSON.parse(json) as object, { claim, defaultRole });

test.each([
  ["role", '{"role":"player"}', "player"],
  ["role", '{"role":["player"]}', "player"],
  ["role", '{"role":["player","admin","service"]}', "admin"],
  ["role", '{"role":["offline_access",5,null,"service","player"]}', "service"],
  ["realm_access.roles", '{"realm_access":{"roles":["uma_authorization","player"]}}', "player"],
  ["a.b.c", '{"a":{"b":{"c":"service"}}}', "service"],
  ["https://standings.example/role", '{"https://standings.example/role":"admin"}', "admin"],
  // The exact name goes first.
  ["a.b", '{"a.b":"player","a":{"b":"admin"}}', "player"],
  ["a.b", '{"a":{"b":"admin"},"a.b":["player"]}', "player"],
])("of the claim %s in %s the role is %s, also with a default role", (claim, json, role) => {
  expect(roleIn(json, claim)).toBe(role);
  expect(roleIn(json, claim, "player")).toBe(role);
});

describe.each([undefined, "player"] as const)("with the default role %s", (defaultRole) => {
  test.each([
    ["role", '{"role":"root"}'],
    ["role", '{"role":"Admin"}'],
    ["role", '{"role":"none"}'],
    ["role", '{"role":""}'],
    ["role", '{"role":null}'],
    ["role", '{"role":5}'],
    ["role", '{"role":true}'],
    ["role", '{"role":{"player":true}}'],
    ["role", '{"role":[]}'],
    ["role", '{"role":["root"]}'],
    ["role", '{"role":[["player"]]}'],
    ["role", '{"role":"player admin"}'],
    ["a.b", '{"a.b":null,"a":{"b":"admin"}}'],
    ["a.b", '{"a.b":"root","a":{"b":"admin"}}'],
    ["a.b", '{"a":{"b":"root"}}'],
  ])("the claim %s in %s is no role", (claim, json) => {
    expect(() => roleIn(json, claim, defaultRole)).toThrow(RefusedToken);
  });
});

test.each([
  ["role", "{}"],
  ["role", '{"roles":"admin"}'],
  ["a.b", '{"a":"admin"}'],
  ["a.b", '{"a":null}'],
  ["a.b", '{"a":{"c":"admin"}}'],
  ["a.b", '{"b":"admin"}'],
  ["role", '{"__proto__":{"role":"admin"}}'],
  ["constructor.name", "{}"],
  ["a.length", '{"a":"x"}'],
  ["a..b", '{"a":{"b":"admin"}}'],
])("without the claim %s, as in %s, only the default role is left", (claim, json) => {
  expect(() => roleIn(json, claim)).toThrow(RefusedToken);
  expect(roleIn(json, claim, "player")).toBe("player");
});
