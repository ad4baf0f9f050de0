package dev.stoker.agent.preview;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;

/**
 * Reads OpenEXR images chunk by chunk, forwards, into a small picture: scan lines and tiles, half,
 * float and integer channels, uncompressed or by RLE, ZIPS, ZIP and PIZ. Of a file of many parts or
 * layers it takes the one that people look at. Other compressions end in an {@link IOException}.
 *
 * <p>A chunk takes at most {@value #LARGEST_CHUNK} bytes unpacked; nothing else grows with what the
 * file says.
 */
final class ExrReader {
  static final int MAGIC = 20_000_630;

  /** 32 lines of 8,192 pixels with 32 half channels; PIZ needs it twice more while it unpacks. */
  private static final int LARGEST_CHUNK = 16 << 20;

  private static final int MOST_PARTS = 256;

  /** A level 0 tile needs none of the smaller levels. */
  private static final int ONE_LEVEL = 0;

  private final ExrInput in;
  private final long endNanos;

  private ExrReader(ExrInput in, Duration longest) {
    this.in = in;
    endNanos = System.nanoTime() + longest.toNanos();
  }

  /**
   * @throws IOException when the file cannot be read, or not in time
   */
  static PixelSums read(Path file, int longestEdge, Duration longest) throws IOException {
    try (ExrInput in = new ExrInput(file)) {
      return new ExrReader(in, longest).read(longestEdge);
    }
  }

  private PixelSums read(int longestEdge) throws IOException {
    List<ExrHeader> parts = headers();
    int chosen = 0;
    while (chosen < parts.size() && !isShown(parts.get(chosen))) {
      chosen++;
    }
    in.require(chosen < parts.size(), "no part with a picture");
    ExrHeader part = parts.get(chosen);
    for (ExrHeader each : parts) {
      in.skip(8 * chunks(each));
    }
    var sums = new PixelSums(part.display().width(), part.display().height(), longestEdge);
    var chunk = new ExrChunk(part, sums);
    long left = chunks(part);
    while (left > 0 && !in.isAtEnd()) {
      in.require(System.nanoTime() - endNanos < 0, "it took too long");
      int number = in.hasManyParts() ? in.int32() : chosen;
      if (number == chosen) {
        left--;
        chunk(part, chunk);
      } else {
        in.require(number >= 0 && number < parts.size(), "a chunk of a part that is not there");
        skipChunk(parts.get(number));
      }
    }
    return sums;
  }

  private List<ExrHeader> headers() throws IOException {
    List<ExrHeader> parts = new ArrayList<>();
    do {
      ExrHeader next = ExrHeader.read(in);
      if (next == null) {
        break;
      }
      parts.add(next);
      in.require(parts.size() <= MOST_PARTS, "too many parts");
    } while (in.hasManyParts());
    in.require(!parts.isEmpty(), "no header");
    if (in.hasManyParts()) {
      for (ExrHeader part : parts) {
        in.require(part.chunks() > 0, "a part without its number of chunks");
      }
    }
    return parts;
  }

  private static boolean isShown(ExrHeader part) {
    return !part.deep() && ExrUnpack.isKnown(part.compression()) && !part.shown().isEmpty();
  }

  /** How many chunks a part has, and so how long its table of offsets is. */
  private long chunks(ExrHeader part) throws IOException {
    if (part.chunks() > 0) {
      return part.chunks();
    }
    ExrHeader.Tile tile = part.tile();
    if (tile == null) {
      return Math.ceilDiv(part.data().height(), ExrUnpack.lines(part.compression()));
    }
    int levels = tile.mode() & 0xF;
    in.require(levels <= 2, "tiles of an unknown kind");
    boolean up = tile.mode() >> 4 == 1;
    long count = 0;
    int width = part.data().width();
    int height = part.data().height();
    if (levels == ONE_LEVEL) {
      return tiles(width, tile.width()) * tiles(height, tile.height());
    }
    int most = levels == 1 ? level(Math.max(width, height), up) : level(width, up);
    for (int x = 0; x <= most; x++) {
      int mostY = levels == 1 ? x : level(height, up);
      for (int y = levels == 1 ? x : 0; y <= mostY; y++) {
        count +=
            tiles(scaled(width, x, up), tile.width()) * tiles(scaled(height, y, up), tile.height());
      }
    }
    return count;
  }

  private static long tiles(int pixels, int edge) {
    return Math.ceilDiv(pixels, edge);
  }

  private static int level(int pixels, boolean up) {
    int floor = 31 - Integer.numberOfLeadingZeros(pixels);
    return up && Integer.bitCount(pixels) > 1 ? floor + 1 : floor;
  }

  private static int scaled(int pixels, int level, boolean up) {
    int floor = pixels >> level;
    return Math.max(1, up && (floor << level) < pixels ? floor + 1 : floor);
  }

  private void skipChunk(ExrHeader other) throws IOException {
    in.require(!other.deep(), "deep chunks before the picture");
    in.skip(other.tile() == null ? 4 : 16);
    int size = in.int32();
    in.require(size >= 0, "a chunk of negative size");
    in.skip(size);
  }

  private void chunk(ExrHeader part, ExrChunk chunk) throws IOException {
    ExrHeader.Box data = part.data();
    ExrHeader.Tile tile = part.tile();
    ExrHeader.Box box;
    boolean wanted;
    if (tile == null) {
      int top = in.int32();
      int lines = ExrUnpack.lines(part.compression());
      in.require(
          top >= data.top() && top <= data.bottom() && (top - data.top()) % lines == 0,
          "lines that the image does not have");
      box =
          new ExrHeader.Box(
              data.left(), top, data.right(), Math.min(data.bottom(), top + lines - 1));
      wanted = lines > 1 || chunk.wants(top);
    } else {
      long left = data.left() + (long) in.int32() * tile.width();
      long top = data.top() + (long) in.int32() * tile.height();
      int levelX = in.int32();
      int levelY = in.int32();
      wanted = levelX == 0 && levelY == 0;
      in.require(
          !wanted || (left >= data.left() && left <= data.right()), "a tile beside the image");
      in.require(!wanted || (top >= data.top() && top <= data.bottom()), "a tile below the image");
      box =
          new ExrHeader.Box(
              (int) left,
              (int) top,
              (int) Math.min(data.right(), left + tile.width() - 1),
              (int) Math.min(data.bottom(), top + tile.height() - 1));
    }
    int size = in.int32();
    in.require(size >= 0 && size <= LARGEST_CHUNK, "a chunk of that size");
    if (wanted) {
      in.require(chunk.rawBytes(box) <= LARGEST_CHUNK, "a chunk that unpacks to that much");
      chunk.add(box, in.bytes(size));
    } else {
      in.skip(size);
    }
  }
}
