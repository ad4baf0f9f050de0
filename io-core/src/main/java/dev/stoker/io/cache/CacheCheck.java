package dev.stoker.io.cache;

import java.util.List;

/**
 * What reading everything again found.
 *
 * @param files asset versions checked
 * @param bytes their bytes that were on disk
 * @param damagedGrains grains whose checksum did not hold; they are gone
 * @param damaged the files they were in, the first thousand
 * @param uncheckedFiles asset versions whose disk could not be read at all
 */
public record CacheCheck(
    long files, long bytes, long damagedGrains, List<Damage> damaged, long uncheckedFiles) {
  public CacheCheck {
    damaged = List.copyOf(damaged);
  }

  /**
   * One file.
   *
   * @param asset its URI, without credentials
   * @param grains how many of its 64 KiB grains were bad
   */
  public record Damage(String asset, long grains) {}

  /** Whether everything was read and right. */
  public boolean isClean() {
    return damagedGrains == 0 && uncheckedFiles == 0;
  }
}
