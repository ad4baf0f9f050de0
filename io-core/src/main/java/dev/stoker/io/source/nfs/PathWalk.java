package dev.stoker.io.source.nfs;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.net.XdrReader;
import dev.stoker.io.net.XdrWriter;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Finds files by their path, one LOOKUP a segment, and follows symbolic links as long as they stay
 * in the export: whoever may read an export must not be led elsewhere. Folders on the way are
 * remembered for a moment; what the path ends at is always looked up anew (close-to-open). Blocks.
 */
final class PathWalk {
  /** As acdirmin of nfs(5), a tenth of it: renamed folders are found soon. */
  private static final long FOLDER_FRESH_NANOS = 3_000_000_000L;

  private static final int MAX_LINKS = 40; // as Linux

  private static final int MAX_PATH_BYTES = 4_096;

  private final NfsVolume volume;
  private final Branch branch;
  private final Deadline deadline;
  private final String doing;
  private boolean trusting = true;
  private int links;
  private AssetPath real = AssetPath.ROOT;

  /**
   * @param doing verb phrase with its object, for messages
   */
  PathWalk(NfsVolume volume, Branch branch, Deadline deadline, String doing) {
    this.volume = volume;
    this.branch = branch;
    this.deadline = deadline;
    this.doing = doing;
  }

  /**
   * Looks every folder up anew: for whoever changes names, lest a folder that was renamed away be
   * written to.
   */
  PathWalk distrustful() {
    trusting = false;
    return this;
  }

  /** Where that which was found last really is, links on its way resolved. */
  AssetPath real() {
    return real;
  }

  /** A step of the way: where it is for real, links resolved. */
  private record Step(AssetPath path, NfsHandle handle) {}

  /**
   * What lies at {@code path} of the export.
   *
   * @param followLast whether a link at its end is followed
   * @throws IoFailure.NotFound when there is nothing
   * @throws AddressLost when the address does not answer
   */
  NfsNode find(AssetPath path, boolean followLast) {
    try {
      return walk(path, followLast);
    } catch (StaleFolder stale) {
      // A folder that we remembered is gone, or the server made its handles anew.
      volume.files().forgetAll(branch);
      try {
        return walk(path, followLast);
      } catch (StaleFolder again) {
        volume.forget(branch);
        throw new StaleRoot(NfsStatus.failure(doing, NfsStatus.STALE));
      }
    }
  }

  private NfsNode walk(AssetPath path, boolean followLast) {
    Deque<String> left = new ArrayDeque<>(segments(path));
    Deque<Step> way = new ArrayDeque<>();
    way.push(new Step(AssetPath.ROOT, branch.root()));
    if (left.isEmpty()) {
      return at(way.element());
    }
    while (true) {
      String name = left.remove();
      if (name.equals("..")) {
        way.pop();
        if (way.isEmpty()) {
          throw leadsOut();
        }
        if (left.isEmpty()) {
          return at(way.element());
        }
        continue;
      }
      Step here = way.element();
      AssetPath there = here.path.resolve(new AssetPath(name));
      if (!left.isEmpty()) {
        KnownFiles.Known folder = volume.files().get(branch, there);
        if (trusting
            && folder != null
            && folder.folder()
            && System.nanoTime() - folder.lookedUpNanos() < FOLDER_FRESH_NANOS) {
          way.push(new Step(there, folder.handle()));
          continue;
        }
      }
      NfsNode found = lookUp(here.handle, name);
      if (found.attributes().isLink() && (followLast || !left.isEmpty())) {
        follow(found, left, way);
        if (left.isEmpty()) {
          return at(way.element());
        }
        continue;
      }
      volume.files().put(branch, there, found.handle(), found.attributes());
      if (left.isEmpty()) {
        // Found through a link: known by the path that was asked for, too.
        volume.files().put(branch, path, found.handle(), found.attributes());
        real = there;
        return found;
      }
      if (!found.attributes().isFolder()) {
        throw NfsStatus.failure(doing, NfsStatus.NOTDIR);
      }
      way.push(new Step(there, found.handle()));
    }
  }

  private NfsNode at(Step end) {
    real = end.path;
    return attributesOf(end.handle, null);
  }

  private static List<String> segments(AssetPath path) {
    return path.isRoot() ? List.of() : List.of(path.value().split("/", -1));
  }

  private void follow(NfsNode link, Deque<String> left, Deque<Step> way) {
    if (++links > MAX_LINKS) {
      throw new IoFailure.NotFound("Cannot " + doing + ": its symbolic links go in a circle.");
    }
    XdrReader in =
        branch
            .call(Nfs3.READLINK, new XdrWriter().putOpaque(link.handle().bytes()), deadline, doing)
            .orThrow(doing);
    String target;
    try {
      NfsAttributes.readOptional(in);
      target = in.getString(MAX_PATH_BYTES);
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
    List<String> more = new ArrayList<>();
    for (String segment : target.split("/", -1)) {
      if (!segment.isEmpty() && !segment.equals(".")) {
        if (!segment.equals("..") && !AssetPath.isName(segment)) {
          throw new IoFailure.NotFound("Cannot " + doing + ": a link on its way leads nowhere.");
        }
        more.add(segment);
      }
    }
    if (target.startsWith("/")) {
      // As a client sees it that mounted the export under the export's own name.
      List<String> top = segments(volume.export());
      if (more.size() < top.size() || !more.subList(0, top.size()).equals(top)) {
        throw leadsOut();
      }
      more = more.subList(top.size(), more.size());
      while (way.size() > 1) {
        way.pop();
      }
    }
    for (int i = more.size() - 1; i >= 0; i--) {
      left.push(more.get(i));
    }
  }

  private IoFailure leadsOut() {
    return new IoFailure.Denied(
        "Cannot "
            + doing
            + ": a symbolic link on its way leads out of the export /"
            + volume.export()
            + "; only links that stay in it are followed.");
  }

  private NfsNode lookUp(NfsHandle folder, String name) {
    NfsReply reply =
        branch.call(
            Nfs3.LOOKUP,
            new XdrWriter().putOpaque(folder.bytes()).putString(name),
            deadline,
            doing);
    if (reply.status() == NfsStatus.STALE || reply.status() == NfsStatus.BADHANDLE) {
      throw new StaleFolder();
    }
    XdrReader in = reply.orThrow(doing);
    try {
      NfsHandle handle = new NfsHandle(in.getOpaque(NfsHandle.MAX_BYTES));
      return attributesOf(handle, NfsAttributes.readOptional(in));
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
  }

  private NfsNode attributesOf(NfsHandle handle, @Nullable NfsAttributes told) {
    if (told != null) {
      return new NfsNode(branch, handle, told);
    }
    NfsReply reply =
        branch.call(Nfs3.GETATTR, new XdrWriter().putOpaque(handle.bytes()), deadline, doing);
    if (reply.status() == NfsStatus.STALE) {
      throw new StaleFolder();
    }
    try {
      return new NfsNode(branch, handle, NfsAttributes.read(reply.orThrow(doing)));
    } catch (XdrReader.BadXdrException e) {
      throw Branch.corrupt(doing, e);
    }
  }

  /** Not even the export's top is known any more: it must be mounted anew. */
  static final class StaleRoot extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final transient IoFailure failure;

    StaleRoot(IoFailure failure) {
      super(failure);
      this.failure = failure;
    }

    IoFailure failure() {
      return failure;
    }
  }

  /** A handle on the way is no longer good. */
  private static final class StaleFolder extends RuntimeException {
    private static final long serialVersionUID = 1;

    StaleFolder() {
      super(null, null, false, false);
    }
  }
}
