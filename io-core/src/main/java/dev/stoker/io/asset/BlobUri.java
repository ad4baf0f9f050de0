package dev.stoker.io.asset;

import org.jspecify.annotations.Nullable;

/**
 * A blob, a virtual folder or a container.
 *
 * @param scheme {@code blob}, or {@code blob+http} / {@code blob+https} for path-style endpoints
 *     (emulators)
 * @param endpoint host and port of a path-style endpoint, null for the account's own host
 * @param account storage account name
 * @param container container name, 3 to 63 characters
 * @param path blob name
 * @param namesTree whether it was written with a trailing {@code /} or names the container alone
 * @param sas shared access signature without {@code ?}, null where none was given; never printed
 * @param pin {@code snapshot=…} or {@code versionid=…}, or null
 */
public record BlobUri(
    String scheme,
    @Nullable String endpoint,
    String account,
    String container,
    AssetPath path,
    boolean namesTree,
    @Nullable String sas,
    @Nullable String pin)
    implements AssetUri {

  @Override
  public BlobUri resolve(AssetPath child) {
    return child.isRoot()
        ? this
        : new BlobUri(scheme, endpoint, account, container, path.resolve(child), false, sas, pin);
  }

  @Override
  public String canonical() {
    return origin()
        + "/"
        + container
        + (path.isRoot() ? "" : "/" + Percent.encodePath(path.value()));
  }

  @Override
  public String origin() {
    return endpoint == null ? "blob://" + account : scheme + "://" + endpoint + "/" + account;
  }

  @Override
  public String toString() {
    return canonical() + (namesTree ? "/" : "") + (pin == null ? "" : "?" + pin);
  }
}
