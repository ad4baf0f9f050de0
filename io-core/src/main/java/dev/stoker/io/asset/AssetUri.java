package dev.stoker.io.asset;

import org.jspecify.annotations.Nullable;

/**
 * Where a file or a tree lives, as a person writes it (see {@code docs/uris.md}). Immutable; equal
 * when spelt alike after normalisation. Credentials in a URI are kept apart from what is printed:
 * {@code toString()} and {@link #canonical()} never show them.
 */
public sealed interface AssetUri permits BlobUri, HttpUri, NfsUri, FileUri {

  /**
   * Reads a URI or a plain path.
   *
   * @throws IoFailure.Invalid in one sentence that names the text and what is allowed
   */
  static AssetUri parse(String text) {
    return AssetUriParser.parse(text);
  }

  /** The path inside the authority (container, export, root); the root for a whole container. */
  AssetPath path();

  /**
   * Whether the writer marked it as a tree: it ends in {@code /}, or names a whole host, container
   * or export.
   */
  boolean namesTree();

  /** The same origin and credentials, {@code child} further down. */
  AssetUri resolve(AssetPath child);

  /**
   * Scheme, authority and path, percent-encoded, without query or credentials: what identity is
   * made of.
   */
  String canonical();

  /**
   * Which origin's limits, connections and credentials a request falls under, such as {@code
   * blob://studio}.
   */
  String origin();

  /** The path of a pinned snapshot or version as a query, such as {@code versionid=…}, or null. */
  default @Nullable String pin() {
    return null;
  }
}
