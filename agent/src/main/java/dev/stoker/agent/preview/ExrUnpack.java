package dev.stoker.agent.preview;

import java.io.IOException;
import java.util.List;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/** The compressions of OpenEXR that lose nothing. */
final class ExrUnpack {
  private static final int NONE = 0;
  private static final int RLE = 1;
  private static final int ZIPS = 2;
  private static final int ZIP = 3;
  private static final int PIZ = 4;

  private ExrUnpack() {}

  static boolean isKnown(int compression) {
    return compression >= NONE && compression <= PIZ;
  }

  /** How many scan lines a chunk has. */
  static int lines(int compression) throws IOException {
    return switch (compression) {
      case NONE, RLE, ZIPS -> 1;
      case ZIP, 5 -> 16; // 5: PXR24
      case PIZ, 6, 7, 8 -> 32; // B44, B44A, DWAA
      case 9 -> 256; // DWAB
      default -> throw new IOException("The compression " + compression + " is not known.");
    };
  }

  /** The chunk as it was before it was packed: exactly so many bytes. */
  static byte[] unpack(
      int compression, byte[] packed, int rawBytes, List<ExrChannel> channels, ExrHeader.Box box)
      throws IOException {
    // What does not get smaller is stored as it is.
    if (compression == NONE || packed.length == rawBytes) {
      if (packed.length != rawBytes) {
        throw new IOException("A chunk is not as long as its pixels.");
      }
      return packed;
    }
    return switch (compression) {
      case RLE -> restored(runs(packed, rawBytes));
      case ZIPS, ZIP -> restored(inflated(packed, rawBytes));
      case PIZ -> Piz.unpack(packed, rawBytes, channels, box);
      default -> throw new IOException("The compression " + compression + " is not read here.");
    };
  }

  private static byte[] inflated(byte[] packed, int rawBytes) throws IOException {
    try (var inflater = new Inflater()) {
      inflater.setInput(packed);
      byte[] raw = new byte[rawBytes];
      int done = 0;
      while (done < rawBytes) {
        int more = inflater.inflate(raw, done, rawBytes - done);
        if (more == 0
            && (inflater.finished() || inflater.needsInput() || inflater.needsDictionary())) {
          throw new IOException("A chunk ends in the middle.");
        }
        done += more;
      }
      return raw;
    } catch (DataFormatException e) {
      throw new IOException("A chunk cannot be inflated: " + e.getMessage() + ".", e);
    }
  }

  private static byte[] runs(byte[] packed, int rawBytes) throws IOException {
    byte[] raw = new byte[rawBytes];
    int to = 0;
    int from = 0;
    while (from < packed.length) {
      int count = packed[from++];
      int length = count < 0 ? -count : count + 1;
      int needed = count < 0 ? length : 1;
      if (length > rawBytes - to || needed > packed.length - from) {
        throw new IOException("A run reaches beyond its chunk.");
      }
      for (int i = 0; i < length; i++) {
        raw[to++] = packed[count < 0 ? from + i : from];
      }
      from += needed;
    }
    if (to != rawBytes) {
      throw new IOException("A chunk ends in the middle.");
    }
    return raw;
  }

  /** Undoes the differences of neighbours, then puts the two halves of the bytes together again. */
  private static byte[] restored(byte[] differences) {
    for (int i = 1; i < differences.length; i++) {
      differences[i] = (byte) (differences[i - 1] + differences[i] - 128);
    }
    byte[] raw = new byte[differences.length];
    int half = (differences.length + 1) / 2;
    for (int i = 0; i < raw.length; i++) {
      raw[i] = differences[(i & 1) == 0 ? i / 2 : half + i / 2];
    }
    return raw;
  }
}
