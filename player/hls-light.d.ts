/** The build of hls.js without subtitles, alternate audio and DRM; its types are those of the whole. */
declare module 'hls.js/light' {
  export * from 'hls.js';
  export { default } from 'hls.js';
}
