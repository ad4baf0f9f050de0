package dev.stoker.io.cache;

/**
 * The cache in numbers.
 *
 * @param files asset versions held, whole or in part
 * @param bytes bytes of disk they take, indexes included
 * @param ceilingBytes most bytes of disk they may take
 * @param openFiles asset versions whose files are open
 * @param hitBytes bytes wanted that were there, since it was opened
 * @param missBytes bytes wanted that had to be fetched, since it was opened
 * @param originBytes bytes that origins sent, since it was opened
 * @param corruptGrains grains whose checksum did not hold and which were dropped, since it was
 *     opened
 * @param shedBytes bytes that readers got but no disk took, since it was opened
 */
public record CacheUsage(
    long files,
    long bytes,
    long ceilingBytes,
    int openFiles,
    long hitBytes,
    long missBytes,
    long originBytes,
    long corruptGrains,
    long shedBytes) {}
