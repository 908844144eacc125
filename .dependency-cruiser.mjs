/**
 * Finds circles of files, also those that an import of types alone closes: eslint's `no-cycle` leaves these out. All else
 * about who may import whom is in eslint.config.js and layers.js.
 */
export default {
  forbidden: [
    {
      name: "no-circle",
      comment: "Move what both need into a file below them, or turn one import round with an interface or an event.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    doNotFollow: { path: "node_modules" },
    // Prisma's generated client goes in circles.
    exclude: { path: "/prisma/" },
  },
};
