declare module 'node-gyp-build' {
  function load(folder: string): unknown;
  export = load;
}
