package dev.stoker.io.source.blob;

/** Where tokens come from. */
@FunctionalInterface
interface TokenSource {
  /**
   * Asks for a new token; blocks for seconds at most.
   *
   * @throws dev.stoker.io.asset.IoFailure when there is none to be had
   */
  AccessToken fetch();
}
