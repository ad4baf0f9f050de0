package dev.stoker.io.net;

/** Where in a reply the data lie that belong in the caller's buffer. */
@FunctionalInterface
public interface BulkReply {
  /** No data come: the reply is an error. */
  int NO_DATA = -1;

  /**
   * How many bytes of the results stand before the data, the four of their length included. Called
   * with as many as are there; a number above {@code have} asks for more and is asked again.
   *
   * @param reply bytes, of which the results begin at {@code start}
   * @param have how many bytes of the results are there
   * @return that number, or {@link #NO_DATA}
   */
  int bytesBeforeData(byte[] reply, int start, int have);
}
