package dev.stoker.io.cache;

/**
 * What the cache holds of one folder of an origin, folders below it not included.
 *
 * @param uri {@link dev.stoker.io.asset.AssetUri#canonical()} of the folder, with a slash at its
 *     end
 * @param files asset versions held, whole or in part
 * @param bytes bytes of disk they take
 */
public record CachedFolder(String uri, long files, long bytes) {}
