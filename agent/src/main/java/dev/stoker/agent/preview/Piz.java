package dev.stoker.agent.preview;

import java.io.IOException;
import java.util.List;

/**
 * PIZ, the wavelet compression of OpenEXR: values are numbered by how they occur, transformed by a
 * two-dimensional Haar wavelet, and coded by Huffman. Follows openexr.com's technical introduction
 * and the format of the reference implementation.
 */
final class Piz {
  private static final int VALUES = 1 << 16;
  private static final int BITMAP_BYTES = VALUES / 8;

  private Piz() {}

  static byte[] unpack(byte[] packed, int rawBytes, List<ExrChannel> channels, ExrHeader.Box box)
      throws IOException {
    if (packed.length < 4 || rawBytes % 2 != 0) {
      throw new IOException("A PIZ chunk is too short.");
    }
    int at = 4;
    int least = int16(packed, 0);
    int most = int16(packed, 2);
    byte[] bitmap = new byte[BITMAP_BYTES];
    if (least <= most) {
      int length = most - least + 1;
      if (most >= BITMAP_BYTES || length > packed.length - at) {
        throw new IOException("A PIZ chunk has a wrong table of values.");
      }
      System.arraycopy(packed, at, bitmap, least, length);
      at += length;
    }
    char[] values = new char[VALUES];
    int last = fill(values, bitmap);
    if (packed.length - at < 4) {
      throw new IOException("A PIZ chunk is too short.");
    }
    int codedBytes = int16(packed, at) | int16(packed, at + 2) << 16;
    at += 4;
    if (codedBytes < 0 || codedBytes > packed.length - at) {
      throw new IOException("A PIZ chunk announces more bytes than it has.");
    }
    char[] samples = PizHuffman.decode(packed, at, codedBytes, rawBytes / 2);
    transform(samples, channels, box, last);
    for (int i = 0; i < samples.length; i++) {
      samples[i] = values[samples[i]];
    }
    return lines(samples, rawBytes, channels, box);
  }

  /** Lists the values that occur, zero always, and returns the number of the last one. */
  private static int fill(char[] values, byte[] bitmap) {
    int count = 0;
    for (int value = 0; value < VALUES; value++) {
      if (value == 0 || (bitmap[value >> 3] & (1 << (value & 7))) != 0) {
        values[count++] = (char) value;
      }
    }
    return count - 1;
  }

  private static void transform(
      char[] samples, List<ExrChannel> channels, ExrHeader.Box box, int last) {
    int start = 0;
    for (ExrChannel channel : channels) {
      int wide = ExrChannel.samples(box.left(), box.right(), channel.xSampling());
      int high = ExrChannel.samples(box.top(), box.bottom(), channel.ySampling());
      int words = channel.bytes() / 2;
      for (int word = 0; word < words; word++) {
        PizWavelet.decode(samples, start + word, wide, words, high, wide * words, last);
      }
      start += wide * high * words;
    }
  }

  /** From one channel after the other to one line after the other. */
  private static byte[] lines(
      char[] samples, int rawBytes, List<ExrChannel> channels, ExrHeader.Box box) {
    byte[] raw = new byte[rawBytes];
    int[] next = new int[channels.size()];
    int start = 0;
    for (int i = 0; i < next.length; i++) {
      next[i] = start;
      ExrChannel channel = channels.get(i);
      start +=
          words(channel, box) * ExrChannel.samples(box.top(), box.bottom(), channel.ySampling());
    }
    int to = 0;
    for (int y = box.top(); y <= box.bottom(); y++) {
      for (int i = 0; i < next.length; i++) {
        ExrChannel channel = channels.get(i);
        if (channel.hasRow(y)) {
          for (int words = words(channel, box); words > 0; words--) {
            char sample = samples[next[i]++];
            raw[to++] = (byte) sample;
            raw[to++] = (byte) (sample >> 8);
          }
        }
      }
    }
    return raw;
  }

  private static int words(ExrChannel channel, ExrHeader.Box box) {
    return ExrChannel.samples(box.left(), box.right(), channel.xSampling()) * channel.bytes() / 2;
  }

  private static int int16(byte[] bytes, int at) {
    return (bytes[at] & 0xFF) | (bytes[at + 1] & 0xFF) << 8;
  }
}
