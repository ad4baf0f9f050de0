package dev.stoker.io.publish;

import dev.stoker.io.asset.AssetUri;
import dev.stoker.io.asset.BlobUri;
import dev.stoker.io.asset.Deadline;
import dev.stoker.io.asset.IoFailure;
import dev.stoker.io.publish.blob.BlobCondition;
import dev.stoker.io.publish.blob.BlobHeaders;
import dev.stoker.io.publish.blob.BlobMarks;
import dev.stoker.io.publish.blob.BlobState;
import dev.stoker.io.publish.blob.BlobWriter;
import dev.stoker.io.publish.blob.BlockBuffers;
import dev.stoker.io.publish.blob.BlockIds;
import dev.stoker.io.publish.blob.BlockStager;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Outputs in Blob. Staging puts uncommitted blocks, which nobody sees; Put Block List makes the
 * blob of them and discards every other attempt's blocks, so the service itself is the fence. The
 * list carries a condition on what the name held before. The attempt stands in the blob's metadata:
 * after a lost answer, a refusal may be our own success.
 */
final class BlobOutputs implements OutputStore {
  private final BlobWriter writer;
  private final BlockBuffers buffers;
  private final BlockStager stager;
  private final RandomGenerator random;

  /**
   * A manifest holds no credentials, so a signature in a destination's URI is kept here, by
   * container, until this process ends. A successor needs one in its configuration.
   */
  private final Map<String, String> signatures = new ConcurrentHashMap<>();

  BlobOutputs(BlobWriter writer, BlockBuffers buffers, RandomGenerator random) {
    this.writer = writer;
    this.buffers = buffers;
    this.stager = new BlockStager(writer, buffers);
    this.random = random;
  }

  @Override
  public StagedOutput stage(OutputFile file, AssetUri destination, Fence fence, Deadline deadline) {
    BlobUri uri = blobUri(destination);
    String sas = uri.sas();
    if (sas != null) {
      signatures.put(containerOf(uri), sas);
    }
    try (OpenOutput source = OpenOutput.open(file)) {
      BlobState replaced = writer.state(uri, deadline);
      BlockStager.Blocks blocks =
          stager.stage(uri, new BlockIds(fence.text(), random), source, deadline, bytes -> {});
      source.requireUnchanged();
      return new StagedOutput(
          uri.canonical(),
          source.lengthBytes(),
          blocks.checksum(),
          blocks.ids(),
          null,
          replaced == null ? null : replaced.etag());
    }
  }

  @Override
  public State inspect(StagedOutput output, Fence fence, Deadline deadline) {
    requireOwnBlocks(output, fence);
    BlobState found = writer.state(blobUri(output), deadline);
    if (isOwn(found, output, fence)) {
      return State.PUBLISHED;
    }
    String replaces = output.replaces();
    if (replaces == null && found != null) {
      throw fenced(output, "it must be new, and another blob has its name by now");
    }
    if (replaces != null && (found == null || !found.etag().equals(replaces))) {
      throw fenced(output, "the blob that it replaces changed or went away since it was staged");
    }
    return State.STAGED;
  }

  /** Nothing to do beforehand: the commit of one list discards all other blocks. */
  @Override
  public void shutOut(List<StagedOutput> outputs, Fence fence, Deadline deadline) {}

  @Override
  public void place(StagedOutput output, Fence fence, Deadline deadline) {
    BlobUri uri = blobUri(output);
    BlobHeaders headers =
        new BlobHeaders(
            ContentTypes.of(uri.path().name()),
            new BlobMarks(fence.text(), output.checksum(), null));
    BlobCondition condition = BlobCondition.replacing(output.replaces());
    try {
      writer.commitBlocks(uri, output.blockIds(), headers, condition, deadline);
    } catch (IoFailure.Fenced e) {
      if (!isOwn(writer.state(uri, deadline), output, fence)) {
        throw e;
      }
    }
    requireLength(writer.state(uri, deadline), output, fence);
  }

  /**
   * Uncommitted blocks cannot be deleted without showing a blob; the service drops them in a week.
   */
  @Override
  public void tidy(List<StagedOutput> outputs, Fence fence, Deadline deadline) {}

  @Override
  public void close() {
    buffers.clear();
  }

  private static void requireOwnBlocks(StagedOutput output, Fence fence) {
    for (String id : output.blockIds()) {
      if (!BlockIds.isOf(fence.text(), id)) {
        throw new IoFailure.Invalid(
            "The manifest of "
                + fence
                + " lists for "
                + output.destination()
                + " a block that another attempt staged.");
      }
    }
  }

  private static boolean isOwn(@Nullable BlobState found, StagedOutput output, Fence fence) {
    return found != null
        && found.lengthBytes() == output.lengthBytes()
        && fence.text().equals(found.marks().fence())
        && output.checksum().equals(found.marks().checksum());
  }

  private static void requireLength(@Nullable BlobState found, StagedOutput output, Fence fence) {
    if (found != null
        && fence.text().equals(found.marks().fence())
        && found.lengthBytes() != output.lengthBytes()) {
      throw new IoFailure.Corrupt(
          "Published "
              + output.destination()
              + " with "
              + output.lengthBytes()
              + " bytes, and the account says it has "
              + found.lengthBytes()
              + "; render it again.");
    }
  }

  private static IoFailure.Fenced fenced(StagedOutput output, String why) {
    return new IoFailure.Fenced("Cannot publish " + output.destination() + ": " + why + ".");
  }

  /** The manifest's destination, with the signature that this process staged it with. */
  private BlobUri blobUri(StagedOutput output) {
    BlobUri uri = blobUri(AssetUri.parse(output.destination()));
    String sas = signatures.get(containerOf(uri));
    return sas == null
        ? uri
        : new BlobUri(
            uri.scheme(),
            uri.endpoint(),
            uri.account(),
            uri.container(),
            uri.path(),
            false,
            sas,
            null);
  }

  private static String containerOf(BlobUri uri) {
    return uri.origin() + "/" + uri.container();
  }

  private static BlobUri blobUri(AssetUri destination) {
    if (destination instanceof BlobUri uri
        && !uri.namesTree()
        && !uri.path().isRoot()
        && uri.pin() == null) {
      return uri;
    }
    throw new IoFailure.Invalid(
        "Cannot write " + destination + ": an output needs the path of a file, unpinned.");
  }
}
