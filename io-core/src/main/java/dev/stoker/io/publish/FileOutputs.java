package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetPath;
import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import java.io.IOException;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Outputs in file systems: local disks, kernel mounts, NFS servers. Staging copies, checksums and
 * syncs into the {@link StagingArea} beside the destination; {@link FilePlacement} gives the staged
 * file its name.
 */
final class FileOutputs implements OutputStore {
  private static final System.Logger LOG = System.getLogger(FileOutputs.class.getName());

  private final OutputTrees trees;
  private final RandomGenerator random;

  FileOutputs(OutputTrees trees, RandomGenerator random) {
    this.trees = trees;
    this.random = random;
  }

  /** Without NFS. */
  FileOutputs(List<Path> roots, FileSteps steps, RandomGenerator random) {
    this(new OutputTrees(roots, steps, null), random);
  }

  @Override
  public StagedOutput stage(OutputFile file, AssetUri uri, Fence fence, Deadline deadline) {
    OutputTrees.Destination destination = trees.destination(uri, deadline);
    OutputTree tree = destination.tree();
    String name = destination.name();
    try (OpenOutput source = OpenOutput.open(file)) {
      StagingArea area =
          new StagingArea(destination.roots().madeFolderOf(destination.path()), tree);
      OutputTree.Entry replaced = tree.look(area.folder().resolve(new AssetPath(name)));
      if (replaced != null && !replaced.isFile()) {
        throw new IoFailure.Denied(
            "Cannot write " + uri + ": a folder, link or device has that name; remove it.");
      }
      String stagedName = StagingArea.newName(fence, name, random);
      AssetPath staged = area.resolve(stagedName);
      String checksum =
          area.inAttemptFolder(fence, attempt -> tree.write(staged, source, deadline));
      area.syncAttemptFolder(fence);
      area.removeOlder(fence, name, stagedName);
      return new StagedOutput(
          destination.text(),
          source.lengthBytes(),
          checksum,
          List.of(),
          stagedName,
          replaced == null ? null : replaced.stamp().token());
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
      for (StagingArea area : areasOf(outputs, deadline)) {
        requireTime(deadline, "shutting out other attempts in " + area.show());
        area.shutOutOthers(fence, random);
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
        placementOf(output, fence, deadline).removeStaged();
      }
      for (StagingArea area : areasOf(outputs, deadline)) {
        area.removeEmptyFolders(fence);
      }
    } catch (IOException | IoFailure e) {
      LOG.log(System.Logger.Level.DEBUG, () -> "Left staged files of " + fence + " behind.", e);
    }
  }

  @Override
  public void close() {}

  private <T> T onPlacement(
      String verb, StagedOutput output, Fence fence, Deadline deadline, OnPlacement<T> action) {
    requireTime(deadline, "trying to " + verb + " " + output.destination());
    try {
      return action.apply(placementOf(output, fence, deadline));
    } catch (IOException e) {
      throw FileTrouble.of("Cannot " + verb + " " + output.destination(), e);
    }
  }

  private FilePlacement placementOf(StagedOutput output, Fence fence, Deadline deadline)
      throws IOException {
    OutputTrees.Destination destination = destinationOf(output, deadline);
    String stagedName = output.stagedName();
    if (stagedName == null || !StagingArea.isName(stagedName, fence, destination.name())) {
      throw new IoFailure.Invalid(
          "The manifest of "
              + fence
              + " stages "
              + destination
              + " where no staging of ours lies.");
    }
    AssetPath folder = destination.roots().folderOf(destination.path());
    return new FilePlacement(
        output, folder.resolve(stagedName), folder, destination.name(), destination.tree());
  }

  private Set<StagingArea> areasOf(List<StagedOutput> outputs, Deadline deadline)
      throws IOException {
    Set<StagingArea> areas = new LinkedHashSet<>();
    for (StagedOutput output : outputs) {
      OutputTrees.Destination destination = destinationOf(output, deadline);
      areas.add(
          new StagingArea(destination.roots().folderOf(destination.path()), destination.tree()));
    }
    return areas;
  }

  private OutputTrees.Destination destinationOf(StagedOutput output, Deadline deadline) {
    return trees.destination(AssetUri.parse(output.destination()), deadline);
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
