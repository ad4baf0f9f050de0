package dev.stoker.agent.demo;

import java.nio.file.Path;
import java.util.List;

/**
 * What a run of the demo did: all that its report shows.
 *
 * @param renderer name and version
 * @param sceneFiles files of the scene
 * @param sceneBytes their bytes
 * @param sentBytes bytes of them that went to Blob in this run
 * @param sendMillis how long that took
 * @param wallMillis from the command's start to the last frame on disk
 * @param frames in frame order
 */
record RunRecord(
    String renderer,
    long sceneFiles,
    long sceneBytes,
    long sentBytes,
    long sendMillis,
    long wallMillis,
    List<Frame> frames) {
  RunRecord {
    frames = List.copyOf(frames);
  }

  /**
   * One frame as its last attempt made it.
   *
   * @param file the downloaded picture
   * @param spans in order of time
   */
  record Frame(
      int number,
      Path file,
      String node,
      int attempts,
      List<Span> spans,
      long originBytes,
      long cachedBytes,
      long publishedBytes) {
    Frame {
      spans = List.copyOf(spans);
    }

    long millis(Stage stage) {
      return spans.stream()
          .filter(span -> span.stage() == stage)
          .mapToLong(span -> span.endMillis() - span.startMillis())
          .sum();
    }
  }

  /** What a frame goes through, as the protocol names it. */
  enum Stage {
    FETCH,
    RENDER,
    PUBLISH
  }

  /** Milliseconds since 1970. */
  record Span(Stage stage, long startMillis, long endMillis) {}

  long originBytes() {
    return frames.stream().mapToLong(Frame::originBytes).sum();
  }

  long cachedBytes() {
    return frames.stream().mapToLong(Frame::cachedBytes).sum();
  }

  long publishedBytes() {
    return frames.stream().mapToLong(Frame::publishedBytes).sum();
  }

  /** Share of the input bytes that were on the node when a frame wanted them, 0 to 1. */
  double cacheHitRate() {
    long wanted = originBytes() + cachedBytes();
    return wanted == 0 ? 0 : cachedBytes() / (double) wanted;
  }
}
