/**
 * The layers of each package, lowest first. A folder may import folders of a lower rank, never its own rank's other folders and never a higher
 * one. `test/unit/layers.test.ts` of each package re-derives the same order from the sources, so that neither can be switched off alone.
 */
export const layers = {
  core: [
    ['errors', 'ports'],
    ['framing', 'wire', 'diagnostics'],
    ['policy', 'streams', 'operators'],
    ['process'],
    ['transport'],
    ['control'],
    ['session'],
  ],
  pool: [['policy'], ['queue', 'slot'], ['supervisor', 'governor'], ['pool'], ['sessions'], ['tasks']],
  testing: [['guard', 'arbitrary', 'rx'], ['mock', 'scenario', 'fake-api'], ['transcript'], ['fake-cli']],
  cli: [['io'], ['options', 'render'], ['commands']],
};

export const layerRules = Object.entries(layers).flatMap(([name, ranks]) =>
  ranks.flatMap((folders, rank) =>
    folders.map((folder) => {
      const forbidden = ranks
        .slice(rank)
        .flat()
        .filter((other) => other !== folder);
      return {
        files: [`packages/${name}/src/${folder}/**/*.ts`],
        rules: {
          'no-restricted-imports': [
            'error',
            {
              patterns: forbidden.map((other) => ({
                group: [`**/${other}/**`, `../${other}/**`],
                message: `${folder}/ may not import ${other}/: imports go down only`,
              })),
            },
          ],
        },
      };
    }),
  ),
);
