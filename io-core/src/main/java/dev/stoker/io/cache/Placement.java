package dev.stoker.io.cache;

/** How a file came to lie in a staged tree, the cheapest first. */
public enum Placement {
  /** A second name of the cache's own file: no bytes, no time, one page cache. */
  LINK,
  /** A file of its own that shares its blocks with the cache's until somebody writes. */
  REFLINK,
  /** A file of its own. */
  COPY
}
