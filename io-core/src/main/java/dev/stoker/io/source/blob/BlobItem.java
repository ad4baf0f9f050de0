package dev.stoker.io.source.blob;

import org.jspecify.annotations.Nullable;

/**
 * One blob as a listing shows it.
 *
 * @param name as the service has it, possibly ending in {@code /}
 * @param etag with its quotes
 * @param lengthBytes ≥ 0
 * @param lastModified HTTP date
 * @param contentMd5 Base64, or null
 * @param folder whether it only marks a folder
 */
record BlobItem(
    String name,
    String etag,
    long lengthBytes,
    String lastModified,
    @Nullable String contentMd5,
    boolean folder) {}
