package dev.stoker.io.asset;

import java.nio.file.Path;

/**
 * A file or folder on a local disk or a kernel mount.
 *
 * @param path below {@code /}
 * @param namesTree whether it was written with a trailing {@code /}
 */
public record FileUri(AssetPath path, boolean namesTree) implements AssetUri {

  /** The URI of a local path, made absolute. */
  public static FileUri of(Path local) {
    return new FileUri(AssetPath.of(local.toAbsolutePath().normalize().toString()), false);
  }

  public Path toLocalPath() {
    return Path.of("/" + path.value());
  }

  @Override
  public FileUri resolve(AssetPath child) {
    return child.isRoot() ? this : new FileUri(path.resolve(child), false);
  }

  @Override
  public String canonical() {
    return "file:///" + Percent.encodePath(path.value());
  }

  @Override
  public String origin() {
    return "file://";
  }

  @Override
  public String toString() {
    return "/" + path.value() + (namesTree && !path.isRoot() ? "/" : "");
  }
}
