package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import java.util.List;

/** Has stored what an earlier mount left in the spool, before anybody sees the tree. */
final class SpoolRecovery {
  private static final System.Logger LOG = System.getLogger(SpoolRecovery.class.getName());

  private final Namespace names;
  private final WriteBack writeBack;

  SpoolRecovery(Namespace names, WriteBack writeBack) {
    this.names = names;
    this.writeBack = writeBack;
  }

  /** To where they belong, or beside what is there. */
  void storeLeftovers(String uri, List<Spool.Leftover> left) {
    long bytes = 0;
    for (Spool.Leftover one : left) {
      AssetPath path = one.record().path();
      Folder folder = names.root();
      if (!path.parent().isRoot()) {
        for (String segment : path.parent().value().split("/", -1)) {
          folder = names.folderIn(folder, segment);
        }
      }
      String name = path.name();
      for (int i = 1; names.child(folder, name) != null; i++) {
        name = path.name() + ".recovered-" + i; // killed between two steps of a rename
      }
      ScratchFile file =
          names.addFile(
              folder,
              name,
              one.record().look(),
              one.modifiedNanos(),
              one.record().base(),
              one.lengthBytes());
      file.local = one.file();
      bytes += one.lengthBytes();
      writeBack.addNow(file);
    }
    if (!left.isEmpty()) {
      LOG.log(
          System.Logger.Level.INFO,
          "An earlier mount of {0} left what is not stored there ({1} files, {2} bytes); it is"
              + " stored now.",
          uri,
          left.size(),
          bytes);
    }
  }
}
