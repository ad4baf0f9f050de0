package dev.stoker.io.publish.blob;

import org.jspecify.annotations.Nullable;

/**
 * A blob that is there.
 *
 * @param etag strong, quotes included
 * @param lengthBytes ≥ 0
 * @param contentMd5 Base64, or null where none is stored
 * @param marks what we wrote beside the content
 */
public record BlobState(
    String etag, long lengthBytes, @Nullable String contentMd5, BlobMarks marks) {}
