package dev.stoker.agent.preview;

import java.io.IOException;
import java.util.List;

/** Adds the pixels of one chunk after the other to a small picture. Not thread-safe. */
final class ExrChunk {
  private final ExrHeader part;
  private final PixelSums sums;
  private final List<ExrChannel> shown;
  private final float[][] lines;

  ExrChunk(ExrHeader part, PixelSums sums) {
    this.part = part;
    this.sums = sums;
    shown = part.shown();
    lines = new float[shown.size()][part.data().width()];
  }

  /** Whether a line that is a chunk of its own adds anything that its neighbours do not. */
  boolean wants(int y) {
    return Math.floorMod(y, sums.rowStride()) == 0;
  }

  long rawBytes(ExrHeader.Box box) {
    long bytes = 0;
    for (ExrChannel channel : part.channels()) {
      bytes +=
          (long) ExrChannel.samples(box.left(), box.right(), channel.xSampling())
              * ExrChannel.samples(box.top(), box.bottom(), channel.ySampling())
              * channel.bytes();
    }
    return bytes;
  }

  void add(ExrHeader.Box box, byte[] packed) throws IOException {
    byte[] raw =
        ExrUnpack.unpack(part.compression(), packed, (int) rawBytes(box), part.channels(), box);
    int at = 0;
    for (int y = box.top(); y <= box.bottom(); y++) {
      for (ExrChannel channel : part.channels()) {
        if (!channel.hasRow(y)) {
          continue;
        }
        int samples = ExrChannel.samples(box.left(), box.right(), channel.xSampling());
        for (int i = 0; i < shown.size(); i++) {
          if (shown.get(i).equals(channel)) {
            read(raw, at, channel, box, lines[i]);
          }
        }
        at += samples * channel.bytes();
      }
      if (shown.getFirst().hasRow(y)) {
        for (int x = box.left(); x <= box.right(); x++) {
          int column = x - box.left();
          sums.add(
              x - part.display().left(),
              y - part.display().top(),
              lines[0][column],
              lines[1][column],
              lines[2][column]);
        }
      }
    }
  }

  private static void read(
      byte[] raw, int at, ExrChannel channel, ExrHeader.Box box, float[] line) {
    int sample = -1;
    float value = 0;
    for (int x = box.left(); x <= box.right(); x++) {
      if (sample < 0 || Math.floorMod(x, channel.xSampling()) == 0) {
        boolean between = sample < 0 && Math.floorMod(x, channel.xSampling()) != 0;
        if (!between) {
          sample++;
          value = value(raw, at + sample * channel.bytes(), channel.type());
        }
      }
      line[x - box.left()] = value;
    }
  }

  private static float value(byte[] raw, int at, int type) {
    int low = (raw[at] & 0xFF) | (raw[at + 1] & 0xFF) << 8;
    if (type == ExrChannel.HALF) {
      return Float.float16ToFloat((short) low);
    }
    int bits = low | (raw[at + 2] & 0xFF) << 16 | (raw[at + 3] & 0xFF) << 24;
    return type == ExrChannel.FLOAT ? Float.intBitsToFloat(bits) : bits & 0xFFFFFFFFL;
  }
}
