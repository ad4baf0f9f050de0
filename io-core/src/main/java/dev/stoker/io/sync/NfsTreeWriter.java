package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.nfs.NfsServers;
import dev.stoker.io.source.nfs.NfsTree;
import java.io.IOException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** An export over NFSv3. Keeps content and mtime; files get the owner that the URI names. */
final class NfsTreeWriter implements TreeWriter {
  private final NfsUri uri;
  private final AssetSource source;
  private final NfsTarget target;

  NfsTreeWriter(NfsServers servers, NfsUri uri, AssetSource source) {
    this.uri = uri;
    this.source = source;
    this.target = new NfsTarget(servers, uri);
  }

  @Override
  public boolean keepsLooks() {
    return false;
  }

  @Override
  public boolean keepsEmptyFolders() {
    return true;
  }

  @Override
  public boolean hasLinks() {
    return false;
  }

  @Override
  public List<TreeItem> list(AssetPath folder, Deadline deadline) {
    return BlobTreeWriter.items(source, folder, deadline);
  }

  @Override
  public AssetVersion write(
      AssetPath path,
      Path content,
      WriteCondition condition,
      @Nullable FileLook look,
      Deadline deadline) {
    LocalFile file = FileTreeWriter.localFile(path, content);
    return target.write(file, condition, look, deadline, bytes -> {});
  }

  @Override
  public @Nullable AssetVersion versionIfEqual(AssetPath path, Path content, Deadline deadline) {
    LocalFile file = FileTreeWriter.localFile(path, content);
    NfsTree tree = target.tree(deadline);
    NfsTree.Entry found = tree.look(target.inExport(tree, path));
    if (found == null || !found.isFile()) {
      return null;
    }
    Existing existing = new Existing(found.stamp().lengthBytes(), null, null, null, "");
    return target.holdsBytesOf(file, existing, deadline) ? found.stamp() : null;
  }

  @Override
  public void remove(AssetPath path, AssetVersion version, Deadline deadline) {
    change(
        path,
        deadline,
        (tree, at) -> {
          if (tree.look(at) != null) {
            NfsTarget.requireAt(tree, at, version);
            tree.remove(at);
          }
        });
  }

  @Override
  public AssetVersion rename(
      AssetPath from,
      AssetVersion version,
      AssetPath to,
      WriteCondition replaced,
      Deadline deadline) {
    AssetVersion[] now = new AssetVersion[1];
    change(
        from,
        deadline,
        (tree, at) -> {
          AssetPath destination = target.inExport(tree, to);
          NfsTarget.requireAt(tree, at, version);
          switch (replaced) {
            case WriteCondition.Anything _ -> {}
            case WriteCondition.Version(AssetVersion there) ->
                NfsTarget.requireAt(tree, destination, there);
            case WriteCondition.Nothing _ -> {
              if (tree.look(destination) != null) {
                throw new FileAlreadyExistsException(tree.show(destination));
              }
            }
          }
          tree.rename(at, destination);
          now[0] = NfsTarget.stampAt(tree, destination);
        });
    return now[0];
  }

  @Override
  public void makeFolder(AssetPath folder, @Nullable FileLook look, Deadline deadline) {
    change(
        folder,
        deadline,
        (tree, at) -> {
          try {
            tree.makeFolder(at);
          } catch (FileAlreadyExistsException e) {
            NfsTree.Entry found = tree.look(at);
            if (found == null || !found.isFolder()) {
              throw e;
            }
          }
        });
  }

  @Override
  public boolean removeFolder(AssetPath folder, Deadline deadline) {
    boolean[] gone = new boolean[1];
    change(
        folder,
        deadline,
        (tree, at) -> {
          tree.remove(at);
          gone[0] = tree.look(at) == null;
        });
    return gone[0];
  }

  @Override
  public Map<AssetPath, AssetVersion> renameFolder(
      AssetPath from, AssetPath to, Deadline deadline) {
    change(from, deadline, (tree, at) -> tree.rename(at, target.inExport(tree, to)));
    return Map.of();
  }

  @Override
  public AssetVersion makeLink(AssetPath path, String to, Deadline deadline) {
    throw new IoFailure.Invalid("Symbolic links are not made over NFS.");
  }

  @Override
  public @Nullable AssetVersion change(
      AssetPath path,
      @Nullable AssetVersion version,
      @Nullable FileLook look,
      @Nullable Instant modified,
      Deadline deadline) {
    return version;
  }

  @Override
  public void close() {
    target.close();
  }

  /** One change on a tree. */
  @FunctionalInterface
  private interface Change {
    void on(NfsTree tree, AssetPath path) throws IOException;
  }

  private void change(AssetPath path, Deadline deadline, Change change) {
    NfsTree tree = target.tree(deadline);
    try {
      change.on(tree, target.inExport(tree, path));
    } catch (NoSuchFileException e) {
      throw new IoFailure.NotFound("Cannot change " + uri.resolve(path) + ": it is not there.");
    } catch (FileAlreadyExistsException e) {
      throw new IoFailure.Fenced("Cannot change " + uri.resolve(path) + ": it exists by now.");
    } catch (IOException e) {
      throw new IoFailure.Unavailable("Cannot change " + uri.resolve(path) + ": " + e + ".", e);
    }
  }
}
