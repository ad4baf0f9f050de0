package dev.stoker.controller.protocol;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code POST /v1/leases/{id}/commit}: an attempt whose outputs are staged asks to publish them.
 * 200 is the point of no return; 409 means that it never will be allowed to. Asking again after a
 * grant returns the stored manifest.
 */
public final class Commit {
  private Commit() {}

  /**
   * @param thumbnails small pictures of its outputs, at most {@value #MOST_THUMBNAILS}; those that
   *     the controller has no use for are dropped without a word
   */
  public record Request(int attempt, Manifest manifest, List<Thumbnail> thumbnails) {
    // Agents of earlier releases send no thumbnails.
    public Request {
      thumbnails = thumbnails == null ? List.of() : List.copyOf(thumbnails);
    }

    /** Without pictures. */
    public Request(int attempt, Manifest manifest) {
      this(attempt, manifest, List.of());
    }
  }

  /** A chunk of frames shows some of them. */
  public static final int MOST_THUMBNAILS = 16;

  /** Bytes of one picture. */
  public static final int LARGEST_THUMBNAIL = 64 * 1024;

  /**
   * @param destination of the output that it shows
   * @param image a JPEG or PNG file of at most {@value #LARGEST_THUMBNAIL} bytes, in Base64
   */
  public record Thumbnail(String destination, String image) {}

  /**
   * @param fence the lease's fence
   * @param outputs in the order in which they become visible; empty for a task that publishes
   *     nothing, which asks for its commit all the same
   */
  public record Manifest(String fence, List<Output> outputs) {
    public Manifest {
      outputs = List.copyOf(outputs);
    }
  }

  /**
   * @param destination URI without credentials
   * @param lengthBytes ≥ 0
   * @param checksum of the whole content
   * @param blockIds ordered block ids, empty where the destination is a file
   * @param stagedName staged file, null where the destination is a blob
   * @param replaces version of what the destination held, null when it must not exist
   */
  public record Output(
      String destination,
      long lengthBytes,
      String checksum,
      List<String> blockIds,
      @Nullable String stagedName,
      @Nullable String replaces) {
    public Output {
      blockIds = List.copyOf(blockIds);
    }
  }

  public record Response(Manifest manifest) {}
}
