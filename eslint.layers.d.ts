/** Folders of each package by rank, lowest first. */
export declare const layers: Readonly<Record<'core' | 'pool' | 'testing' | 'cli', readonly (readonly string[])[]>>;
export declare const layerRules: readonly object[];
