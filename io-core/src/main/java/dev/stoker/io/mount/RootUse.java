package dev.stoker.io.mount;

import java.util.List;

/**
 * What a session's task did with its inputs so far.
 *
 * @param missing {@code LOCATION/path} of names that were looked up and do not exist
 * @param opened {@code LOCATION/path} of files that were opened
 * @param readBytes that went through us
 * @param originBytes that came from origins for it, as far as can be told apart
 * @param cachedBytes of the files it opened that were on the node before
 * @param files how many files the session opened in all
 * @param shares of the largest of them
 */
public record RootUse(
    List<String> missing,
    List<String> opened,
    long readBytes,
    long originBytes,
    long cachedBytes,
    long files,
    List<Share> shares) {
  public RootUse {
    missing = List.copyOf(missing);
    opened = List.copyOf(opened);
    shares = List.copyOf(shares);
  }

  /**
   * How much of a file was wanted.
   *
   * @param name {@code LOCATION/path}
   * @param presentBytes of it that are on the node's disk now
   * @param readBytes of it that were seen to be read, rounded up to 64 KiB
   * @param passed whether the kernel read it past us, so that not all reads were seen
   */
  public record Share(
      String name, long lengthBytes, long presentBytes, long readBytes, boolean passed) {}

  RootUse with(List<Share> told) {
    return new RootUse(missing, opened, readBytes, originBytes, cachedBytes, files, told);
  }
}
