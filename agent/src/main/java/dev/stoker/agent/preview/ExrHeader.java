package dev.stoker.agent.preview;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What one part of an OpenEXR file says of itself (openexr.com, "OpenEXR File Layout").
 *
 * @param data the pixels that are stored
 * @param display the pixels that are shown
 * @param tile edges of its tiles, null for scan lines
 * @param chunks how many chunks it has, 0 where it does not say
 */
record ExrHeader(
    List<ExrChannel> channels,
    int compression,
    Box data,
    Box display,
    @Nullable Tile tile,
    boolean deep,
    int chunks) {
  /** Cryptomattes and all passes of a large scene. */
  private static final int MOST_CHANNELS = 1_024;

  private static final int LONGEST_NAME = 255;

  /** What is read of an attribute that matters; others are passed over unread. */
  private static final int LARGEST_ATTRIBUTE = 1 << 20;

  private static final int MOST_ATTRIBUTES = 10_000;
  private static final int LONGEST_EDGE = 1 << 17;
  private static final int MOST_SAMPLING = 256;

  ExrHeader {
    channels = List.copyOf(channels);
  }

  /** Corners, all included. */
  record Box(int left, int top, int right, int bottom) {
    int width() {
      return right - left + 1;
    }

    int height() {
      return bottom - top + 1;
    }
  }

  /**
   * @param mode the format's byte: levels in its low half, rounding in the other
   */
  record Tile(int width, int height, int mode) {}

  /** Reads a header; null at the empty one that ends those of a file of many parts. */
  static @Nullable ExrHeader read(ExrInput in) throws IOException {
    List<ExrChannel> channels = List.of();
    int compression = -1;
    Box data = null;
    Box display = null;
    Tile tile = null;
    String type = "";
    int chunks = 0;
    for (int count = 0; ; count++) {
      String name = in.text(LONGEST_NAME);
      if (name.isEmpty()) {
        if (count == 0) {
          return null;
        }
        break;
      }
      in.require(count < MOST_ATTRIBUTES, "too many attributes");
      String kind = in.text(LONGEST_NAME);
      int size = in.int32();
      in.require(size >= 0, "an attribute of negative size");
      long end = in.position() + size;
      switch (name) {
        case "channels" -> channels = channels(in, size, kind);
        case "compression" -> compression = in.int8();
        case "dataWindow" -> data = box(in, size);
        case "displayWindow" -> display = box(in, size);
        case "tiles" -> tile = new Tile(in.int32(), in.int32(), in.int8());
        case "chunkCount" -> chunks = in.int32();
        case "type" -> {
          in.require(size <= LONGEST_NAME, "a long type");
          type = new String(in.bytes(size), StandardCharsets.US_ASCII);
        }
        default -> {}
      }
      in.seek(end);
    }
    if (channels.isEmpty() || compression < 0 || data == null) {
      throw in.wrong("a header without channels, compression or data window");
    }
    in.require(chunks >= 0, "a negative number of chunks");
    boolean tiled = type.isEmpty() ? in.isTiled() : type.equals("tiledimage");
    if (tiled && (tile == null || tile.width() < 1 || tile.height() < 1)) {
      throw in.wrong("tiles without edges");
    }
    return new ExrHeader(
        channels,
        compression,
        data,
        display == null ? data : display,
        tiled ? tile : null,
        type.startsWith("deep"),
        chunks);
  }

  private static Box box(ExrInput in, int size) throws IOException {
    in.require(size == 16, "a window of another size");
    Box box = new Box(in.int32(), in.int32(), in.int32(), in.int32());
    long width = (long) box.right - box.left + 1;
    long height = (long) box.bottom - box.top + 1;
    boolean sensible =
        width >= 1
            && height >= 1
            && width <= LONGEST_EDGE
            && height <= LONGEST_EDGE
            && Math.abs((long) box.left) <= LONGEST_EDGE
            && Math.abs((long) box.top) <= LONGEST_EDGE;
    in.require(sensible, "a window that no image has");
    return box;
  }

  private static List<ExrChannel> channels(ExrInput in, int size, String kind) throws IOException {
    in.require(kind.equals("chlist") && size <= LARGEST_ATTRIBUTE, "a strange list of channels");
    List<ExrChannel> channels = new ArrayList<>();
    for (String name = in.text(LONGEST_NAME); !name.isEmpty(); name = in.text(LONGEST_NAME)) {
      int type = in.int32();
      in.skip(4); // whether it is perceptually linear, and reserved bytes
      int x = in.int32();
      int y = in.int32();
      boolean sensible =
          type >= 0 && type <= 2 && x >= 1 && y >= 1 && x <= MOST_SAMPLING && y <= MOST_SAMPLING;
      in.require(sensible && channels.size() < MOST_CHANNELS, "a channel that cannot be");
      channels.add(new ExrChannel(name, type, x, y));
    }
    return channels;
  }

  /** The three channels that a person would look at; the same thrice for grey, empty for none. */
  List<ExrChannel> shown() {
    List<ExrChannel> best = rgb("");
    if (best.isEmpty()) {
      // Layers, the beauty pass first: "ViewLayer.Combined.R" by Blender, "rgba.R" by others.
      best =
          channels.stream()
              .map(ExrChannel::name)
              .filter(name -> name.endsWith(".R") || name.endsWith(".r"))
              .map(name -> name.substring(0, name.length() - 1))
              .sorted(Comparator.comparingInt(ExrHeader::rank))
              .map(this::rgb)
              .filter(found -> !found.isEmpty())
              .findFirst()
              .orElse(List.of());
    }
    if (best.isEmpty()) {
      ExrChannel grey =
          channels.stream()
              .filter(channel -> channel.name().equals("Y") || channel.name().endsWith(".Y"))
              .findFirst()
              .orElse(channels.size() == 1 ? channels.getFirst() : null);
      best = grey == null ? List.of() : List.of(grey, grey, grey);
    }
    return best;
  }

  private static int rank(String layer) {
    String lower = layer.toLowerCase(java.util.Locale.ROOT);
    boolean beauty =
        lower.contains("combined") || lower.contains("beauty") || lower.contains("rgba");
    return beauty ? 0 : 1;
  }

  private List<ExrChannel> rgb(String prefix) {
    List<ExrChannel> found = new ArrayList<>();
    for (String letter : List.of("R", "G", "B")) {
      channels.stream()
          .filter(channel -> channel.name().equalsIgnoreCase(prefix + letter))
          .findFirst()
          .ifPresent(found::add);
    }
    return found.size() == 3 ? found : List.of();
  }
}
