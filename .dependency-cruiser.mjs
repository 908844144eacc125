/**
 * Finds circular imports, also those that only an import of types closes: eslint's `no-cycle` ignores these. All other
 * rules for imports are in eslint.config.js and layers.js.
 */
export default {
  forbidden: [
    {
      name: "no-circle",
      comment: "Move the shared code into a file below both, or turn one import round with an interface or an event.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    // Prisma's generated client has circular imports.
    exclude: { path: "/prisma/" },
  },
};
