package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.OutputStore.State;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import org.jspecify.annotations.Nullable;

/**
 * Gives one staged file its final name, at most once in all its repetitions: a repetition finds
 * either the staged file, or the destination with the manifest's length and checksum.
 *
 * @param staged in the hidden folder
 * @param folder the real folder that holds the destination
 * @param name the destination's name in it
 */
record FilePlacement(StagedOutput output, Path staged, Path folder, String name, FileSteps steps) {
  private static final System.Logger LOG = System.getLogger(FilePlacement.class.getName());

  private static final int PIECE_BYTES = 1 << 20;

  /**
   * @throws IoFailure.Fenced when it can no longer become visible
   */
  State inspect() throws IOException {
    AssetVersion.FileStamp stagedStamp = FileStamps.of(staged);
    AssetVersion.FileStamp targetStamp = FileStamps.of(target());
    if (stagedStamp == null) {
      return holdsManifestBytes(targetStamp) ? State.PUBLISHED : stagedIsGone();
    }
    if (targetStamp != null && targetStamp.fileId() == stagedStamp.fileId()) {
      // LINK came through and the removal of the staged name did not: place() repeats both.
      return State.STAGED;
    }
    if (stagedStamp.lengthBytes() != output.lengthBytes()
        || !Files.isRegularFile(staged, LinkOption.NOFOLLOW_LINKS)) {
      throw fenced("its staged file " + staged + " is not the one that was staged");
    }
    requireCondition(targetStamp);
    return State.STAGED;
  }

  void place() throws IOException {
    if (inspect() == State.PUBLISHED) {
      return;
    }
    if (output.replaces() == null) {
      link();
    } else {
      rename();
    }
    steps.syncFolder(folder);
    removeStaged();
  }

  void removeStaged() throws IOException {
    steps.remove(staged);
  }

  private Path target() {
    return folder.resolve(name);
  }

  private void link() throws IOException {
    try {
      steps.link(staged, target());
    } catch (FileAlreadyExistsException e) {
      requireOwnLink();
    } catch (NoSuchFileException e) {
      requireManifestBytes();
    } catch (AccessDeniedException e) {
      throw e;
    } catch (IOException e) {
      // SMB without Unix extensions, exFAT and some FUSE file systems have no LINK and say so with
      // EPERM, ENOTSUP, ENOSYS or EMLINK. Then a look and a RENAME must do: between the two,
      // another writer's new file would be replaced.
      LOG.log(
          System.Logger.Level.DEBUG,
          () -> "No hard link for " + target() + "; renaming instead.",
          e);
      requireCondition(FileStamps.of(target()));
      rename();
    }
  }

  private void rename() throws IOException {
    try {
      steps.rename(staged, target());
    } catch (NoSuchFileException e) {
      requireManifestBytes();
    }
  }

  /** EEXIST after a LINK whose answer was lost, as an NFS client sees it, is our own success. */
  private void requireOwnLink() throws IOException {
    AssetVersion.FileStamp stagedStamp = FileStamps.of(staged);
    AssetVersion.FileStamp targetStamp = FileStamps.of(target());
    if (stagedStamp == null) {
      requireManifestBytes();
    } else if (targetStamp == null || targetStamp.fileId() != stagedStamp.fileId()) {
      throw fenced("another file has its name by now");
    }
  }

  private void requireCondition(AssetVersion.@Nullable FileStamp found) {
    String replaces = output.replaces();
    if (replaces == null && found != null) {
      throw fenced("it must be new, and another file has its name by now");
    }
    if (replaces != null && (found == null || !replaces.equals(found.token()))) {
      throw fenced("the file that it replaces changed or went away since it was staged");
    }
  }

  private void requireManifestBytes() throws IOException {
    if (!holdsManifestBytes(FileStamps.of(target()))) {
      stagedIsGone();
    }
  }

  private State stagedIsGone() {
    throw fenced("its staged file is gone; another attempt or a person removed it");
  }

  private boolean holdsManifestBytes(AssetVersion.@Nullable FileStamp found) throws IOException {
    if (found == null
        || found.lengthBytes() != output.lengthBytes()
        || !Files.isRegularFile(target(), LinkOption.NOFOLLOW_LINKS)) {
      return false;
    }
    Xxh64 checksum = new Xxh64();
    try (Arena arena = Arena.ofConfined();
        FileChannel channel =
            FileChannel.open(target(), StandardOpenOption.READ, LinkOption.NOFOLLOW_LINKS)) {
      ByteBuffer piece = arena.allocate(PIECE_BYTES).asByteBuffer();
      while (channel.read(piece.clear()) >= 0) {
        checksum.update(piece.flip());
      }
    }
    return checksum.text().equals(output.checksum());
  }

  private IoFailure.Fenced fenced(String why) {
    return new IoFailure.Fenced("Cannot publish " + output.destination() + ": " + why + ".");
  }
}
