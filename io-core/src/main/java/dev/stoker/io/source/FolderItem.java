package dev.stoker.io.source;

import dev.stoker.io.asset.AssetInfo;
import org.jspecify.annotations.Nullable;

/**
 * One name directly in a folder of an origin.
 *
 * @param name a single segment, in the origin's spelling
 * @param folder whether it is one
 * @param info what the listing says of a file; null for folders, and where it tells no version, so
 *     that it has to be looked up
 */
public record FolderItem(String name, boolean folder, @Nullable AssetInfo info) {}
