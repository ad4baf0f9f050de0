package dev.stoker.io.mount.scratch;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.mount.fuse.Call;
import dev.stoker.io.mount.fuse.StatusChange;
import dev.stoker.io.mount.fuse.TreeFailure;
import dev.stoker.io.mount.scratch.ScratchNode.Folder;
import dev.stoker.io.sync.TreeWriter;
import org.jspecify.annotations.Nullable;

/**
 * Changes length, mode, owner and times: of what waits in the spool here, else at the origin, where
 * that keeps them. Thread-safe.
 */
final class StatusChanges {
  private final TreeWriter writer;
  private final Namespace names;
  private final WriteBack writeBack;
  private final Contents contents;

  StatusChanges(TreeWriter writer, Namespace names, WriteBack writeBack, Contents contents) {
    this.writer = writer;
    this.names = names;
    this.writeBack = writeBack;
    this.contents = contents;
  }

  void change(Call call, ScratchNode node, StatusChange change) {
    Long length = change.lengthBytes();
    if (length != null) {
      contents.truncate(call, names.fileOf(node.id), length);
      if (node instanceof ScratchFile file && change.file() == null) {
        storeIfIdle(call, file);
      }
    }
    LookChange looks = LookChange.of(node, change);
    if (looks != null) {
      call.aboutToWait();
      changeLook(call, node, looks);
    }
  }

  private void storeIfIdle(Call call, ScratchFile file) {
    file.enter(call);
    try {
      if (file.dirty && file.writers == 0 && !file.gone && !file.conflict) {
        writeBack.add(file);
      }
    } finally {
      file.lock.unlock();
    }
  }

  private void changeLook(Call call, ScratchNode node, LookChange looks) {
    if (node instanceof ScratchFile file) {
      file.enter(call);
      try {
        file.settle(call.deadline());
        AssetVersion base = file.base;
        if (!file.dirty && base != null && !file.gone && looks.concernsOrigin()) {
          file.base = changeAtOrigin(call, node, base, looks);
          names.stored(file);
          file.openAnew();
        }
        looks.apply(file);
        SpoolFile local = file.local;
        if (file.dirty && local != null) {
          contents.remember(file, local);
          if (file.writers == 0 && !file.gone && !file.conflict) {
            writeBack.add(file);
          }
        }
      } finally {
        file.lock.unlock();
      }
      return;
    }
    if (node instanceof Folder && looks.concernsOrigin()) {
      changeAtOrigin(call, node, null, looks);
    }
    looks.apply(node);
  }

  private @Nullable AssetVersion changeAtOrigin(
      Call call, ScratchNode node, @Nullable AssetVersion base, LookChange looks) {
    if (!writer.keepsLooks()) {
      return base;
    }
    try {
      return writer.change(
          names.path(node), base, looks.newLook(node), looks.modified(), call.deadline());
    } catch (IoFailure.Fenced e) {
      names.expire(names.locked(() -> node.parent));
      throw TreeFailure.STALE;
    }
  }
}
