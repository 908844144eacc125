import { readdirSync } from "node:fs";
import Fastify from "fastify";
import { describe, expect, test } from "vitest";
import { registerPages, type PagesOptions } from "../../src/transports/pages/routes.js";
import { builtPages, pagesAlone } from "./scripted-server.js";

/** The files and headers that the service serves for the built pages. */
describe("the web routes", () => {
  function web(options: Partial<PagesOptions> = {}) {
    const server = Fastify();
    registerPages(server, { ...pagesAlone, ...options });
    server.get("/graphql", () => ({}));
    return server;
  }

  test("serve the page for revalidation, with a policy that allows this origin only", async () => {
    const response = await web().inject({ url: "/", headers: { host: "scores.example:8443" } });
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
    expect(response.headers["cache-control"]).toBe("no-cache");
    const policy = String(response.headers["content-security-policy"]);
    expect(policy).toContain("default-src 'none';script-src 'self';style-src 'self';");
    expect(policy).toContain("connect-src 'self' ws://scores.example:8443 wss://scores.example:8443;");
    expect(policy).not.toContain("unsafe");
    expect(response.headers["strict-transport-security"]).toBeUndefined();
    const known = { host: "scores.example:8443", "if-none-match": String(response.headers.etag) };
    expect((await web().inject({ url: "/", headers: known })).statusCode).toBe(304);
    // The page names its own address.
    expect((await web().inject({ url: "/", headers: { ...known, host: "other.example" } })).statusCode).toBe(200);
  });

  test.each(["/b/main", "/b/a-board_1?view=wall", "/p/user123", "/p/%F0%9F%9A%80%2F..?board=main", "/overlay/main"])(
    "serve a page at %s, which loads files of its build",
    async (url) => {
      const response = await web().inject(url);
      expect(response.statusCode).toBe(200);
      expect(response.headers["content-type"]).toBe("text/html; charset=utf-8");
      const scripts = [...response.body.matchAll(/<script[^>]* src="([^"]*)"/g)].map(([, source]) => String(source));
      for (const source of scripts) expect((await web().inject(source)).statusCode).toBe(200);
      expect(scripts).not.toEqual([]);
    },
  );

  test.each([
    ["/manifest.webmanifest", "application/manifest+json"],
    ["/icon.svg", "image/svg+xml"],
    ["/icon-192.png", "image/png"],
    ["/icon-512.png", "image/png"],
    ["/icon-maskable-512.png", "image/png"],
    ["/apple-touch-icon.png", "image/png"],
    ["/robots.txt", "text/plain"],
  ])("serve %s for revalidation", async (url, type) => {
    const response = await web().inject(url);
    expect(response.statusCode).toBe(200);
    expect(response.headers["content-type"]).toContain(type);
    expect(response.headers["cache-control"]).toBe("no-cache");
    expect(response.headers["x-content-type-options"]).toBe("nosniff");
    const again = await web().inject({ url, headers: { "if-none-match": String(response.headers.etag) } });
    expect(again.statusCode).toBe(304);
  });

  test("let listed origins alone show the boards, the overlay and the players in a frame, and nobody the playground", async () => {
    const origins = { embedders: ["https://a.example", "https://b.example:8443"], avatars: [] };
    for (const url of ["/", "/b/main", "/p/user123", "/overlay/main"]) {
      const { headers: closed } = await web().inject(url);
      expect(closed["content-security-policy"]).toContain(";frame-ancestors 'none';");
      expect(closed["x-frame-options"]).toBe("DENY");
      const { headers } = await web({ origins }).inject(url);
      const policy = String(headers["content-security-policy"]);
      expect(policy).toContain(";frame-ancestors https://a.example https://b.example:8443;");
      expect(headers["x-frame-options"]).toBeUndefined();
    }
    const { headers } = await web({ origins }).inject("/playground");
    expect(headers["content-security-policy"]).toMatch(/;frame-ancestors 'none'$/);
    expect(headers["x-frame-options"]).toBe("DENY");
  });

  test("let the pages load pictures from this origin and the listed ones", async () => {
    const origins = { embedders: [], avatars: ["https://pictures.example"] };
    for (const url of ["/", "/b/main", "/p/user123", "/overlay/main"]) {
      expect((await web().inject(url)).headers["content-security-policy"]).toContain(";img-src 'self';");
      const { headers } = await web({ origins }).inject(url);
      expect(headers["content-security-policy"]).toContain(";img-src 'self' https://pictures.example;");
    }
  });

  test.each(["a b", "x;script-src *", "x, y", "'unsafe-inline'", "a\u00e9"])(
    "let the Host header %j add nothing to the policy",
    async (host) => {
      const response = await web().inject({ url: "/", headers: { host } });
      expect(response.headers["content-security-policy"]).toContain("connect-src 'self' 'self';manifest-src");
    },
  );

  test("let browsers cache assets for ever, and compress them for browsers that can read it", async () => {
    const script = readdirSync(`${builtPages}/assets`).find((name) => /^index-.*\.js$/.test(name));
    const plain = await web().inject(`/assets/${script}`);
    expect(plain.headers["cache-control"]).toBe("public, max-age=31536000, immutable");
    expect(plain.headers["x-content-type-options"]).toBe("nosniff");
    expect(plain.headers["content-encoding"]).toBeUndefined();
    const small = await web().inject({ url: `/assets/${script}`, headers: { "accept-encoding": "gzip, br" } });
    expect(small.headers["content-encoding"]).toBe("br");
    expect(small.headers["content-type"]).toBe(plain.headers["content-type"]);
    expect(small.headers.vary).toBe("accept-encoding");
    expect(small.rawPayload.length).toBeLessThan(plain.rawPayload.length / 3);
  });

  test.each([
    "/index.html",
    "/playground.html",
    "/player.html",
    "/b",
    "/b/",
    "/p/",
    "/b/main/more",
    "/persisted-documents.json",
    "/assets",
    "/assets/",
    "/assets/nothing.js",
    "/assets/../index.html",
    "/assets/..%2findex.html",
    "/assets/%2e%2e%2f%2e%2e%2fmain.js",
    "/assets/..%5cindex.html",
    "/assets/.hidden",
    "/assets/%00.js",
    "/favicon.ico",
  ])("answer 404 for %s", async (url) => {
    expect((await web().inject(url)).statusCode).toBe(404);
  });

  test("have no playground when it is off", async () => {
    expect((await web({ playground: true }).inject("/playground")).statusCode).toBe(200);
    expect((await web({ playground: false }).inject("/playground")).statusCode).toBe(404);
  });

  test("say how to build a page that is not built", async () => {
    const response = await web({ root: "/nonexistent" }).inject("/");
    expect(response.statusCode).toBe(503);
    expect(response.body.trim()).toBe("The page is not built: run npm run build.");
    expect((await web({ root: "/nonexistent" }).inject("/assets/index.js")).statusCode).toBe(404);
  });

  test("leave the API's headers alone", async () => {
    const { headers } = await web().inject("/graphql");
    expect(headers["content-security-policy"]).toBeUndefined();
    expect(headers["x-frame-options"]).toBeUndefined();
  });
});
