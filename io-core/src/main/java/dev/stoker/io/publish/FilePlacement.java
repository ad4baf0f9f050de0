package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.OutputStore.State;
import java.io.IOException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.NoSuchFileException;
import org.jspecify.annotations.Nullable;

/**
 * Gives one staged file its final name, at most once in all its repetitions: a repetition finds
 * either the staged file, or the destination with the manifest's length and checksum.
 *
 * @param staged in the hidden folder
 * @param folder the real folder that holds the destination
 * @param name the destination's name in it
 * @param tree the file system that has all of them
 */
record FilePlacement(
    StagedOutput output, AssetPath staged, AssetPath folder, String name, OutputTree tree) {
  private static final System.Logger LOG = System.getLogger(FilePlacement.class.getName());

  /**
   * @throws IoFailure.Fenced when it can no longer become visible
   */
  State inspect() throws IOException {
    OutputTree.Entry stagedFile = tree.look(staged);
    OutputTree.Entry targetFile = tree.look(target());
    if (stagedFile == null) {
      return holdsManifestBytes(targetFile) ? State.PUBLISHED : stagedIsGone();
    }
    if (targetFile != null && targetFile.stamp().fileId() == stagedFile.stamp().fileId()) {
      // LINK came through and the removal of the staged name did not: place() repeats both.
      return State.STAGED;
    }
    if (stagedFile.stamp().lengthBytes() != output.lengthBytes() || !stagedFile.isFile()) {
      throw fenced("its staged file " + tree.show(staged) + " is not the one that was staged");
    }
    requireCondition(targetFile);
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
    tree.syncFolder(folder);
    removeStaged();
  }

  void removeStaged() throws IOException {
    tree.remove(staged);
  }

  private AssetPath target() {
    return folder.resolve(name);
  }

  private void link() throws IOException {
    try {
      tree.link(staged, target());
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
          () -> "No hard link for " + tree.show(target()) + "; renaming instead.",
          e);
      requireCondition(tree.look(target()));
      rename();
    }
  }

  private void rename() throws IOException {
    try {
      tree.rename(staged, target());
    } catch (NoSuchFileException e) {
      requireManifestBytes();
    }
  }

  /** EEXIST after a LINK whose answer was lost, as an NFS client sees it, is our own success. */
  private void requireOwnLink() throws IOException {
    OutputTree.Entry stagedFile = tree.look(staged);
    OutputTree.Entry targetFile = tree.look(target());
    if (stagedFile == null) {
      requireManifestBytes();
    } else if (targetFile == null || targetFile.stamp().fileId() != stagedFile.stamp().fileId()) {
      throw fenced("another file has its name by now");
    }
  }

  private void requireCondition(OutputTree.@Nullable Entry found) {
    String replaces = output.replaces();
    if (replaces == null && found != null) {
      throw fenced("it must be new, and another file has its name by now");
    }
    if (replaces != null && (found == null || !replaces.equals(found.stamp().token()))) {
      throw fenced("the file that it replaces changed or went away since it was staged");
    }
  }

  private void requireManifestBytes() throws IOException {
    if (!holdsManifestBytes(tree.look(target()))) {
      stagedIsGone();
    }
  }

  private State stagedIsGone() {
    throw fenced("its staged file is gone; another attempt or a person removed it");
  }

  private boolean holdsManifestBytes(OutputTree.@Nullable Entry found) throws IOException {
    return found != null
        && found.isFile()
        && found.stamp().lengthBytes() == output.lengthBytes()
        && tree.checksum(target(), found.stamp()).equals(output.checksum());
  }

  private IoFailure.Fenced fenced(String why) {
    return new IoFailure.Fenced("Cannot publish " + output.destination() + ": " + why + ".");
  }
}
