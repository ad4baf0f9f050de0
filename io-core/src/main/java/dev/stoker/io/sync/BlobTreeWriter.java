package dev.stoker.io.sync;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.BlobCondition;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.source.AssetSource;
import dev.stoker.io.source.FolderItem;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A container or a virtual folder. Folders are marker blobs; what is renamed is copied within the
 * service and then deleted, so that for a moment both names are there. Keeps content and mtime.
 */
final class BlobTreeWriter implements TreeWriter {
  /** Copies and deletions under way for one folder: each is one short request. */
  private static final int MOVES_AT_ONCE = 16;

  private final BlobWriter writer;
  private final BlobUri uri;
  private final AssetSource source;
  private final BlobTarget target;

  BlobTreeWriter(BlobWriter writer, BlobUri uri, AssetSource source, RandomGenerator random) {
    this.writer = writer;
    this.uri = uri;
    this.source = source;
    this.target = new BlobTarget(writer, uri, false, random);
  }

  @Override
  public boolean keepsLooks() {
    return false;
  }

  @Override
  public boolean keepsEmptyFolders() {
    return false;
  }

  @Override
  public boolean hasLinks() {
    return false;
  }

  @Override
  public List<TreeItem> list(AssetPath folder, Deadline deadline) {
    return items(source, folder, deadline);
  }

  /** What a source lists, which tells no looks. */
  static List<TreeItem> items(AssetSource source, AssetPath folder, Deadline deadline) {
    List<TreeItem> items = new ArrayList<>();
    source.listFolder(
        folder,
        deadline,
        item ->
            items.add(item.folder() ? folder(item.name()) : file(source, folder, item, deadline)));
    return items;
  }

  private static TreeItem folder(String name) {
    return new TreeItem(name, TreeItem.Kind.FOLDER, null, 0, Instant.EPOCH, null, null);
  }

  private static TreeItem file(
      AssetSource source, AssetPath folder, FolderItem item, Deadline deadline) {
    AssetInfo told = item.info();
    AssetInfo info =
        told == null ? source.stat(folder.resolve(new AssetPath(item.name())), deadline) : told;
    return new TreeItem(
        item.name(),
        TreeItem.Kind.FILE,
        info.version(),
        info.lengthBytes(),
        info.modified(),
        null,
        null);
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
    Existing existing = target.find(path, deadline);
    return existing != null
            && existing.lengthBytes() == file.lengthBytes()
            && target.holdsBytesOf(file, existing, deadline)
        ? new AssetVersion.ETag(existing.version())
        : null;
  }

  @Override
  public void remove(AssetPath path, AssetVersion version, Deadline deadline) {
    writer.delete(uri.resolve(path), etag(version), deadline);
  }

  @Override
  public AssetVersion rename(
      AssetPath from,
      AssetVersion version,
      AssetPath to,
      WriteCondition replaced,
      Deadline deadline) {
    BlobCondition condition =
        switch (replaced) {
          case WriteCondition.Anything _ -> new BlobCondition.Always();
          case WriteCondition.Nothing _ -> new BlobCondition.Absent();
          case WriteCondition.Version(AssetVersion there) ->
              new BlobCondition.Unchanged(etag(there));
        };
    String copied =
        writer.copy(uri.resolve(from), etag(version), uri.resolve(to), condition, deadline);
    writer.delete(uri.resolve(from), etag(version), deadline);
    return new AssetVersion.ETag(copied);
  }

  @Override
  public void makeFolder(AssetPath folder, @Nullable FileLook look, Deadline deadline) {
    BlobUri marker = uri.resolve(folder);
    if (marker.path().isRoot()) {
      throw new IoFailure.NotFound("There is no container " + uri + "; create it first.");
    }
    writer.putFolder(marker, deadline);
  }

  @Override
  public boolean removeFolder(AssetPath folder, Deadline deadline) {
    try {
      if (!list(folder, deadline).isEmpty()) {
        return false;
      }
    } catch (IoFailure.NotFound e) {
      // A marker alone, which is not below itself.
    }
    writer.delete(uri.resolve(folder), null, deadline);
    return true;
  }

  @Override
  public Map<AssetPath, AssetVersion> renameFolder(
      AssetPath from, AssetPath to, Deadline deadline) {
    Map<AssetPath, String> blobs = new ConcurrentHashMap<>();
    String top = uri.resolve(from).path().value();
    writer.list(
        uri,
        top + "/",
        deadline,
        blob -> {
          String below = blob.name().substring(top.length() + 1);
          if (!below.isEmpty() && !below.endsWith("/")) {
            blobs.put(new AssetPath(below), Objects.requireNonNull(blob.state().etag()));
          }
        });
    Map<AssetPath, AssetVersion> moved = new ConcurrentHashMap<>();
    makeFolder(to, null, deadline);
    inParallel(
        blobs.entrySet(),
        blob -> {
          AssetPath below = blob.getKey();
          BlobUri source = uri.resolve(from.resolve(below));
          moved.put(
              below,
              new AssetVersion.ETag(
                  writer.copy(
                      source,
                      blob.getValue(),
                      uri.resolve(to.resolve(below)),
                      new BlobCondition.Always(),
                      deadline)));
        });
    // Only once all are there: who is stopped half-way has lost nothing.
    inParallel(
        blobs.entrySet(),
        blob -> writer.delete(uri.resolve(from.resolve(blob.getKey())), blob.getValue(), deadline));
    writer.delete(uri.resolve(from), null, deadline);
    return moved;
  }

  private static <T> void inParallel(Iterable<T> all, java.util.function.Consumer<? super T> each) {
    Semaphore slots = new Semaphore(MOVES_AT_ONCE);
    List<Future<?>> under = new ArrayList<>();
    try (ExecutorService threads = Executors.newVirtualThreadPerTaskExecutor()) {
      for (T one : all) {
        slots.acquireUninterruptibly();
        under.add(
            threads.submit(
                () -> {
                  try {
                    each.accept(one);
                  } finally {
                    slots.release();
                  }
                }));
      }
      for (Future<?> future : under) {
        future.get();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IoFailure.Canceled("Renaming a folder was interrupted.");
    } catch (ExecutionException e) {
      throw e.getCause() instanceof IoFailure failure
          ? failure
          : new IoFailure.Unavailable("Cannot rename a folder: " + e.getCause(), e);
    }
  }

  @Override
  public AssetVersion makeLink(AssetPath path, String to, Deadline deadline) {
    throw new IoFailure.Invalid("Blob has no symbolic links.");
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

  private static String etag(AssetVersion version) {
    if (version instanceof AssetVersion.ETag(String etag)) {
      return etag;
    }
    throw new IoFailure.Invalid("A blob has no version " + version.token() + ".");
  }
}
