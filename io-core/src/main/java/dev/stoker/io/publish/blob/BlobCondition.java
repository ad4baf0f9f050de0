package dev.stoker.io.publish.blob;

import org.jspecify.annotations.Nullable;

/** When a write may take effect. */
public sealed interface BlobCondition {
  /** Always. */
  record Always() implements BlobCondition {}

  /** Only where there is no blob ({@code If-None-Match: *}). */
  record Absent() implements BlobCondition {}

  /**
   * Only where the blob is that one ({@code If-Match}).
   *
   * @param etag as the service gave it
   */
  record Unchanged(String etag) implements BlobCondition {}

  /** {@link Unchanged} for an ETag, {@link Absent} for none. */
  static BlobCondition replacing(@Nullable String etag) {
    return etag == null ? new Absent() : new Unchanged(etag);
  }
}
