package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import java.util.function.Supplier;

/** Changes at the origin what is there still as it was listed. Thread-safe. */
final class OriginFence {
  private static final System.Logger LOG = System.getLogger(OriginFence.class.getName());

  private final Namespace names;

  OriginFence(Namespace names) {
    this.names = names;
  }

  /**
   * Makes a change of what lies in {@code folder}.
   *
   * @throws TreeFailure when somebody else changed it meanwhile: it is looked at again, and not
   *     changed by us
   */
  void change(Folder folder, Runnable change) {
    change(
        folder,
        () -> {
          change.run();
          return true;
        });
  }

  /** The same, of a change that tells something. */
  <T> T change(Folder folder, Supplier<T> change) {
    try {
      return change.get();
    } catch (IoFailure.Fenced | IoFailure.Changed e) {
      LOG.log(System.Logger.Level.WARNING, "{0} (ESTALE)", e.getMessage());
      names.expire(folder);
      throw TreeFailure.STALE;
    } catch (IoFailure.NotFound e) {
      names.expire(folder);
      throw TreeFailure.NO_ENTRY;
    }
  }
}
