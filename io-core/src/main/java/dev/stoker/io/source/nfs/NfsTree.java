package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetInfo;
import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.ByteRange;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.asset.NfsUri;
import dev.stoker.io.net.RpcProcedure;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import dev.stoker.io.source.Answers;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.NoSuchFileException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * An export as something to write to, for as long as one deadline allows. Blocks; for virtual
 * threads. Paths are below the export's top.
 *
 * <p>What an address was asked to do and did not answer may have been done: a repetition that finds
 * its own work counts as success. Names that are taken or gone are told with the exceptions of
 * {@code java.nio.file}, for callers who write to local disks too.
 */
public final class NfsTree {
  private final NfsVolume volume;
  private final NfsUri uri;
  private final Deadline deadline;

  private NfsTree(NfsVolume volume, NfsUri uri, Deadline deadline) {
    this.volume = volume;
    this.uri = uri;
    this.deadline = deadline;
  }

  /**
   * The export that holds {@code uri}.
   *
   * @throws IoFailure when it cannot be mounted by the deadline
   */
  public static NfsTree open(NfsServers servers, NfsUri uri, Deadline deadline) {
    return new NfsTree(servers.clusterOf(uri).volumeOf(uri.path(), deadline), uri, deadline);
  }

  /** What has a name; links are not followed. */
  public record Entry(AssetVersion.FileStamp stamp, boolean isFile, boolean isFolder) {}

  /** Bytes to write. Read in order, but for parts that must be sent again. */
  public interface Content {
    long lengthBytes();

    /** Fills {@code into}, which is never larger than what is left from {@code offset} on. */
    void read(ByteBuffer into, long offset);
  }

  /** Where {@code other}, a URI of this server, lies in the export. */
  public AssetPath pathOf(NfsUri other) {
    return other.path().relativeTo(volume.export());
  }

  /** The path as people know it. */
  public String show(AssetPath path) {
    return uri.origin() + "/" + volume.export().resolve(path);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof NfsTree tree && tree.volume == volume;
  }

  @Override
  public int hashCode() {
    return System.identityHashCode(volume);
  }

  /** What has this name, or null. */
  public @Nullable Entry look(AssetPath path) {
    try {
      NfsAttributes found = find(path, false, "look at " + show(path)).attributes();
      return new Entry(found.stamp(), found.isFile(), found.isFolder());
    } catch (IoFailure.NotFound nothing) {
      return null;
    }
  }

  private NfsNode find(AssetPath path, boolean follow, String doing) {
    return volume.anywhere(
        deadline,
        doing,
        (branch, again) ->
            new PathWalk(volume, branch, deadline, doing).distrustful().find(path, follow));
  }

  /** Where a folder really is, links followed. */
  public AssetPath real(AssetPath folder) throws IOException {
    String doing = "find " + show(folder);
    try {
      return volume.anywhere(
          deadline,
          doing,
          (branch, again) -> {
            PathWalk walk = new PathWalk(volume, branch, deadline, doing).distrustful();
            walk.find(folder, true);
            return walk.real();
          });
    } catch (IoFailure.NotFound e) {
      throw new NoSuchFileException(show(folder));
    }
  }

  /** The names in a folder; none when it is not there or no folder. */
  public List<String> names(AssetPath folder) {
    Entry found = look(folder);
    List<String> names = new ArrayList<>();
    if (found != null && found.isFolder()) {
      try {
        new FolderPages(volume, deadline, "list " + show(folder))
            .read(folder, false, page -> page.forEach(entry -> names.add(entry.name())));
      } catch (IoFailure.NotFound gone) {
        return List.of();
      }
    }
    return names;
  }

  /**
   * Tells of every regular file below {@code folder}, links not followed; of none if it is not
   * there.
   */
  public void list(AssetPath folder, Consumer<AssetInfo> each) {
    Entry top = look(folder);
    if (top != null && top.isFolder()) {
      new TreeListing(volume, false, deadline, "list " + show(folder))
          .list(folder, AssetPath.ROOT, top.stamp().fileId(), each);
    }
  }

  /** Reads a part of a regular file that is still the one that {@code stamp} names. */
  public void read(AssetPath file, AssetVersion.FileStamp stamp, long offset, ByteBuffer into) {
    AssetPath path = volume.export().resolve(file);
    NfsUri itself = new NfsUri(uri.scheme(), uri.authority(), path, false, uri.options());
    AssetInfo pinned =
        new AssetInfo(AssetPath.ROOT, stamp, stamp.lengthBytes(), Instant.EPOCH, null);
    RangeRead read =
        new RangeRead(
            volume.cluster(),
            itself,
            pinned,
            stamp,
            new ByteRange(offset, into.remaining()),
            into,
            deadline,
            "read " + show(file),
            bytes -> {});
    read.start(volume);
    Answers.await(read);
  }

  /**
   * Makes a new file and has its bytes on the server's stable storage.
   *
   * @param modified the mtime to give it, null for now
   * @param sent told of each part that the server took, in bytes
   */
  public void write(
      AssetPath newFile, Content content, @Nullable Instant modified, LongConsumer sent)
      throws IOException {
    new FileWrite(this, newFile, content, modified, sent).run();
  }

