package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.AssetVersion;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.FileUri;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.Xxh64;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Outputs on local disks and kernel mounts. Staging copies, checksums and fsyncs into the {@link
 * StagingArea} beside the destination; {@link FilePlacement} gives the staged file its name.
 *
 * <p>Deadlines are looked at between system calls: a hard NFS mount whose server is gone holds a
 * call for as long as the kernel does.
 */
final class FileOutputs implements OutputStore {
  private static final System.Logger LOG = System.getLogger(FileOutputs.class.getName());

  /** As one NFS WRITE of the common servers; larger pieces copy no faster. */
  private static final int PIECE_BYTES = 1 << 20;

  private final WritableRoots roots;
  private final FileSteps steps;
  private final RandomGenerator random;

  FileOutputs(List<Path> roots, FileSteps steps, RandomGenerator random) {
    this.roots = new WritableRoots(roots, steps);
    this.steps = steps;
    this.random = random;
  }

  @Override
  public StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline) {
    FileUri uri = fileUri(destination);
    String name = uri.path().name();
    try (OpenOutput source = OpenOutput.open(file)) {
      StagingArea area = new StagingArea(roots.madeFolderOf(uri), steps);
      Path target = area.folder().resolve(name);
      AssetVersion.FileStamp replaced = FileStamps.of(target);
      if (replaced != null && !Files.isRegularFile(target, LinkOption.NOFOLLOW_LINKS)) {
        throw new IoFailure.Denied(
            "Cannot write " + uri + ": a folder, link or device has that name; remove it.");
      }
      String stagedName = StagingArea.newName(fence, name, random);
      String checksum = copy(source, area, stagedName, fence, deadline);
      area.removeOlder(fence, name, stagedName);
      return new StagedOutput(
          uri.canonical(),
          source.lengthBytes(),
          checksum,
          List.of(),
          stagedName,
          replaced == null ? null : replaced.token());
    } catch (IOException e) {
      throw FileTrouble.of("Cannot stage " + file + " for " + uri, e);
    }
  }

  @Override
  public State inspect(StagedOutput output, Fence fence, Deadline deadline) {
    return onPlacement("inspect", output, fence, deadline, FilePlacement::inspect);
  }

  @Override
  public void shutOut(List<StagedOutput> outputs, Fence fence, Deadline deadline) {
    try {
      for (Path folder : foldersOf(outputs)) {
        requireTime(deadline, "shutting out other attempts in " + folder);
        new StagingArea(folder, steps).shutOutOthers(fence, random);
      }
    } catch (IOException e) {
      throw FileTrouble.of("Cannot shut out other attempts of " + fence, e);
    }
  }

  @Override
  public void place(StagedOutput output, Fence fence, Deadline deadline) {
    onPlacement(
        "publish",
        output,
        fence,
        deadline,
        placement -> {
          placement.place();
          return State.PUBLISHED;
        });
  }

  @Override
  public void tidy(List<StagedOutput> outputs, Fence fence, Deadline deadline) {
    try {
      for (StagedOutput output : outputs) {
        placementOf(output, fence).removeStaged();
      }
      for (Path folder : foldersOf(outputs)) {
        new StagingArea(folder, steps).removeEmptyFolders(fence);
      }
    } catch (IOException | IoFailure e) {
      LOG.log(System.Logger.Level.DEBUG, () -> "Left staged files of " + fence + " behind.", e);
    }
  }

  @Override
  public void close() {}

  private String copy(
      OpenOutput source, StagingArea area, String stagedName, Fence fence, Deadline deadline)
      throws IOException {
    Path staged = area.resolve(stagedName);
    Xxh64 checksum = new Xxh64();
    boolean complete = false;
    try (Arena arena = Arena.ofConfined();
        FileChannel out = area.inAttemptFolder(fence, attempt -> steps.create(staged))) {
      ByteBuffer piece = arena.allocate(PIECE_BYTES).asByteBuffer();
      for (long at = 0; at < source.lengthBytes(); at += piece.limit()) {
        requireTime(deadline, "staging for " + area.folder());
        piece.clear().limit((int) Math.min(PIECE_BYTES, source.lengthBytes() - at));
        source.read(piece, at);
        checksum.update(piece.flip());
        while (piece.hasRemaining()) {
          out.write(piece);
        }
      }
      source.requireUnchanged();
      out.force(true);
      area.syncAttemptFolder(fence);
      complete = true;
      return checksum.text();
    } finally {
      if (!complete) {
        steps.remove(staged);
      }
    }
  }

  private <T> T onPlacement(
      String verb, StagedOutput output, Fence fence, Deadline deadline, OnPlacement<T> action) {
    requireTime(deadline, "trying to " + verb + " " + output.destination());
    try {
      return action.apply(placementOf(output, fence));
    } catch (IOException e) {
      throw FileTrouble.of("Cannot " + verb + " " + output.destination(), e);
    }
  }

  private FilePlacement placementOf(StagedOutput output, Fence fence) throws IOException {
    FileUri uri = fileUri(AssetUri.parse(output.destination()));
    String stagedName = output.stagedName();
    if (stagedName == null || !StagingArea.isName(stagedName, fence, uri.path().name())) {
      throw new IoFailure.Invalid(
          "The manifest of " + fence + " stages " + uri + " where no staging of ours lies.");
    }
    Path folder = roots.folderOf(uri);
    return new FilePlacement(output, folder.resolve(stagedName), folder, uri.path().name(), steps);
  }

  private Set<Path> foldersOf(List<StagedOutput> outputs) throws IOException {
    Set<Path> folders = new LinkedHashSet<>();
    for (StagedOutput output : outputs) {
      folders.add(roots.folderOf(fileUri(AssetUri.parse(output.destination()))));
    }
    return folders;
  }

  private static FileUri fileUri(AssetUri destination) {
    if (destination instanceof FileUri uri && !uri.namesTree() && !uri.path().isRoot()) {
      return uri;
    }
    throw new IoFailure.Invalid(
        "Cannot write " + destination + ": an output needs the path of a file.");
  }

  private static void requireTime(Deadline deadline, String doing) {
    if (deadline.hasPassed()) {
      throw new IoFailure.TimedOut("The time ran out while " + doing + ".");
    }
  }

  private interface OnPlacement<T> {
    T apply(FilePlacement placement) throws IOException;
  }
}
