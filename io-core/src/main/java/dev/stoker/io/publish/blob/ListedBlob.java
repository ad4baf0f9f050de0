package dev.stoker.io.publish.blob;

/**
 * One entry of a listing.
 *
 * @param name as the container has it
 * @param state what it is
 */
public record ListedBlob(String name, BlobState state) {}