  /** Creates one folder level. */
  public void makeFolder(AssetPath folder) throws IOException {
    String doing = "create the folder " + show(folder);
    change(
        doing,
        folder,
        (branch, again) -> {
          XdrWriter arguments = nameOf(branch, folder, doing);
          int mode = 0777 & ~Umask.MASK;
          arguments.putInt(1).putInt(mode).putLong(0).putLong(0).putInt(0);
          int status = branch.call(Nfs3.MKDIR, arguments, deadline, doing).status();
          return again && status == NfsStatus.EXIST ? NfsStatus.OK : status;
        });
  }

  /** Gives {@code existing} a second name, which must be new. */
  public void link(AssetPath existing, AssetPath name) throws IOException {
    String doing = "link " + show(existing) + " to " + show(name);
    change(
        doing,
        name,
        (branch, again) -> {
          NfsNode file = lookedUp(branch, existing, doing);
          XdrWriter arguments = new XdrWriter().putOpaque(file.handle().bytes());
          arguments.putFixed(nameOf(branch, name, doing).toBytes());
          int status = branch.call(Nfs3.LINK, arguments, deadline, doing).status();
          boolean own = again && status == NfsStatus.EXIST && isAt(file, branch, name, doing);
          return own ? NfsStatus.OK : status;
        });
  }

  /** Renames, replacing what has the name. */
  public void rename(AssetPath from, AssetPath to) throws IOException {
    String doing = "rename " + show(from) + " to " + show(to);
    NfsNode[] renamed = new NfsNode[1];
    change(
        doing,
        from,
        (branch, again) -> {
          NfsNode before = renamed[0];
          try {
            renamed[0] = lookedUp(branch, from, doing);
          } catch (IoFailure.NotFound e) {
            if (again && before != null && isAt(before, branch, to, doing)) {
              return NfsStatus.OK;
            }
            throw e;
          }
          XdrWriter arguments = nameOf(branch, from, doing);
          arguments.putFixed(nameOf(branch, to, doing).toBytes());
          return branch.call(Nfs3.RENAME, arguments, deadline, doing).status();
        });
  }

  /** Removes a file, a link or an empty folder; leaves a folder that is not empty or not there. */
  public void remove(AssetPath path) throws IOException {
    String doing = "remove " + show(path);
    try {
      change(
          doing,
          path,
          (branch, again) -> {
            boolean folder = lookedUp(branch, path, doing).attributes().isFolder();
            RpcProcedure procedure = folder ? Nfs3.RMDIR : Nfs3.REMOVE;
            int status =
                branch.call(procedure, nameOf(branch, path, doing), deadline, doing).status();
            return status == NfsStatus.NOTEMPTY || (folder && status == NfsStatus.EXIST)
                ? NfsStatus.OK
                : status;
          });
    } catch (NoSuchFileException e) {
      // As the caller wants it.
    }
  }

  private NfsNode lookedUp(Branch branch, AssetPath path, String doing) {
    return new PathWalk(volume, branch, deadline, doing).distrustful().find(path, false);
  }

  private boolean isAt(NfsNode file, Branch branch, AssetPath name, String doing) {
    try {
      return lookedUp(branch, name, doing).attributes().fileId() == file.attributes().fileId();
    } catch (IoFailure.NotFound e) {
      return false;
    }
  }

  /** diropargs3: the handle of the folder that holds {@code path}, and its name there. */
  XdrWriter nameOf(Branch branch, AssetPath path, String doing) {
    NfsNode folder =
        new PathWalk(volume, branch, deadline, doing).distrustful().find(path.parent(), false);
    return new XdrWriter().putOpaque(folder.handle().bytes()).putString(path.name());
  }

  NfsVolume volume() {
    return volume;
  }

  Deadline deadline() {
    return deadline;
  }

  /** Has a change done, by one address or, should that not answer, by another. */
  private void change(String doing, AssetPath path, NfsVolume.Attempt<Integer> attempt)
      throws IOException {
    try {
      throwUnlessOk(volume.anywhere(deadline, doing, attempt), doing, path);
    } catch (IoFailure.NotFound e) {
      throw new NoSuchFileException(show(path));
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
    // The folder's other names are as they were, but this one is not.
    for (Branch branch : volume.branches()) {
      volume.files().forget(branch, path);
    }
  }

  void throwUnlessOk(int status, String doing, AssetPath path) throws IOException {
    switch (status) {
      case NfsStatus.OK -> {}
      case NfsStatus.EXIST -> throw new FileAlreadyExistsException(show(path));
      case NfsStatus.NOENT, NfsStatus.NOTDIR, NfsStatus.STALE, NfsStatus.BADHANDLE ->
          throw new NoSuchFileException(show(path));
      case NfsStatus.NOTSUPP, NfsStatus.XDEV, NfsStatus.MLINK, NfsStatus.INVAL ->
          throw new FileSystemException(
              show(path), null, "the server does not support that (NFS error " + status + ")");
      default -> throw NfsStatus.failure(doing, status);
    }
  }
}
