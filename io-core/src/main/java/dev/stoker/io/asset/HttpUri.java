package dev.stoker.io.asset;

import org.jspecify.annotations.Nullable;

/**
 * A file or folder on a range server.
 *
 * @param scheme {@code http} or {@code https}
 * @param authority host and port as written
 * @param path decoded path
 * @param namesTree whether it ends in {@code /} or names the host alone
 * @param query sent with every request as it was written, may hold a signature and is never
 *     printed; null for none
 */
public record HttpUri(
    String scheme, String authority, AssetPath path, boolean namesTree, @Nullable String query)
    implements AssetUri {

  @Override
  public HttpUri resolve(AssetPath child) {
    return child.isRoot()
        ? this
        : new HttpUri(scheme, authority, path.resolve(child), false, query);
  }

  @Override
  public String canonical() {
    return origin() + "/" + Percent.encodePath(path.value());
  }

  @Override
  public String origin() {
    return scheme + "://" + authority;
  }

  @Override
  public String toString() {
    return canonical() + (namesTree && !path.isRoot() ? "/" : "");
  }
}
