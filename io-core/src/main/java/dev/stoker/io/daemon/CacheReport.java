package dev.stoker.io.daemon;

/**
 * The cache in numbers.
 *
 * @param files asset versions held, whole or in part
 * @param bytes bytes of disk they take
 * @param ceilingBytes most bytes of disk they may take
 * @param hitBytes bytes wanted that were there, since start
 * @param missBytes bytes wanted that had to be fetched, since start
 * @param originBytes bytes that origins sent, since start
 * @param corruptGrains grains whose checksum did not hold and which were fetched again, since start
 */
public record CacheReport(
    long files,
    long bytes,
    long ceilingBytes,
    long hitBytes,
    long missBytes,
    long originBytes,
    long corruptGrains) {}
